// Keys for the whole page, and the dialog that tells them.

/** @typedef {{keys: string[], text: string, run: () => void}} Shortcut */

class Keys {
  /** @param {Shortcut[]} shortcuts */
  constructor(shortcuts) {
    this.shortcuts = shortcuts;
    this.isOn = true;
    this.dialog = /** @type {HTMLDialogElement} */ (byId("help"));
    const terms = shortcuts.flatMap(({ keys, text }) => [
      element("dt", {}, ...keys.flatMap((key, at) => [at > 0 ? " " : null, element("kbd", { text: key })])),
      element("dd", { text }),
    ]);
    const lists = /** @type {[string, string][]} */ ([
      [
        "↑ ↓ PgUp PgDn Home End",
        "in lists: go through the rows; in the source and in code this lights what belongs together",
      ],
      ["← →", "in the source: go through the operations of a line; in tabs and trees: move, open and close"],
      ["Enter", "in the list of events: show the place"],
      ["Tab", "go from list to list"],
    ]).flatMap(([key, text]) => [element("dt", {}, element("kbd", { text: key })), element("dd", { text })]);
    this.dialog.append(
      element("h2", { id: "help-title", text: "Keys" }),
      element("dl", {}, ...terms, ...lists),
      element(
        "label",
        {},
        element("input", {
          type: "checkbox",
          checked: true,
          onchange: (/** @type {Event} */ event) =>
            (this.isOn = /** @type {HTMLInputElement} */ (event.target).checked),
        }),
        " Keys of one letter are on",
      ),
      element("p", {
        class: "hint",
        text: "Underlined with dots: operations that saw something else than Ints (Ints are not noted).",
      }),
      element("p", {
        class: "hint",
        text: "CLIF and assembly: code that belongs to no place of its own goes with what stands before it.",
      }),
      element("form", { method: "dialog" }, element("button", { text: "Close" })),
    );
    byId("help-button").addEventListener("click", () => this.help());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  help() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (
      !this.isOn ||
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      this.dialog.open
    )
      return;
    if (target.matches("input:not([type=checkbox]):not([type=range]), select, textarea")) return;
    const shortcut = this.shortcuts.find(({ keys }) => keys.includes(event.key));
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  }
}
