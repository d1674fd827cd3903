// The VS Code extension: its parts, and the whole with as much of VS Code as it uses, against galo.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { Editor } from "./vscode.mjs";

const path = process.env.GALO ?? "galo";
const folder = join(import.meta.dirname, "../../editors/vscode");
const require = createRequire(join(folder, "src/extension.js"));
const galo = require("./galo.js");
const { findings } = require("./findings.js");
const { edit } = require("./edits.js");

/** What is found in a text, with the text that each finding is about. */
async function found(text) {
  const all = findings(await galo.check(path, text), text);
  return all.map((finding) => ({ ...finding, text: text.slice(finding.range.start, finding.range.end) }));
}

test("errors and warnings have their texts", async () => {
  const [error] = await found("print(1) )");
  assert.deepEqual([error.severity, error.text], ["error", ")"]);
  const [warning] = await found("print(nobody)");
  assert.deepEqual([warning.severity, warning.code, warning.text], ["warning", "unbound-name", "nobody"]);
  assert.deepEqual(await found("print(1)"), []);
  assert.match(
    (await found("let count = 1; cuont + count"))[0].message,
    /\nhelp: there is a similar name: `count`/,
  );
});

test("places are counted as editors count", async () => {
  for (const before of ["é", "中", "😀", "\u{10ffff}\r\n", "\ud800"]) {
    const [warning] = await found(`let x = "${before}"; nobody + x`);
    assert.equal(warning.text, "nobody", JSON.stringify(before));
  }
});

test("other places explain a finding", async () => {
  const text = "let f = fn (a) => { a }; f(1, 2)";
  const [warning] = await found(text);
  const [related] = warning.related;
  assert.ok(text.slice(related.range.start, related.range.end).length > 0, JSON.stringify(warning));
});

test("programs are laid out, and what is no program is left alone", async () => {
  assert.equal(await galo.format(path, "print( 1 )"), "print(1)\n");
  assert.equal(await galo.format(path, "print("), undefined);
  await assert.rejects(galo.format("/no/such/galo", "1"), { code: "ENOENT" });
});

test("a long text is read to its end", async () => {
  const text = `// ${"é".repeat(1 << 20)}\nprint(1)\n`;
  assert.equal(await galo.format(path, text), text);
});

test("edits are small and make what was wanted", () => {
  assert.equal(edit("same", "same"), undefined);
  assert.deepEqual(edit("print( 1)", "print(1)"), { start: 6, end: 7, text: "" });
  assert.deepEqual(edit("", "a"), { start: 0, end: 0, text: "a" });
  assert.deepEqual(edit("aa", "a"), { start: 1, end: 2, text: "" });
  const texts = ["", "a", "aa", "ab", "aab", "😀", "😁", "a😀b", "a😁b", "a😀😀b", "\r\n", "\n"];
  for (const before of texts) {
    for (const after of texts) {
      const change = edit(before, after) ?? { start: 0, end: 0, text: "" };
      const made = before.slice(0, change.start) + change.text + before.slice(change.end);
      assert.equal(made, after);
      assert.ok(change.text.isWellFormed(), JSON.stringify([before, after, change]));
    }
  }
});

/** The extension in an editor with these settings and documents. */
function activated(editor) {
  const load = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? editor.api : load(name, ...rest));
  const main = require.resolve("./extension.js");
  delete require.cache[main];
  const extension = require(main);
  Module._load = load;
  const context = { subscriptions: [] };
  extension.activate(context);
  return () => context.subscriptions.forEach((subscription) => subscription.dispose());
}

test("open programs are checked, and again when they change", async () => {
  const editor = new Editor();
  editor.settings = { path };
  const document = editor.open("nobody");
  const other = editor.open("nobody", "plaintext");
  const first = editor.nextDiagnostics();
  const dispose = activated(editor);
  await first;
  const [finding] = editor.diagnostics.get(document.uri);
  assert.deepEqual([finding.range.start, finding.range.end], ["1:1", "1:7"]);
  assert.deepEqual([finding.source, finding.code, finding.severity], ["galo", "unbound-name", 1]);
  assert.equal(editor.diagnostics.has(other.uri), false);

  document.text = "print(1)";
  const second = editor.nextDiagnostics();
  editor.listeners.change({ document });
  await second;
  assert.deepEqual(editor.diagnostics.get(document.uri), []);
  editor.listeners.close(document);
  assert.equal(editor.diagnostics.has(document.uri), false);
  assert.deepEqual(editor.messages, []);
  dispose();
});

test("programs are laid out by one edit", async () => {
  const editor = new Editor();
  editor.settings = { path, check: "never" };
  const dispose = activated(editor);
  const document = editor.open("let x = 1;\nprint( x )\n");
  const token = { onCancellationRequested() {} };
  const edits = await editor.formatter.provideDocumentFormattingEdits(document, {}, token);
  assert.equal(edits.length, 1);
  assert.deepEqual([edits[0].range.start, edits[0].range.end], ["2:7", "2:10"]);
  assert.equal(edits[0].text, "x");
  document.text = "print(";
  assert.equal(await editor.formatter.provideDocumentFormattingEdits(document, {}, token), undefined);
  dispose();
});

test("a missing galo is told of once", async () => {
  const editor = new Editor();
  editor.settings = { path: "/no/such/galo", check: "never" };
  const dispose = activated(editor);
  const document = editor.open("1");
  const token = { onCancellationRequested() {} };
  for (let time = 0; time < 2; time++) {
    assert.equal(await editor.formatter.provideDocumentFormattingEdits(document, {}, token), undefined);
  }
  assert.equal(editor.messages.length, 1);
  assert.match(editor.messages[0], /galo\.path/);
  dispose();
});

test("the manifest names what is there", () => {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { contributes, main } = manifest;
  const files = [main, contributes.grammars[0].path, contributes.languages[0].configuration];
  for (const file of files) assert.ok(existsSync(join(folder, file)), file);
  const source = readFileSync(join(folder, main), "utf8");
  const used = [...source.matchAll(/\.get\("(\w+)"/g)].map((match) => `galo.${match[1]}`);
  assert.deepEqual(used.sort(), Object.keys(contributes.configuration.properties).sort());
});

test("patterns of the language's configuration hold", () => {
  const text = readFileSync(join(folder, "language-configuration.json"), "utf8");
  const { wordPattern, indentationRules } = JSON.parse(text);
  assert.deepEqual("fn (a/b, _) => c2".match(new RegExp(wordPattern, "g")), ["fn", "a/b", "_", "c2"]);
  const more = new RegExp(indentationRules.increaseIndentPattern);
  const less = new RegExp(indentationRules.decreaseIndentPattern);
  for (const line of ["let f = fn (x) => {", "  f(", "if (x) { // why", "} else {"]) assert.match(line, more);
  for (const line of ["f(x)", "// {", "let x = 1; // {"]) assert.doesNotMatch(line, more);
  for (const line of ["}", "  };", "} else {", ")"]) assert.match(line, less);
  assert.doesNotMatch("f(x)", less);
});
