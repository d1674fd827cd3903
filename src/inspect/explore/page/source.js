// The source: how hot each line's function is, and what the operations are that are pointed at.

/** Longer lines are cut. */
const MAX_LINE = 2_000;
/** Of places around a line, the innermost so many count. */
const MAX_AROUND = 100;

class SourceView {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.program = state.program;
    /** @type {Heat | null} */ this.heat = null;
    /** Places of the chosen function's code, by where they begin, the longer first. @type {number[]} */
    this.sites = [];
    /** By place in that list: where the innermost other place is that it lies in; -1: nowhere. */
    this.parents = new Int32Array(0);
    /** By line: the first function that begins there, for the number. @type {Map<number, number>} */
    this.firsts = new Map();
    this.program.functions.forEach((it, index) => {
      const [start, end] = this.program.span(it.site);
      const line = this.program.lineOf(start);
      if (start < end && !this.firsts.has(line)) this.firsts.set(line, index);
    });
    this.list = new VirtualList(byId("source-list"), {
      label: "Source; left and right go through the operations of a line",
      fill: (row, line) => this.#fill(row, line),
      decorate: (row) => this.#decorate(row),
      onPoint: (_, target) => this.#point(target),
      onActive: (line) => this.#activate(line),
      onKey: (event) => this.#key(event),
    });
    this.list.host.addEventListener("click", (event) => {
      const site = siteOf(/** @type {Element} */ (event.target));
      if (site !== null) this.state.set({ pinned: site, pointed: null });
    });
    this.showsKinds = false;
    byId("show-kinds").addEventListener("change", (event) => {
      this.showsKinds = /** @type {HTMLInputElement} */ (event.target).checked;
      this.list.refill();
    });
    const note = this.program.data.isLayout
      ? "laid out from the JSON tree"
      : plural(this.program.lineStarts.length, "line");
    byId("source-note").textContent = this.program.source === "" ? "no source can express this tree" : note;
    state.onChange((changed) => {
      if (changed.has("fn")) this.#choose();
      else if (changed.has("pointed") || changed.has("pinned")) this.list.refresh();
      if (changed.has("pinned")) this.#showPinned();
    });
  }

  /** @param {Heat} heat */
  setHeat(heat) {
    this.heat = heat;
    this.list.refill();
  }

  start() {
    this.list.reset(this.program.source === "" ? 0 : this.program.lineStarts.length);
    this.#choose();
    this.#showPinned();
  }

  #choose() {
    const { program } = this;
    this.sites = [...this.state.code.sites()].filter((site) => program.start(site) < program.end(site));
    this.sites.sort((a, b) => program.start(a) - program.start(b) || program.end(b) - program.end(a));
    this.parents = new Int32Array(this.sites.length).fill(-1);
    /** @type {number[]} */ const open = [];
    this.sites.forEach((site, at) => {
      while (open.length > 0 && program.end(this.sites[open[open.length - 1]]) <= program.start(site))
        open.pop();
      if (open.length > 0) this.parents[at] = open[open.length - 1];
      open.push(at);
    });
    this.list.refill();
    if (this.state.chosen.pinned === null) {
      const [start, end] = program.span(program.functions[this.state.chosen.fn].site);
      if (start < end) this.list.showOne([program.lineOf(start)]);
    }
  }

  #showPinned() {
    const { pinned } = this.state.chosen;
    if (pinned === null) return;
    const [start, end] = this.program.span(pinned);
    if (start < end) this.list.showOne([this.program.lineOf(start)]);
  }

  /** @param {HTMLElement} row @param {number} line */
  #fill(row, line) {
    const { text, start, isCut } = this.program.lineText(line, MAX_LINE);
    const owner = this.program.owners[line];
    row.classList.add("source-row");
    if (owner === this.state.chosen.fn) row.classList.add("own");
    const heat = element("span", { class: "heat", "aria-hidden": "true" });
    if (this.heat && owner >= 0) {
      const first = this.program.functions[this.firsts.get(line) ?? owner];
      const value = this.heat.places.get(first.site) ?? 0;
      if (this.firsts.has(line)) {
        row.classList.add("first");
        heat.append(element("span", { text: this.heat.text(value) }));
      }
      heat.append(element("i", { class: `h${this.heat.shade(value)}` }));
      heat.title = `${visible(first.name)}: ${this.heat.text(value)} (${this.heat.measure.title.toLowerCase()})`;
    }
    const gutter = element(
      "span",
      { class: "gutter" },
      heat,
      element("span", { class: "number", text: String(line + 1) }),
    );
    row.append(gutter, this.#text(text, start));
    if (isCut) row.append(element("span", { class: "dim", text: " … the line goes on" }));
    const failed = this.program.data.failed;
    if (failed && this.program.lineOf(this.program.span(failed.site)[0]) === line)
      row.classList.add("failed-line");
  }

  /**
   * A line in pieces: each is of one word and one innermost place.
   * @param {string} text @param {number} start
   */
  #text(text, start) {
    const end = start + text.length;
    const covering = this.#covering(start, end);
    const words = wordsOf(text, SOURCE_WORDS);
    const cuts = new Set([0, text.length]);
    for (const [from, to] of words) cuts.add(from).add(to);
    for (const site of covering) {
      for (const at of this.program.span(site)) cuts.add(Math.max(0, Math.min(text.length, at - start)));
    }
    const sorted = [...cuts].sort((a, b) => a - b);
    const line = element("span", { class: "text" });
    // Places that are open at a cut, the innermost last.
    /** @type {number[]} */ const open = [];
    let [next, word] = [0, 0];
    sorted.slice(0, -1).forEach((from, at) => {
      const to = sorted[at + 1];
      while (open.length > 0 && this.program.span(open[open.length - 1])[1] <= start + from) open.pop();
      while (next < covering.length && this.program.span(covering[next])[0] <= start + from)
        open.push(covering[next++]);
      while (open.length > 0 && this.program.span(open[open.length - 1])[1] <= start + from) open.pop();
      while (word < words.length && words[word][1] <= from) word++;
      const kind = words[word] && words[word][0] <= from ? words[word][2] : "";
      const piece = element("span", { class: kind || null, text: visible(text.slice(from, to)) });
      const site = open[open.length - 1];
      if (site !== undefined) {
        piece.dataset.site = String(site);
        const seen = this.state.code.kinds.get(site);
        if (seen && (seen.left || seen.right || seen.result)) piece.classList.add("seen");
      }
      const failed = this.program.data.failed;
      if (failed) {
        const [faultStart, faultEnd] = this.program.span(failed.site);
        if (faultStart <= start + from && start + to <= faultEnd) piece.classList.add("fault");
      }
      line.append(piece);
      if (this.showsKinds) line.append(...this.#kindsAt(covering, start, start + to));
    });
    return line;
  }

  /**
   * What is known of the operations that end at an offset and began in this line.
   * @param {number[]} covering @param {number} lineStart @param {number} end
   */
  #kindsAt(covering, lineStart, end) {
    const done = covering.filter((site) => {
      const [from, to] = this.program.span(site);
      // What is one word, a name or a literal, is no operation.
      return (
        to === end &&
        from >= lineStart &&
        !/^(?:[\w']+|"[^"]*")$/.test(this.program.source.slice(from, Math.min(to, from + 80)))
      );
    });
    return done.reverse().flatMap((site) => {
      const kinds = this.state.kinds(site);
      if (!kinds) return [];
      const saw = /** @type {("left" | "right" | "result")[]} */ (["left", "right", "result"])
        .filter((side) => kinds[side])
        .map((side) => `saw ${side === "result" ? "" : `${side} `}${this.program.kindNames(kinds[side])}`);
      const text = [kinds.proven ? this.program.kindNames(kinds.proven) : "never", ...saw].join(" · ");
      return [
        element("span", {
          class: `kinds${saw.length > 0 ? " other" : ""}`,
          text,
          title: saw.length > 0 ? "proven · seen besides Ints" : "proven",
        }),
      ];
    });
  }

  /** @param {HTMLElement} row */
  #decorate(row) {
    const { lit } = this.state;
    const [start, end] = lit === null ? [-1, -1] : this.program.span(lit);
    for (const piece of row.querySelectorAll("[data-site]")) {
      const site = Number(/** @type {HTMLElement} */ (piece).dataset.site);
      const [from, to] = this.program.span(site);
      piece.classList.toggle("lit", lit !== null && start <= from && to <= end);
    }
  }

  /** @param {Element | null} target */
  #point(target) {
    this.state.set({ pointed: target ? siteOf(target) : null });
  }

  /** @param {number} line */
  #activate(line) {
    const owner = this.program.owners[line];
    if (owner >= 0 && owner !== this.state.chosen.fn) {
      this.state.choose(owner);
      this.list.activate(line);
      return;
    }
    const sites = this.#sitesOf(line);
    if (sites.length > 0 && !sites.includes(this.state.chosen.pinned ?? -1)) {
      this.state.set({ pinned: sites[0], pointed: null });
    }
  }

  /** The places that begin in a line, from left to right. @param {number} line */
  #sitesOf(line) {
    const { lineStarts, source } = this.program;
    return this.sites.slice(
      this.#firstFrom(lineStarts[line]),
      this.#firstFrom(lineStarts[line + 1] ?? source.length),
    );
  }

  /** Where in the list the first place is that begins at an offset or behind it. @param {number} offset */
  #firstFrom(offset) {
    let [low, high] = [0, this.sites.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.program.start(this.sites[middle]) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The places in a part of the source: those around its beginning, then those that begin there.
   * @param {number} start @param {number} end */
  #covering(start, end) {
    const first = this.#firstFrom(start);
    /** @type {number[]} */ const around = [];
    for (let at = first - 1; at >= 0 && around.length < MAX_AROUND; at = this.parents[at]) {
      if (this.program.end(this.sites[at]) > start) around.push(this.sites[at]);
    }
    return [...around.reverse(), ...this.sites.slice(first, this.#firstFrom(end))];
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return false;
    const sites = this.#sitesOf(this.list.active);
    const at = sites.indexOf(this.state.chosen.pinned ?? -1);
    const next = at < 0 ? 0 : at + (event.key === "ArrowRight" ? 1 : -1);
    if (sites[next] !== undefined) this.state.set({ pinned: sites[next], pointed: null });
    return true;
  }
}

/** The place that an element stands for. @param {Element} target */
function siteOf(target) {
  const piece = target.closest("[data-site]");
  return piece instanceof HTMLElement ? Number(piece.dataset.site) : null;
}
