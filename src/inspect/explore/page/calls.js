// Who calls whom around the chosen function, and which of its calls were inlined, or why not.

/** How many functions a column shows. */
const MOST_NEIGHBOURS = 14;
/** How a call finds its callee, by the number in the data. */
const HOW_KNOWN = ["", "proven by analysis", "the only one seen", "one of several seen", "never seen"];
const NODE_HEIGHT = 40;
const NODE_GAP = 8;

/** @typedef {{fn: number | null, calls: number, inlined: number, note: string}} Neighbour */

class CallsView {
  /** @param {State} state @param {HTMLElement} host */
  constructor(state, host) {
    this.state = state;
    this.program = state.program;
    this.host = host;
    host.classList.add("scroll");
    state.onChange((changed) => {
      if (changed.has("fn") || changed.has("version")) this.show();
    });
  }

  show() {
    if (this.host.hidden) return;
    this.host.replaceChildren(
      this.#legend(),
      this.#graph(),
      element("h3", { text: "Calls that were inlined here, and others" }),
      this.#inlining(),
      element("h3", { text: "The whole program" }),
      overview(this.state),
    );
  }

  #legend() {
    const entry = (/** @type {string} */ kind, /** @type {string} */ text) =>
      element("span", { class: "hint" }, element("i", { class: `swatch ${kind}` }), text);
    return element(
      "div",
      { class: "legend" },
      entry("", "at least one call inlined"),
      entry("call", "called"),
      entry("unknown", "not known before it runs"),
    );
  }

  /** Whom a function calls. @param {number} caller @returns {Neighbour[]} */
  #callees(caller) {
    const code = this.program.code(caller);
    const version = code.versions[code.versions.length - 1];
    /** @type {Map<number, string>} */ const verdicts = new Map();
    for (const [site, scope, , , verdict] of version?.decisions ?? []) {
      if (scope === 0) verdicts.set(site, verdict);
    }
    /** @type {Map<number | null, Neighbour>} */ const found = new Map();
    for (const [site, fn, how, isInlined] of this.program.functions[caller].callees) {
      const known = found.get(fn) ?? { fn, calls: 0, inlined: 0, note: "" };
      known.calls += 1;
      known.inlined += isInlined;
      known.note = HOW_KNOWN[how] || known.note;
      if (!isInlined && verdicts.has(site)) known.note = verdicts.get(site) ?? "";
      found.set(fn, known);
    }
    return [...found.values()];
  }

  #graph() {
    const { fn } = this.state.chosen;
    const outgoing = this.#callees(fn);
    const callers = this.program.callers[fn];
    const incoming = callers.slice(0, MOST_NEIGHBOURS).map((caller) => {
      const call = this.#callees(caller).find((it) => it.fn === fn);
      return { ...(call ?? { calls: 1, inlined: 0, note: "" }), fn: caller };
    });
    const shown = outgoing.slice(0, MOST_NEIGHBOURS);
    const rows = Math.max(incoming.length, shown.length, 1);
    const height = rows * (NODE_HEIGHT + NODE_GAP);
    const column = (
      /** @type {Neighbour[]} */ all,
      /** @type {string} */ label,
      /** @type {number} */ more,
    ) =>
      element(
        "ul",
        { class: "column", "aria-label": label },
        ...all.map((it) => element("li", {}, this.#node(it))),
        more > 0 ? element("li", { class: "hint", text: `and ${more} more` }) : null,
      );
    const center = element(
      "ul",
      { class: "column" },
      element("li", {}, this.#node({ fn, calls: 0, inlined: 0, note: "" }, true)),
    );
    const title = (/** @type {string} */ text, /** @type {number} */ at) =>
      element("h3", { text, style: `grid-column: ${at}` });
    return element(
      "div",
      { class: "graph" },
      title("Called by", 1),
      title("Function", 3),
      title("Calls", 5),
      column(incoming, "Called by", callers.length - incoming.length),
      this.#wires(incoming, height, false),
      center,
      this.#wires(shown, height, true),
      column(shown, "Calls", outgoing.length - shown.length),
    );
  }

  /** @param {Neighbour} it @param {boolean} [isCenter] */
  #node(it, isCenter = false) {
    if (it.fn === null) {
      return element(
        "button",
        { type: "button", class: "node", disabled: true },
        element("b", { text: "?" }),
        element("small", { text: it.note }),
      );
    }
    const fn = it.fn;
    const { name, site } = this.program.functions[fn];
    const count = `${plural(it.calls, "call")}${it.inlined > 0 ? `, ${it.inlined} inlined` : ""}`;
    const entries = short(Program.entries(this.program.functions[fn]));
    const what = isCenter ? `entered ${entries} times` : [count, it.note].filter(Boolean).join(" · ");
    return element(
      "button",
      {
        type: "button",
        class: `node ${isCenter ? "center" : ""} ${it.inlined > 0 ? "inlined" : ""}`,
        title: `${visible(name)} ${this.program.place(site)}: ${what}`,
        onclick: () => this.state.choose(fn),
      },
      element("b", { text: visible(name) }),
      " ",
      element("span", { class: "hint", text: this.program.place(site) }),
      element("small", { text: what }),
    );
  }

  /** Lines from the function to its neighbours. @param {Neighbour[]} all @param {number} height @param {boolean} isRight */
  #wires(all, height, isRight) {
    const svg = drawn("svg", {
      class: "wires",
      "aria-hidden": "true",
      viewBox: `0 0 72 ${height}`,
      preserveAspectRatio: "none",
    });
    const top = (height - all.length * (NODE_HEIGHT + NODE_GAP) + NODE_GAP) / 2;
    all.forEach((it, at) => {
      const y = top + at * (NODE_HEIGHT + NODE_GAP) + NODE_HEIGHT / 2;
      const [from, to] = isRight ? [height / 2, y] : [y, height / 2];
      const kind = it.inlined > 0 ? "inlined" : it.fn === null ? "unknown" : "";
      svg.append(
        drawn("path", {
          class: `wire ${kind}`,
          d: `M0 ${from} C36 ${from} 36 ${to} 72 ${to}`,
          "vector-effect": "non-scaling-stroke",
        }),
      );
    });
    return svg;
  }

  #inlining() {
    const { version } = this.state;
    if (!version)
      return element("p", {
        class: "hint",
        text: "This function was not compiled, so that nothing was inlined into it.",
      });
    if (version.decisions.length === 0)
      return element("p", { class: "hint", text: "It makes no calls that inlining looked at." });
    /** @type {Map<number, VersionData["decisions"]>} */ const byScope = new Map();
    for (const decision of version.decisions) {
      const list = byScope.get(decision[1]) ?? [];
      list.push(decision);
      byScope.set(decision[1], list);
    }
    const nodes = (/** @type {number} */ scope) =>
      (byScope.get(scope) ?? []).map((decision) => this.#decision(decision, nodes));
    return treeView("Calls and whether they were inlined", nodes(0));
  }

  /**
   * @param {VersionData["decisions"][0]} decision @param {(scope: number) => TreeNode[]} nodes
   * @returns {TreeNode}
   */
  #decision([site, , callee, inner, verdict], nodes) {
    const name = callee === null ? "unknown callee" : visible(this.program.functions[callee].name);
    const label = element(
      "span",
      {},
      element("span", { class: "callee", text: name }),
      " ",
      element("span", { class: "hint", text: this.program.place(site) }),
      " ",
      element("span", { class: "verdict", text: inner === null ? `stays a call: ${verdict}` : verdict }),
    );
    return {
      label,
      className: inner === null ? "" : "inlined",
      children: inner === null ? [] : nodes(inner),
      onChoose: () => this.state.set({ pinned: site, pointed: null }),
    };
  }
}
