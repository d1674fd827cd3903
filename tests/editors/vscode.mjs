// As much of VS Code as the extension uses: documents, settings, and what it is told.

/** Documents, settings and what the extension has said of them. */
export class Editor {
  settings = {};
  documents = [];
  diagnostics = new Map();
  messages = [];
  formatter = undefined;
  listeners = {};

  /** What `require("vscode")` gives. */
  get api() {
    const on = (name) => (listener) => {
      this.listeners[name] = listener;
      return { dispose() {} };
    };
    const editor = this;
    return {
      workspace: {
        get textDocuments() {
          return editor.documents;
        },
        getConfiguration: () => ({ get: (name, other) => this.settings[name] ?? other }),
        onDidOpenTextDocument: on("open"),
        onDidSaveTextDocument: on("save"),
        onDidCloseTextDocument: on("close"),
        onDidChangeTextDocument: on("change"),
        onDidChangeConfiguration: on("configuration"),
      },
      languages: {
        createDiagnosticCollection: () => ({
          set: (uri, found) => this.told(uri, found),
          delete: (uri) => this.diagnostics.delete(String(uri)),
          dispose() {},
        }),
        registerDocumentFormattingEditProvider: (_language, formatter) => {
          this.formatter = formatter;
          return { dispose() {} };
        },
      },
      window: { showErrorMessage: (message) => this.messages.push(message) },
      DiagnosticSeverity: { Error: 0, Warning: 1 },
      Diagnostic: class {
        constructor(range, message, severity) {
          Object.assign(this, { range, message, severity });
        }
      },
      Location: class {
        constructor(uri, range) {
          Object.assign(this, { uri, range });
        }
      },
      DiagnosticRelatedInformation: class {
        constructor(location, message) {
          Object.assign(this, { location, message });
        }
      },
      Range: class {
        constructor(start, end) {
          Object.assign(this, { start, end });
        }
      },
      TextEdit: { replace: (range, text) => ({ range, text }) },
    };
  }

  /** A document with this text. */
  open(text, languageId = "rinha") {
    const uri = `untitled:${this.documents.length}`;
    const document = {
      uri,
      languageId,
      text,
      getText: () => document.text,
      positionAt: (offset) => {
        const lines = document.text.slice(0, offset).split("\n");
        return `${lines.length}:${lines.at(-1).length + 1}`;
      },
    };
    this.documents.push(document);
    return document;
  }

  told(uri, found) {
    this.diagnostics.set(String(uri), found);
    this.waiting?.();
  }

  /** Waits until something is said of a document's text. */
  nextDiagnostics() {
    return new Promise((resolve) => (this.waiting = resolve));
  }
}
