// What the run cost, in tables.

class StatisticsView {
  /** @param {State} state @param {HTMLElement} host */
  constructor(state, host) {
    this.state = state;
    this.program = state.program;
    this.host = host;
    host.classList.add("scroll");
  }

  show() {
    if (this.host.hidden || this.host.firstChild) return;
    const { statistics: s, output, passes, steps, options, galo } = this.program.data;
    const nanos = (/** @type {number} */ n) => duration(Math.round((n ?? 0) / 1000));
    const number = (/** @type {number} */ n) => (n ?? 0).toLocaleString("en");
    const table = (/** @type {string} */ title, /** @type {[string, string][]} */ rows) =>
      element(
        "div",
        {},
        element("h3", { text: title }),
        element(
          "table",
          {},
          element(
            "tbody",
            {},
            ...rows.map(([name, value]) =>
              element(
                "tr",
                {},
                element("th", { scope: "row", text: name }),
                element("td", { class: "figure", text: value }),
              ),
            ),
          ),
        ),
      );
    const jit = /** @type {Record<string, number>} */ (s.jit_nanos ?? {});
    const total = steps.reduce((sum, step) => sum + (jit[step] ?? 0), 0);
    this.host.append(
      element("p", {
        class: "hint",
        text: `galo ${galo}, ${options}. Machine code counts its calls here and looks who is running before tail calls, which takes some instructions; times are without the making of this page.`,
      }),
      element(
        "div",
        { class: "columns" },
        table("Time", [
          ["Reading", nanos(s.read_nanos)],
          ["Lowering to Core", nanos(s.lower_nanos)],
          ["Making closures", nanos(s.compile_nanos)],
          ["Running", nanos(s.run_nanos)],
          ["of which compiling", nanos(total)],
          ["of which collecting", nanos(s.pause_nanos)],
        ]),
        table("Tiers", [
          ["Interpreted calls", number(s.interpreted_calls)],
          ["Compiled calls", number(s.compiled_calls)],
          ["Compiled functions", number(s.compiled_functions)],
          ["Versions of them", number(s.compiled_versions)],
          ["Machine code", bytes(s.code_bytes ?? 0)],
          ["Not to be compiled", number(s.refused_functions)],
          ["Failed", number(s.failed_compilations)],
        ]),
        table("Heap", [
          ["Allocated", bytes(s.allocated_bytes ?? 0)],
          ["Survived", bytes(s.promoted_bytes ?? 0)],
          ["Most in use", bytes(s.peak_bytes ?? 0)],
          ["Minor collections", number(s.minor_collections)],
          ["Major collections", number(s.major_collections)],
          ["Longest pause", nanos(s.longest_pause_nanos)],
        ]),
        table("Stack and output", [
          ["Stack", s.stack_bytes === null ? "not known" : bytes(s.stack_bytes)],
          ["Frames", s.frame_bytes === null ? "not known" : bytes(s.frame_bytes)],
          ["Printed", bytes(s.printed_bytes ?? 0)],
        ]),
      ),
      this.#shares(
        "Compiling, by step",
        ["step", "time"],
        steps.map((step) => [step, "", nanos(jit[step]), jit[step] ?? 0]),
      ),
      this.#shares(
        "Passes, over all versions",
        ["pass", "time · changed something"],
        passes.map(([name, about, micros, runs, changes]) => [
          name,
          about,
          `${duration(micros)} · ${changes} of ${runs}`,
          micros,
        ]),
      ),
      this.#exits(s.exits ?? []),
      element("h3", { text: "Output" }),
      this.#output(output, s.printed_bytes ?? 0),
    );
  }

  /** @param {string} title @param {string[]} heads @param {[string, string, string, number][]} rows name, about, figure, size */
  #shares(title, heads, rows) {
    const most = Math.max(1, ...rows.map((row) => row[3]));
    const body = rows.map(([name, about, figure, size]) => {
      const bar = element("i", {});
      bar.style.width = `${(100 * size) / most}%`;
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, name),
        element("td", { class: "hint", text: about }),
        element("td", {}, element("div", { class: "meter", "aria-hidden": "true" }, bar)),
        element("td", { class: "figure", text: figure }),
      );
    });
    const head = element(
      "tr",
      {},
      element("th", { scope: "col", text: heads[0] }),
      element("td", {}),
      element("td", {}),
      element("th", { scope: "col", class: "figure", text: heads[1] }),
    );
    return element(
      "div",
      {},
      element("h3", { text: title }),
      element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)),
    );
  }

  /** @param {{function: string, place: string, reason: string, count: number}[]} exits */
  #exits(exits) {
    if (exits.length === 0) return element("p", { class: "hint", text: "No guess was wrong." });
    const rows = exits
      .slice(0, 200)
      .map((exit) =>
        element(
          "tr",
          {},
          element("td", { class: "mono", text: visible(exit.function) }),
          element("td", { text: visible(exit.place) }),
          element("td", { text: exit.reason }),
          element("td", { class: "figure", text: exit.count.toLocaleString("en") }),
        ),
      );
    return element(
      "div",
      {},
      element("h3", { text: "Guesses that were wrong" }),
      element("table", {}, element("tbody", {}, ...rows)),
    );
  }

  /** @param {string} output @param {number} size */
  #output(output, size) {
    if (size === 0) return element("p", { class: "hint", text: "It printed nothing." });
    const lines = output
      .split("\n")
      .map((line) => visible(line))
      .join("\n");
    const isCut = new TextEncoder().encode(output).length < size;
    return element("pre", {
      class: "output",
      tabindex: 0,
      "aria-label": "Output",
      text: isCut ? `${lines}…` : lines,
    });
  }
}
