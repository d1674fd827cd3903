// The list of functions: how hot each is, and which tier it was in at the chosen time.

/** @typedef {{text: string, title: string, kind: string}} TierBadge */

class FunctionList {
  /** @param {State} state @param {(heat: Heat) => void} onHeat */
  constructor(state, onHeat) {
    this.state = state;
    this.program = state.program;
    this.onHeat = onHeat;
    this.measures = measures(this.program);
    this.heat = new Heat(this.measures[0], this.program.functions);
    /** @type {number[]} */ this.order = [];
    this.badges = this.#badges();
    this.list = new VirtualList(byId("function-list"), {
      label: "Functions",
      fill: (row, at) => this.#fill(row, this.order[at]),
      decorate: (row, at) => this.#decorate(row, this.order[at]),
      onActive: (at) => this.state.choose(this.order[at]),
    });
    const select = /** @type {HTMLSelectElement} */ (byId("measure"));
    select.append(...this.measures.map(({ key, title }) => element("option", { value: key, text: title })));
    select.addEventListener("change", () => this.measure(select.value));
    this.filter = /** @type {HTMLInputElement} */ (byId("filter"));
    this.filter.addEventListener("input", () => this.#arrange());
    this.filter.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        this.list.host.focus();
        if (this.order.length > 0) this.list.activate(0);
      }
    });
    state.onChange((changed) => {
      if (changed.has("event")) this.badges = this.#badges();
      if (changed.has("event") || changed.has("fn")) this.list.refresh();
      if (changed.has("fn")) this.list.showOne([this.order.indexOf(state.chosen.fn)].filter((at) => at >= 0));
    });
  }

  /** @param {string} key */
  measure(key) {
    const measure = this.measures.find((it) => it.key === key) ?? this.measures[0];
    this.heat = new Heat(measure, this.program.functions);
    byId("measure-note").textContent = measure.note;
    this.list.host.setAttribute("aria-label", `Functions, by ${measure.title.toLowerCase()}`);
    this.onHeat(this.heat);
    this.#arrange();
  }

  #arrange() {
    const wanted = this.filter.value.toLowerCase();
    const { functions } = this.program;
    const { values } = this.heat;
    this.order = functions
      .map((_, index) => index)
      .filter((index) => functions[index].name.toLowerCase().includes(wanted));
    this.order.sort((a, b) => values[b] - values[a] || a - b);
    this.list.reset(this.order.length);
    this.list.active = this.order.indexOf(this.state.chosen.fn);
    this.list.refill();
  }

  /** @param {HTMLElement} row @param {number} index */
  #fill(row, index) {
    const it = this.program.functions[index];
    row.classList.add("function");
    const place = this.program.place(it.site);
    const value = this.heat.values[index];
    row.title = `${visible(it.name)} ${place}: ${it.signature}`;
    row.append(
      element("span", { class: "name" }, visible(it.name), " ", element("small", { text: place })),
      element("span", { class: `figure h${this.heat.shade(value)}`, text: this.heat.text(value) }),
      element("span", { class: "tier" }),
    );
  }

  /** @param {HTMLElement} row @param {number} index */
  #decorate(row, index) {
    row.setAttribute("aria-selected", String(index === this.state.chosen.fn));
    const { text, title, kind } = this.badges[index];
    const badge = row.lastElementChild;
    if (!(badge instanceof HTMLElement)) return;
    badge.textContent = text;
    badge.title = title;
    badge.className = `tier ${kind}`;
  }

  /** By function: where it runs at the chosen time. @returns {TierBadge[]} */
  #badges() {
    const badges = this.program.functions.map(() => ({ text: "", title: "interpreted", kind: "" }));
    const { events } = this.program;
    for (const event of events.slice(0, this.state.chosen.event + 1)) {
      if (event.f === undefined) continue;
      if (event.k === "done")
        badges[event.f] = { text: `v${event.v}`, title: `compiled, version ${event.v}`, kind: "compiled" };
      if (event.k === "refused" || event.k === "failed") {
        badges[event.f] = { text: "✕", title: `not compiled: ${event.why}`, kind: "bad" };
      }
    }
    return badges;
  }
}
