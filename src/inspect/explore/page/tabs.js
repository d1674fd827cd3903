// Tabs, as the ARIA authoring practices have them: arrows move and choose.

let tabsCount = 0;

class Tabs {
  /**
   * @param {HTMLElement} host @param {string} label
   * @param {{key: string, title: string, panel: HTMLElement}[]} tabs
   * @param {(key: string) => void} onChoose
   */
  constructor(host, label, tabs, onChoose) {
    this.tabs = tabs;
    this.onChoose = onChoose;
    this.key = "";
    const id = `tabs-${++tabsCount}`;
    this.buttons = tabs.map(({ key, title, panel }, at) => {
      panel.id ||= `${id}-panel-${at}`;
      const button = element("button", {
        type: "button",
        role: "tab",
        id: `${id}-${at}`,
        "aria-controls": panel.id,
        text: title,
        onclick: () => this.choose(key),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event, at),
      });
      setAttributes(panel, { role: "tabpanel", "aria-labelledby": button.id });
      return button;
    });
    const list = element("div", { class: "tabs", role: "tablist", "aria-label": label }, ...this.buttons);
    host.append(list);
  }

  /** @param {string} key */
  choose(key) {
    this.key = key;
    this.tabs.forEach((tab, at) => {
      const isChosen = tab.key === key;
      this.buttons[at].setAttribute("aria-selected", String(isChosen));
      this.buttons[at].tabIndex = isChosen ? 0 : -1;
    });
    // Several tabs may share a panel.
    const chosen = this.tabs.find((tab) => tab.key === key);
    for (const tab of this.tabs) tab.panel.hidden = tab.panel !== chosen?.panel;
    chosen?.panel.setAttribute("aria-labelledby", this.buttons[this.tabs.indexOf(chosen)].id);
    this.onChoose(key);
  }

  /** @param {KeyboardEvent} event @param {number} at */
  #key(event, at) {
    const last = this.tabs.length - 1;
    const steps = /** @type {Record<string, number>} */ ({
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    });
    if (!(event.key in steps)) return;
    event.preventDefault();
    this.choose(this.tabs[steps[event.key]].key);
    this.buttons[steps[event.key]].focus();
  }
}
