// Runs galo on a text. Nothing here knows of VS Code.

"use strict";

const { spawn } = require("node:child_process");

/**
 * What a command came to.
 * @typedef {{ status: number | null, stdout: string, stderr: string }} Outcome
 */

/**
 * Runs galo with some arguments and a text as its standard input. Fails if there is no such
 * command, or if `signal` wants no answer any more.
 * @param {string} path
 * @param {string[]} options
 * @param {string} text
 * @param {AbortSignal} [signal]
 * @returns {Promise<Outcome>}
 */
function run(path, options, text, signal) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, options, { signal, stdio: ["pipe", "pipe", "pipe"] });
    /** @type {Buffer[]} */
    const stdout = [];
    /** @type {Buffer[]} */
    const stderr = [];
    child.on("error", reject);
    child.stdout.on("data", (data) => stdout.push(data));
    child.stderr.on("data", (data) => stderr.push(data));
    // Who does not read all of the text says so by its status.
    child.stdin.on("error", () => {});
    child.stdin.end(text);
    child.on("close", (status) => {
      resolve({ status, stdout: join(stdout), stderr: join(stderr) });
    });
  });
}

const join = (/** @type {Buffer[]} */ parts) => Buffer.concat(parts).toString("utf8");

/** The exit status of galo if its input is no program. */
const NOT_A_PROGRAM = 65;

/**
 * The text in its usual layout, or nothing if it is no program.
 * @param {string} path
 * @param {string} text
 * @param {AbortSignal} [signal]
 */
async function format(path, text, signal) {
  const { status, stdout, stderr } = await run(path, ["fmt", "-"], text, signal);
  if (status === NOT_A_PROGRAM) return undefined;
  if (status !== 0) throw new Error(stderr || `galo fmt ended with ${status}`);
  return stdout;
}

/**
 * What galo says of the text, as JSON.
 * @param {string} path
 * @param {string} text
 * @param {AbortSignal} [signal]
 */
async function check(path, text, signal) {
  const options = ["check", "--format=json", "-"];
  const { status, stdout, stderr } = await run(path, options, text, signal);
  if (status !== 0 && status !== NOT_A_PROGRAM) {
    throw new Error(stderr || `galo check ended with ${status}`);
  }
  return stdout;
}

module.exports = { check, format };
