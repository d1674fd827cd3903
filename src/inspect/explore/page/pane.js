// One form of the chosen version: Core, the optimiser's IR after a pass, CLIF or machine code.

const FORMS = [
  { key: "core", title: "Core" },
  { key: "ssa", title: "SSA" },
  { key: "clif", title: "CLIF" },
  { key: "asm", title: "Assembly" },
];

class CodePane {
  /** @param {State} state @param {HTMLElement} host @param {string} name @param {string} form */
  constructor(state, host, name, form) {
    this.state = state;
    this.program = state.program;
    /** @type {DiffRow[]} */ this.rows = [];
    /** The rows of the lit place, and of what lies in it. @type {{exact: number[], inside: number[]}} */
    this.lit = { exact: [], inside: [] };
    this.stage = Number.MAX_SAFE_INTEGER;
    this.form = form;
    this.stages = element("select", {
      "aria-label": "After which pass",
      onchange: () => this.toStage(Number(this.#select.value)),
    });
    this.back = element("button", {
      type: "button",
      text: "◀",
      "aria-label": "Pass before",
      onclick: () => this.step(-1),
    });
    this.forth = element("button", {
      type: "button",
      text: "▶",
      "aria-label": "Next pass",
      onclick: () => this.step(1),
    });
    this.changes = /** @type {HTMLInputElement} */ (
      element("input", { type: "checkbox", checked: true, onchange: () => this.show() })
    );
    this.count = element("span", { class: "hint nobr" });
    this.passes = element(
      "span",
      { class: "passes" },
      this.back,
      this.stages,
      this.forth,
      element("label", {}, this.changes, "changes"),
      this.count,
    );
    this.empty = element("p", { class: "empty", hidden: true });
    const list = element("div", { class: "list code" });
    this.marks = element("div", { class: "marks", "aria-hidden": "true" });
    this.panel = element("div", { class: "panel" }, list, this.marks, this.empty);
    const bar = element("div", { class: "toolbar" });
    this.host = element("section", { class: "pane", "aria-label": name }, bar, this.panel);
    host.append(this.host);
    this.list = new VirtualList(list, {
      label: `${name}: lines of code`,
      fill: (row, at) => this.#fill(row, at),
      decorate: (row, at) => this.#decorate(row, at),
      onPoint: (at) => this.state.set({ pointed: at === null ? null : this.#site(at) }),
      onActive: (at) => this.state.set({ pinned: this.#site(at), pointed: null }),
    });
    this.tabs = new Tabs(
      bar,
      `${name}: form`,
      FORMS.map((it) => ({ ...it, panel: this.panel })),
      (key) => {
        this.form = key;
        this.show();
      },
    );
    bar.append(this.passes);
    state.onChange((changed) => {
      if (changed.has("fn") || changed.has("version")) {
        this.stage = Number.MAX_SAFE_INTEGER;
        this.show();
      } else if (changed.has("pointed") || changed.has("pinned")) {
        this.list.refresh();
        this.#mark();
      }
      if (changed.has("pinned")) this.#showPinned();
    });
  }

  get #select() {
    return /** @type {HTMLSelectElement} */ (this.stages);
  }

  /** @param {number} at @returns {number | null} */
  #site(at) {
    const site = this.state.code.siteOf(this.rows[at].id);
    return site < 0 ? null : site;
  }

  show() {
    if (this.host.hidden) return;
    const { code, version } = this.state;
    this.passes.hidden = this.form !== "ssa" || !version;
    this.rows = this.#rows(code, version);
    const none = this.rows.length === 0;
    this.empty.hidden = !none;
    this.list.host.hidden = none;
    if (none) this.empty.textContent = this.#why(version);
    this.list.reset(this.rows.length);
    this.list.host.scrollTop = 0;
    this.#mark();
    this.#showPinned();
  }

  /** Finds the lit rows, and marks beside the list where they are, in sight or not. */
  #mark() {
    if (this.host.hidden) return;
    const { code, lit } = this.state;
    this.lit = { exact: [], inside: [] };
    if (lit !== null) {
      this.rows.forEach(({ id }, at) => {
        const kind = this.state.litClass(code.siteOf(id));
        if (kind === "lit") this.lit.exact.push(at);
        else if (kind !== "") this.lit.inside.push(at);
      });
    }
    const { length } = this.rows;
    const height = Math.min(this.panel.clientHeight, length * this.list.rowHeight);
    /** By place, in steps of three pixels. @type {Map<number, string>} */ const marks = new Map();
    for (const [kind, places] of /** @type {[string, number[]][]} */ ([
      ["lit-inside", this.lit.inside],
      ["lit", this.lit.exact],
    ])) {
      for (const at of places) marks.set(3 * Math.floor((height * at) / length / 3), kind);
    }
    this.marks.replaceChildren(
      ...[...marks].map(([place, kind]) => {
        const mark = element("i", { class: kind });
        mark.style.top = `${place}px`;
        return mark;
      }),
    );
  }

  /** @param {VersionData | undefined} version */
  #why(version) {
    const isCut = version?.cut || this.form === "core";
    if (isCut) return "There are more lines in this program’s forms than fit in a page; these are left out.";
    if (version) return "It was not compiled to the end: see the events.";
    return "This function was not compiled, so that there is nothing but its Core. With --tier=jit everything that runs is compiled.";
  }

  /** @param {FunctionCode} code @param {VersionData | undefined} version @returns {DiffRow[]} */
  #rows(code, version) {
    const plain = (/** @type {number[]} */ runs) =>
      code.expand(runs).map((id) => ({ id, mark: /** @type {0} */ (0) }));
    if (this.form === "core") return plain(code.core);
    if (!version) return [];
    if (this.form === "clif") return plain(version.clif);
    if (this.form === "asm") return plain(version.asm);
    const last = version.stages.length - 1;
    this.stage = Math.max(0, Math.min(this.stage, last));
    this.#fillStages(version);
    const rows =
      this.stage === 0
        ? code.stage(version, 0).map((id) => ({ id, mark: /** @type {0} */ (0) }))
        : diffLines(code.stage(version, this.stage - 1), code.stage(version, this.stage));
    const [added, removed] = [1, -1].map((mark) => rows.filter((row) => row.mark === mark).length);
    this.count.textContent = added + removed > 0 ? `+${added} −${removed}` : "";
    if (this.changes.checked) return rows;
    return rows.filter((row) => row.mark >= 0).map(({ id }) => ({ id, mark: 0 }));
  }

  /** @param {VersionData} version */
  #fillStages(version) {
    const options = version.stages.map(([name, micros, runs], at) => {
      const what = at === 0 ? "as built" : `${at} ${name}`;
      const how = runs ? duration(micros) : "no change";
      return element("option", { value: at, text: `${what} · ${how}`, title: this.#about(name) });
    });
    this.stages.replaceChildren(...options);
    this.#select.value = String(this.stage);
    this.stages.title = this.#about(version.stages[this.stage]?.[0] ?? "");
    /** @type {HTMLButtonElement} */ (this.back).disabled = this.stage <= 0;
    /** @type {HTMLButtonElement} */ (this.forth).disabled = this.stage >= version.stages.length - 1;
  }

  /** @param {string} pass */
  #about(pass) {
    return this.program.data.passes.find(([name]) => name === pass)?.[1] ?? "";
  }

  /** @param {number} stage */
  toStage(stage) {
    this.stage = stage;
    this.show();
  }

  /** Goes on to the next pass that changed something. @param {1 | -1} by */
  step(by) {
    const stages = this.state.version?.stages ?? [];
    let to = this.stage + by;
    while (to > 0 && to < stages.length - 1 && stages[to][2] === null) to += by;
    if (to >= 0 && to < stages.length) this.toStage(to);
  }

  #showPinned() {
    const { pinned } = this.state.chosen;
    if (pinned === null || this.rows.length === 0) return;
    this.list.showOne(this.lit.exact.length > 0 ? this.lit.exact : this.lit.inside);
  }

  /** How many lines belong to the lit place. */
  litLines() {
    return this.host.hidden ? 0 : this.lit.exact.length + this.lit.inside.length;
  }

  get title() {
    return FORMS.find(({ key }) => key === this.form)?.title ?? "";
  }

  /** @param {HTMLElement} row @param {number} at */
  #fill(row, at) {
    const { id, mark } = this.rows[at];
    const line = this.state.code.line(id);
    const before = at > 0 ? this.state.code.line(this.rows[at - 1].id) : null;
    row.classList.add("code-row");
    if (mark === 1) row.classList.add("added");
    if (mark === -1) row.classList.add("removed");
    if (this.form === "ssa") {
      const sign = mark === 0 ? " " : mark === 1 ? "+" : "−";
      row.append(
        element("span", { class: "sign", text: sign, "aria-label": ["removed", null, "added"][mark + 1] }),
      );
    }
    const what = element("span", { class: "what" });
    writeWords(what, line.text, this.form === "asm" ? ASSEMBLY_WORDS : FORM_WORDS);
    row.append(" ", what);
    const isNew =
      line.site >= 0 && (before?.site !== line.site || before?.scope !== line.scope || this.form === "core");
    const notes = [
      isNew ? this.program.place(line.site) : "",
      isNew ? this.#scope(line.scope) : "",
      visible(line.note),
    ];
    const note = notes.filter((part) => part !== "").join("  ·  ");
    if (note) row.append(element("span", { class: "note", text: note }));
  }

  /** Whose body a line comes from, if it was inlined. @param {number} scope */
  #scope(scope) {
    const data = scope > 0 ? this.state.version?.scopes[scope] : undefined;
    return data ? `in ${visible(this.program.functions[data[0]].name)}` : "";
  }

  /** @param {HTMLElement} row @param {number} at */
  #decorate(row, at) {
    const kind = this.state.litClass(this.state.code.siteOf(this.rows[at].id));
    row.classList.toggle("lit", kind === "lit");
    row.classList.toggle("lit-inside", kind === "lit-inside");
    row.setAttribute("aria-selected", String(kind === "lit"));
  }
}
