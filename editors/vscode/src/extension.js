// Rinha in VS Code: findings of `galo check`, the layout of `galo fmt`.

"use strict";

const vscode = require("vscode");

const { edit } = require("./edits.js");
const { findings } = require("./findings.js");
const galo = require("./galo.js");

const LANGUAGE = "rinha";

/** How long nothing is typed before the text is checked, in milliseconds. */
const PAUSE = 250;

/** @param {vscode.ExtensionContext} context */
function activate(context) {
  const checker = new Checker();
  context.subscriptions.push(
    checker,
    vscode.workspace.onDidOpenTextDocument((document) => checker.check(document)),
    vscode.workspace.onDidSaveTextDocument((document) => checker.check(document)),
    vscode.workspace.onDidCloseTextDocument((document) => checker.forget(document)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => checker.changed(document)),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("galo")) checker.checkAll();
    }),
    vscode.languages.registerDocumentFormattingEditProvider(LANGUAGE, {
      provideDocumentFormattingEdits,
    }),
  );
  checker.checkAll();
}

/**
 * @param {vscode.TextDocument} document
 * @param {vscode.FormattingOptions} _options
 * @param {vscode.CancellationToken} token
 */
async function provideDocumentFormattingEdits(document, _options, token) {
  const abort = new AbortController();
  token.onCancellationRequested(() => abort.abort());
  const text = document.getText();
  try {
    const formatted = await galo.format(path(document), text, abort.signal);
    const change = formatted === undefined ? undefined : edit(text, formatted);
    return change && [vscode.TextEdit.replace(rangeOf(document, change), change.text)];
  } catch (error) {
    if (!abort.signal.aborted) complain(document, error);
    return undefined;
  }
}

/** Keeps the findings of all open programs. */
class Checker {
  diagnostics = vscode.languages.createDiagnosticCollection("galo");
  /** @type {Map<string, NodeJS.Timeout>} */
  waiting = new Map();
  /** @type {Map<string, AbortController>} */
  running = new Map();

  dispose() {
    this.waiting.forEach(clearTimeout);
    this.running.forEach((abort) => abort.abort());
    this.diagnostics.dispose();
  }

  checkAll() {
    vscode.workspace.textDocuments.forEach((document) => this.check(document));
  }

  /** @param {vscode.TextDocument} document */
  changed(document) {
    if (document.languageId !== LANGUAGE || when(document) !== "onChange") return;
    this.stop(document);
    const timer = setTimeout(() => this.check(document), PAUSE);
    this.waiting.set(document.uri.toString(), timer);
  }

  /** @param {vscode.TextDocument} document */
  forget(document) {
    this.stop(document);
    this.diagnostics.delete(document.uri);
  }

  /**
   * What was asked before is out of date.
   * @param {vscode.TextDocument} document
   */
  stop(document) {
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
    this.running.get(key)?.abort();
    this.running.delete(key);
  }

  /** @param {vscode.TextDocument} document */
  async check(document) {
    if (document.languageId !== LANGUAGE) return;
    if (when(document) === "never") return this.forget(document);
    this.stop(document);
    const abort = new AbortController();
    this.running.set(document.uri.toString(), abort);
    const text = document.getText();
    try {
      const answer = await galo.check(path(document), text, abort.signal);
      if (abort.signal.aborted) return;
      const found = findings(answer, text).map((finding) => diagnostic(document, finding));
      this.diagnostics.set(document.uri, found);
    } catch (error) {
      if (!abort.signal.aborted) complain(document, error);
    }
  }
}

/**
 * @param {vscode.TextDocument} document
 * @param {import("./findings.js").Finding} finding
 */
function diagnostic(document, finding) {
  const { Error, Warning } = vscode.DiagnosticSeverity;
  const severity = finding.severity === "error" ? Error : Warning;
  const range = rangeOf(document, finding.range);
  const result = new vscode.Diagnostic(range, finding.message, severity);
  result.source = "galo";
  result.code = finding.code;
  result.relatedInformation = finding.related.map(({ message, range }) => {
    const location = new vscode.Location(document.uri, rangeOf(document, range));
    return new vscode.DiagnosticRelatedInformation(location, message);
  });
  return result;
}

/**
 * @param {vscode.TextDocument} document
 * @param {{ start: number, end: number }} range
 */
function rangeOf(document, { start, end }) {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** @param {vscode.TextDocument} document */
const settings = (document) => vscode.workspace.getConfiguration("galo", document.uri);

/** @param {vscode.TextDocument} document */
const path = (document) => settings(document).get("path", "galo");

/** @param {vscode.TextDocument} document */
const when = (document) => settings(document).get("check", "onChange");

/** What was complained about: once is enough. */
const complaints = new Set();

/**
 * @param {vscode.TextDocument} document
 * @param {any} error
 */
function complain(document, error) {
  const message =
    error.code === "ENOENT"
      ? `There is no command ${path(document)}; the setting galo.path says where galo is.`
      : `galo: ${error.message}`;
  if (complaints.has(message)) return;
  complaints.add(message);
  vscode.window.showErrorMessage(message);
}

module.exports = { activate };
