// What is chosen on the page, and who wants to know.

/**
 * @typedef {object} Chosen
 * @property {number} fn the function
 * @property {number} version its version, by its place; -1: none
 * @property {number | null} pinned the place that was chosen
 * @property {number | null} pointed the place that is pointed at; goes before the pinned one
 * @property {number} event up to which event the timeline is looked at
 */

/** Keeps what is chosen and tells of changes. */
class State {
  /** @param {Program} program */
  constructor(program) {
    this.program = program;
    const fn = State.#first(program);
    /** @type {Chosen} */
    this.chosen = {
      fn,
      version: program.functions[fn].versions - 1,
      pinned: program.data.failed?.site ?? null,
      pointed: null,
      event: program.events.length - 1,
      ...readAddress(program),
    };
    /** @type {((changed: Set<string>) => void)[]} */
    this.listeners = [];
  }

  /**
   * The function to look at first: where the program failed, or the hottest that was compiled.
   * @param {Program} program
   */
  static #first(program) {
    const { functions, data } = program;
    let best = 0;
    if (data.failed) {
      const { site } = data.failed;
      const size = (/** @type {number} */ index) =>
        program.span(functions[index].site)[1] - program.span(functions[index].site)[0];
      functions.forEach((it, index) => {
        if (program.isInside(site, it.site) && size(index) < size(best)) best = index;
      });
      return best;
    }
    functions.forEach((it, index) => {
      const [isCompiled, bestIsCompiled] = [it.versions > 0, functions[best].versions > 0];
      const isHotter = Program.entries(it) > Program.entries(functions[best]);
      if (isCompiled && (!bestIsCompiled || isHotter)) best = index;
    });
    return best;
  }

  /** @param {(changed: Set<string>) => void} listener */
  onChange(listener) {
    this.listeners.push(listener);
  }

  /** @param {Partial<Chosen>} changes */
  set(changes) {
    const chosen = /** @type {Record<string, any>} */ (this.chosen);
    const changed = Object.entries(changes).filter(([key, value]) => chosen[key] !== value);
    if (changed.length === 0) return;
    for (const [key, value] of changed) chosen[key] = value;
    const names = new Set(changed.map(([key]) => key));
    this.listeners.forEach((listener) => listener(names));
  }

  /**
   * Chooses a function, and its last version unless another is said.
   * @param {number} fn @param {number} [version] its number @param {number | null} [site]
   */
  choose(fn, version, site = null) {
    const code = this.program.code(fn);
    const numbers = code.versions.map((it) => it.number);
    const at = version === undefined ? numbers.length - 1 : numbers.indexOf(version);
    this.set({ fn, version: at < 0 ? numbers.length - 1 : at, pinned: site, pointed: null });
  }

  get code() {
    return this.program.code(this.chosen.fn);
  }

  /** @returns {VersionData | undefined} */
  get version() {
    return this.code.versions[this.chosen.version];
  }

  /**
   * What is known of a place in the chosen function, or in one that was inlined into it.
   * @param {number} site @returns {SeenKinds | undefined}
   */
  kinds(site) {
    const own = this.code.kinds.get(site);
    if (own) return own;
    const inlined = new Set((this.version?.scopes ?? []).map(([fn]) => fn));
    for (const fn of inlined) {
      const kinds = this.program.code(fn).kinds.get(site);
      if (kinds) return kinds;
    }
    return undefined;
  }

  /** The place whose lines are lit. */
  get lit() {
    return this.chosen.pointed ?? this.chosen.pinned;
  }

  /**
   * How a place is lit: `lit` where it is the one, `lit-inside` where it lies in it.
   * @param {number} site
   */
  litClass(site) {
    const { lit } = this;
    if (lit === null || site < 0) return "";
    if (site === lit) return "lit";
    const { program } = this;
    if (!program.isInside(site, lit)) return "";
    return program.start(site) === program.start(lit) && program.end(site) === program.end(lit)
      ? "lit"
      : "lit-inside";
  }
}
