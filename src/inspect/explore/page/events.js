// What happened when: all events as a list.

class EventsView {
  /** @param {State} state @param {HTMLElement} host */
  constructor(state, host) {
    this.state = state;
    this.program = state.program;
    this.host = host;
    this.hidden = new Set();
    /** @type {number[]} */ this.order = [];
    const kinds = [...new Set(this.program.events.map((event) => event.k))];
    const boxes = kinds.map((kind) => {
      const count = this.program.events.filter((event) => event.k === kind).length;
      return element(
        "label",
        {},
        element("input", {
          type: "checkbox",
          checked: true,
          onchange: (/** @type {Event} */ event) => {
            if (/** @type {HTMLInputElement} */ (event.target).checked) this.hidden.delete(kind);
            else this.hidden.add(kind);
            this.#arrange();
          },
        }),
        `${EVENT_NAMES[kind]} (${count})`,
      );
    });
    const list = element("div", { class: "list" });
    host.append(element("div", { class: "toolbar" }, ...boxes), list);
    if (kinds.length === 0)
      host.append(element("p", { class: "empty", text: "Nothing got hot, and nothing was collected." }));
    this.list = new VirtualList(list, {
      label: "Events; Enter shows the place",
      fill: (row, at) => this.#fill(row, this.order[at]),
      decorate: (row, at) => this.#decorate(row, this.order[at]),
      onActive: (at) => this.state.set({ event: this.order[at] }),
      onChoose: (at) => this.#goTo(this.order[at]),
    });
    state.onChange((changed) => {
      if (!changed.has("event") || this.host.hidden) return;
      this.list.refresh();
      const at = this.order.indexOf(state.chosen.event);
      if (at >= 0) this.list.showOne([at]);
    });
  }

  show() {
    if (!this.host.hidden) this.#arrange();
  }

  #arrange() {
    const { events } = this.program;
    this.order = events.map((_, index) => index).filter((index) => !this.hidden.has(events[index].k));
    this.list.reset(this.order.length);
    const at = this.order.indexOf(this.state.chosen.event);
    if (at >= 0) this.list.showOne([at]);
  }

  /** @param {HTMLElement} row @param {number} index */
  #fill(row, index) {
    const event = this.program.events[index];
    row.classList.add("event");
    const name = event.f === undefined ? "" : `${visible(this.program.functions[event.f].name)}, `;
    row.append(
      element("span", { class: "time", text: duration(event.t) }),
      element("span", { class: `kind ${event.k}`, text: EVENT_NAMES[event.k] }),
      element("span", { class: "what", text: name + visible(this.program.describe(event)) }),
    );
  }

  /** @param {HTMLElement} row @param {number} index */
  #decorate(row, index) {
    const { event } = this.state.chosen;
    row.classList.toggle("now", index === event);
    row.classList.toggle("later", index > event);
    row.setAttribute("aria-selected", String(index === event));
  }

  /** Shows what an event is about. @param {number} index */
  #goTo(index) {
    const { f, v, s } = this.program.events[index];
    if (f !== undefined) this.state.choose(f, v, s ?? null);
  }
}
