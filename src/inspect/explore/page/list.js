// A list of which only the rows in sight exist: a listbox as the ARIA authoring practices have it,
// with the focus on the list and an active row.

/**
 * @typedef {object} ListOptions
 * @property {string} label
 * @property {(row: HTMLElement, index: number) => void} fill makes a row
 * @property {(row: HTMLElement, index: number) => void} [decorate] marks a row anew
 * @property {(index: number) => void} [onActive] a row became the active one, by key or click
 * @property {(index: number) => void} [onChoose] Enter or a double click
 * @property {(index: number | null, target: Element | null) => void} [onPoint] the pointer is over a row
 * @property {(event: KeyboardEvent) => boolean} [onKey] other keys; whether it was one
 */

/** Rows beyond those in sight that exist, too. */
const SPARE_ROWS = 6;
/** Browsers have no higher elements than some ten million pixels. */
const MAX_HEIGHT = 8_000_000;

let listCount = 0;

class VirtualList {
  /** @param {HTMLElement} host @param {ListOptions} options */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    this.id = `list-${++listCount}`;
    this.count = 0;
    this.active = -1;
    /** @type {Map<number, HTMLElement>} */ this.rows = new Map();
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.rowHeight = 1.3 * rem;
    this.body = element("div", { class: "rows", role: "presentation" });
    host.append(this.body);
    setAttributes(host, { role: "listbox", tabindex: 0, "aria-label": options.label });
    host.addEventListener("scroll", () => this.#soon(), { passive: true });
    host.addEventListener("keydown", (event) => this.#key(event));
    host.addEventListener("pointerover", (event) => this.#point(/** @type {Element} */ (event.target)));
    host.addEventListener("pointerleave", () => options.onPoint?.(null, null));
    host.addEventListener("click", (event) => {
      const index = this.#indexOf(/** @type {Element} */ (event.target));
      if (index !== null) this.activate(index);
    });
    host.addEventListener("dblclick", () => this.active >= 0 && options.onChoose?.(this.active));
    host.addEventListener("focus", () => {
      if (this.active < 0 && this.count > 0) this.#setActive(this.#firstInSight());
    });
    new ResizeObserver(() => this.#soon()).observe(host);
  }

  /** Shows so many rows, all made anew. @param {number} count */
  reset(count) {
    this.count = count;
    this.active = -1;
    this.clear();
    this.host.removeAttribute("aria-activedescendant");
    this.body.style.height = `${Math.min(count * this.rowHeight, MAX_HEIGHT)}px`;
    this.#render();
  }

  clear() {
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
  }

  /** Makes the rows in sight anew, in the same places. */
  refill() {
    this.clear();
    this.#render();
    if (this.active >= 0) this.#setActive(this.active);
  }

  /** Marks the rows in sight anew. */
  refresh() {
    this.rows.forEach((row, index) => this.options.decorate?.(row, index));
  }

  /** Makes a row the active one, and shows it. @param {number} index */
  activate(index) {
    this.#setActive(index);
    this.show(index);
    this.options.onActive?.(index);
  }

  /** @param {number} index */
  #setActive(index) {
    this.rows.get(this.active)?.classList.remove("active");
    this.active = index;
    this.#render();
    const row = this.rows.get(index);
    if (!row) return;
    row.classList.add("active");
    this.host.setAttribute("aria-activedescendant", row.id);
  }

  /** Scrolls as little as needed to have a row in sight. @param {number} index */
  show(index) {
    const [first, last] = this.#inSight();
    const rows = Math.max(1, last - first - 1);
    if (index < first + 1) this.#scrollTo(index - 1);
    else if (index > first + rows - 2) this.#scrollTo(index - rows + 2);
    this.#render();
  }

  /** Whether one of these rows is in sight; otherwise shows the first. @param {number[]} indices */
  showOne(indices) {
    if (indices.length === 0) return;
    const [first, last] = this.#inSight();
    if (indices.some((index) => index >= first && index < last)) return;
    this.#scrollTo(indices[0] - Math.floor((last - first) / 3));
    this.#render();
  }

  /** How far the list is scrolled for each row; less than a row's height if it is very long. */
  get #perRow() {
    const { count, rowHeight } = this;
    if (count * rowHeight <= MAX_HEIGHT) return rowHeight;
    const { clientHeight } = this.host;
    return (MAX_HEIGHT - clientHeight) / (count - clientHeight / rowHeight);
  }

  /** Has a row at the top. @param {number} index */
  #scrollTo(index) {
    this.host.scrollTop = Math.max(0, index * this.#perRow);
  }

  /** The first row in sight, and the first one below. @returns {[number, number]} */
  #inSight() {
    const first = Math.floor(this.host.scrollTop / this.#perRow + 1e-6);
    return [first, first + Math.ceil(this.host.clientHeight / this.rowHeight)];
  }

  #firstInSight() {
    return Math.min(this.count - 1, Math.max(0, this.#inSight()[0]));
  }

  #soon() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.#render();
    });
  }

  #render() {
    const [top, bottom] = this.#inSight();
    const first = Math.max(0, top - SPARE_ROWS);
    const last = Math.min(this.count, bottom + SPARE_ROWS);
    const isWanted = (/** @type {number} */ index) =>
      (index >= first && index < last) || index === this.active;
    for (const [index, row] of this.rows) {
      if (isWanted(index)) continue;
      row.remove();
      this.rows.delete(index);
    }
    const made = document.createDocumentFragment();
    const make = (/** @type {number} */ index) => {
      if (this.rows.has(index) || index < 0 || index >= this.count) return;
      const row = this.#row(index);
      this.rows.set(index, row);
      made.append(row);
    };
    for (let index = first; index < last; index++) make(index);
    make(this.active);
    this.body.append(made);
    // Rows follow each other at their height, also where a row is scrolled past sooner.
    const shift = top * (this.#perRow - this.rowHeight);
    for (const [index, row] of this.rows) {
      const y = index >= first && index < last ? index * this.rowHeight + shift : index * this.#perRow;
      row.style.top = `${y}px`;
    }
  }

  /** @param {number} index */
  #row(index) {
    const row = element("div", {
      class: "row",
      role: "option",
      id: `${this.id}-${index}`,
      "aria-selected": "false",
      "aria-setsize": this.count,
      "aria-posinset": index + 1,
      "data-index": index,
    });
    if (index === this.active) row.classList.add("active");
    this.options.fill(row, index);
    this.options.decorate?.(row, index);
    return row;
  }

  /** @param {Element | null} target */
  #indexOf(target) {
    const row = target?.closest?.("[data-index]");
    return row instanceof HTMLElement && this.body.contains(row) ? Number(row.dataset.index) : null;
  }

  /** @param {Element} target */
  #point(target) {
    this.options.onPoint?.(this.#indexOf(target), target);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.count === 0) return;
    const page = Math.max(1, Math.floor(this.host.clientHeight / this.rowHeight) - 1);
    const last = this.count - 1;
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: last,
    });
    if (event.key in steps) {
      this.activate(Math.max(0, Math.min(last, steps[event.key])));
    } else if ((event.key === "Enter" || event.key === " ") && this.active >= 0) {
      this.options.onChoose?.(this.active);
    } else if (!this.options.onKey?.(event)) {
      return;
    }
    event.preventDefault();
  }
}
