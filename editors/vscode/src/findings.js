// What `galo check --format=json` has found, for an editor: ranges in the text instead of bytes, and
// one message instead of its parts. Nothing here knows of VS Code.

"use strict";

/**
 * A place in a text, by the numbers of its UTF-16 units: where it begins, and where it is over.
 * @typedef {{ start: number, end: number }} Range
 *
 * @typedef {{ message: string, range: Range }} Related
 *
 * @typedef {{
 *   range: Range,
 *   severity: "error" | "warning",
 *   code: string,
 *   message: string,
 *   related: Related[],
 * }} Finding
 */

/**
 * What galo has found in a text: its answer, which may be none if galo has failed.
 * @param {string} answer
 * @param {string} text
 * @returns {Finding[]}
 */
function findings(answer, text) {
  const bytes = Buffer.from(text);
  const [report] = JSON.parse(answer);
  return report.messages.map((/** @type {any} */ message) => ({
    range: range(bytes, message),
    severity: message.severity === 2 ? "error" : "warning",
    code: message.ruleId,
    message: sentence(message),
    related: message.related.map((/** @type {any} */ related) => ({
      message: related.message,
      range: range(bytes, related),
    })),
  }));
}

/**
 * galo counts bytes, editors count UTF-16 units.
 * @param {Buffer} bytes
 * @param {{ offset: number, endOffset: number }} place
 * @returns {Range}
 */
function range(bytes, { offset, endOffset }) {
  const start = bytes.toString("utf8", 0, offset).length;
  return { start, end: start + bytes.toString("utf8", offset, endOffset).length };
}

/**
 * A message with what is said at its place, and how to mend it.
 * @param {{ message: string, label: string, help: string[] }} finding
 */
function sentence({ message, label, help }) {
  const first = label && label !== message ? `${message}: ${label}` : message;
  return [first, ...help.map((text) => `help: ${text}`)].join("\n");
}

module.exports = { findings };
