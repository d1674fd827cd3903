// The address of the page: what is chosen stands behind the `#`, so that it can be kept, handed on
// and come back to.

/** How long nothing must change before the address does, in milliseconds: browsers limit how often. */
const ADDRESS_DELAY = 300;

/**
 * What the address says is chosen, as far as there is such a thing.
 * @param {Program} program
 * @returns {Partial<Chosen>}
 */
function readAddress(program) {
  const said = new URLSearchParams(location.hash.slice(1));
  const number = (/** @type {string} */ key, /** @type {number} */ end) => {
    const value = Number(said.get(key) ?? NaN);
    return Number.isInteger(value) && value >= 0 && value < end ? value : undefined;
  };
  const fn = number("function", program.functions.length);
  if (fn === undefined) return {};
  const version = number("version", program.functions[fn].versions) ?? program.functions[fn].versions - 1;
  return { fn, version, pinned: number("place", program.data.sites.length / 2) ?? null };
}

/**
 * Has the address follow what is chosen.
 * @param {State} state
 */
function followAddress(state) {
  let timer = 0;
  state.onChange((changed) => {
    if (!["fn", "version", "pinned"].some((name) => changed.has(name))) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const { fn, version, pinned } = state.chosen;
      const said = new URLSearchParams({ function: String(fn) });
      if (version >= 0) said.set("version", String(version));
      if (pinned !== null) said.set("place", String(pinned));
      history.replaceState(null, "", `#${said}`);
    }, ADDRESS_DELAY);
  });
}
