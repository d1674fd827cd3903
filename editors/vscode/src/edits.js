// What a formatter has changed, as the smallest edit: cursors and marks elsewhere stay where they are.
// Nothing here knows of VS Code.

"use strict";

/**
 * The edit that makes `after` of `before`: a range of UTF-16 units, and what is to stand there.
 * None if they are equal.
 * @param {string} before
 * @param {string} after
 * @returns {{ start: number, end: number, text: string } | undefined}
 */
function edit(before, after) {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  // Not between the halves of a character.
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) start--;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  if (same > 0 && isLow(before.charCodeAt(before.length - same))) same--;
  return {
    start,
    end: before.length - same,
    text: after.slice(start, after.length - same),
  };
}

const isHigh = (/** @type {number} */ unit) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (/** @type {number} */ unit) => unit >= 0xdc00 && unit < 0xe000;

module.exports = { edit };
