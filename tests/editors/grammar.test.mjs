// The grammar's colours: on some lines that are easy to get wrong, and on every program of the corpus
// and the examples against what galo's own lexer makes of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const galo = process.env.GALO ?? "galo";
const root = join(import.meta.dirname, "../..");
const file = join(root, "editors/vscode/syntaxes/rinha.tmLanguage.json");

const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
await oniguruma.loadWASM(readFileSync(wasm).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, "utf8"), file),
});
const grammar = await registry.loadGrammar("source.rinha");

/** Pieces of a text with their scopes but the one that all have; white space left out. */
function pieces(text) {
  let state = textmate.INITIAL;
  return text.split("\n").flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens
      .map((token) => ({
        text: line.slice(token.startIndex, token.endIndex).trim(),
        scope: token.scopes.slice(1).join(" ").replaceAll(".rinha", ""),
      }))
      .filter((piece) => piece.text !== "");
  });
}

/** Texts and scopes, a line each. */
const coloured = (text) => pieces(text).map((piece) => `${piece.text}  ${piece.scope}`);

test("names, functions and what is built in", () => {
  assert.deepEqual(coloured("let f = fn (a, _) => { print(g(a)) }; let x = f; letter"), [
    "let  keyword.control.let",
    "f  entity.name.function",
    "=  keyword.operator.assignment",
    "fn  storage.type.function",
    "(  punctuation.definition.parameters.begin",
    "a  variable.parameter",
    ",  punctuation.separator.parameters",
    "_  variable.parameter",
    ")  punctuation.definition.parameters.end",
    "=>  storage.type.function.arrow",
    "{  punctuation.section.block",
    "print  support.function.builtin",
    "(  punctuation.section.group",
    "g  entity.name.function.call",
    "(  punctuation.section.group",
    "a  variable.other",
    ")  punctuation.section.group",
    ")  punctuation.section.group",
    "}  punctuation.section.block",
    ";  punctuation.terminator",
    "let  keyword.control.let",
    "x  variable.other.definition",
    "=  keyword.operator.assignment",
    "f  variable.other",
    ";  punctuation.terminator",
    "letter  variable.other",
  ]);
});

test("a slash is a letter inside of names", () => {
  assert.deepEqual(coloured("n//c"), ["n//c  variable.other"]);
  assert.deepEqual(coloured("if/x"), ["if/x  variable.other"]);
  assert.deepEqual(coloured("1//c"), [
    "1  constant.numeric.decimal",
    "//  comment.line.double-slash punctuation.definition.comment",
    "c  comment.line.double-slash",
  ]);
});

test("comments end where they end", () => {
  assert.deepEqual(
    coloured("/* a /* b */ x")[2].split("  ")[1],
    "comment.block punctuation.definition.comment.end",
  );
  assert.deepEqual(coloured("/* a\nlet */ x").at(-1), "x  variable.other");
  assert.deepEqual(coloured("// a\nx").at(-1), "x  variable.other");
});

test("strings span lines and know two escapes", () => {
  const [, first, quote, second] = coloured('"a\\"b');
  assert.deepEqual(
    [first, quote],
    ["a  string.quoted.double", '\\"  string.quoted.double constant.character.escape'],
  );
  assert.equal(second, "b  string.quoted.double");
  assert.equal(coloured('"a\nlet" x').at(-1), "x  variable.other");
  assert.equal(coloured('"\\n"')[1], "\\n  string.quoted.double invalid.illegal.escape");
});

test("a number that is too large is marked as galo marks it", () => {
  const limit = 2147483647n;
  const numbers = [0n, 9n, limit, limit + 1n, 10n ** 9n, 10n ** 10n];
  for (let digit = 1n; digit <= limit; digit *= 10n) numbers.push(limit + digit, limit - digit);
  for (const number of [...numbers.map(String), "0002147483647", "0002147483648", "2147483650"]) {
    const scope = BigInt(number) > limit ? "invalid.illegal.integer" : "constant.numeric.decimal";
    assert.deepEqual(coloured(number), [`${number}  ${scope}`]);
  }
});

/** The scope that begins the last of a piece's, by the kind of the token. */
const KINDS = {
  Let: /^keyword.control.let$/,
  If: /^keyword.control.conditional$/,
  Else: /^keyword.control.conditional$/,
  Fn: /^storage.type.function$/,
  Print: /^support.function.builtin$/,
  First: /^support.function.builtin$/,
  Second: /^support.function.builtin$/,
  True: /^constant.language.boolean$/,
  False: /^constant.language.boolean$/,
  External: /^invalid/,
  Name: /^(entity.name.function|entity.name.function.call|variable.(other|other.definition|parameter))$/,
  Int: /^(constant.numeric.decimal|invalid.illegal.integer)$/,
  Str: /^string.quoted.double/,
  LineComment: /^comment.line/,
  BlockComment: /^comment.block/,
  Arrow: /^storage.type.function.arrow$/,
  Assign: /^keyword.operator.assignment$/,
  And: /^keyword.operator.logical$/,
  Or: /^keyword.operator.logical$/,
  Semicolon: /^punctuation.terminator$/,
  Comma: /^punctuation.separator/,
  ParenOpen: /^punctuation.(section.group|definition.parameters.begin)$/,
  ParenClose: /^punctuation.(section.group|definition.parameters.end)$/,
  BraceOpen: /^punctuation.section.block$/,
  BraceClose: /^punctuation.section.block$/,
};
for (const kind of ["Add", "Sub", "Mul", "Div", "Rem"]) KINDS[kind] = /^keyword.operator.arithmetic$/;
for (const kind of ["Eq", "Neq", "Lt", "Gt", "Lte", "Gte"]) KINDS[kind] = /^keyword.operator.comparison$/;

/** By character of a text the scopes there. */
function scopes(text) {
  let state = textmate.INITIAL;
  const all = [];
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const token of tokens) {
      const scope = token.scopes.slice(1).join(" ").replaceAll(".rinha", "");
      for (let at = token.startIndex; at < Math.min(token.endIndex, line.length); at++) all.push(scope);
    }
    all.push("line end");
  }
  return all;
}

const programs = [];
for (const folder of ["examples", "tests/corpus", "benches/versus/programs"]) {
  for (const name of readdirSync(join(root, folder), { recursive: true })) {
    if (name.endsWith(".rinha")) programs.push(join(folder, name));
  }
}

test("every token of every program has its colour", () => {
  assert.ok(programs.length > 100);
  let tokens = 0;
  for (const program of programs) {
    const options = ["dump", "--stage=tokens", "--format=json", join(root, program)];
    const dumped = JSON.parse(execFileSync(galo, options, { maxBuffer: 1 << 28 })).tokens;
    const bytes = readFileSync(join(root, program));
    const at = scopes(bytes.toString());
    for (const { kind, text, source } of dumped) {
      if (kind === "Eof") continue;
      const start = bytes.toString("utf8", 0, source.offset).length;
      const place = `${program}:${source.line}:${source.column}: ${kind} ${text}`;
      assert.ok(KINDS[kind], place);
      for (let index = start; index < start + text.length; index++) {
        if (at[index] === "line end") continue;
        assert.match(at[index], KINDS[kind], place);
      }
      // It is over where it is over.
      if (kind === "Str" || kind === "BlockComment") assert.match(at[start + text.length - 1], /end$/, place);
      tokens++;
    }
  }
  assert.ok(tokens > 10_000, `${tokens}`);
});
