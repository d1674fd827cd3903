// The timeline at the foot of the page: a drawing of the run, and a slider from event to event.

/** The height of the drawing, in CSS pixels. */
const TRACK_HEIGHT = 52;

class Scrubber {
  /** @param {State} state @param {HTMLElement} host */
  constructor(state, host) {
    this.state = state;
    this.program = state.program;
    this.isByEvent = false;
    const last = this.program.events.length - 1;
    this.canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" }));
    this.slider = /** @type {HTMLInputElement} */ (
      element("input", {
        type: "range",
        min: -1,
        max: last,
        step: 1,
        value: last,
        "aria-label": "Time, event by event",
        oninput: () => this.state.set({ event: Number(this.slider.value) }),
      })
    );
    this.now = element("div", { class: "now" });
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {number} */ by) =>
      element("button", {
        type: "button",
        text,
        "aria-label": label,
        title: label,
        onclick: () => this.step(by),
      });
    const scale = element(
      "select",
      {
        "aria-label": "Scale of the timeline",
        onchange: (/** @type {Event} */ event) => {
          this.isByEvent = /** @type {HTMLSelectElement} */ (event.target).value === "events";
          this.#draw();
        },
      },
      element("option", { value: "time", text: "by time" }),
      element("option", { value: "events", text: "by event" }),
    );
    const entry = (/** @type {string} */ kind, /** @type {string} */ text) =>
      element("span", { class: `c-${kind}` }, element("i", {}), element("span", { text }));
    this.colours = {
      compile: entry("compile", "compilation"),
      exit: entry("exit", "exit"),
      heap: entry("heap", "heap in use"),
      now: element("span", { class: "c-now", hidden: true }),
    };
    host.append(
      this.now,
      element(
        "div",
        { class: "controls" },
        element("div", {}, button("◀", "Event before", -1), button("▶", "Next event", 1)),
        scale,
      ),
      element("div", { class: "track" }, this.canvas, this.slider),
      element(
        "div",
        { class: "key" },
        this.colours.compile,
        this.colours.exit,
        this.colours.heap,
        this.colours.now,
      ),
    );
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.#to(event);
    });
    this.canvas.addEventListener("pointermove", (event) => event.buttons & 1 && this.#to(event));
    new ResizeObserver(() => this.#draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    state.onChange((changed) => changed.has("event") && this.show());
    this.show();
  }

  show() {
    const { event } = this.state.chosen;
    this.slider.value = String(event);
    const at = this.program.events[event];
    const { length } = this.program.events;
    const text =
      at === undefined
        ? length === 0
          ? `${duration(this.program.data.micros)}; nothing got hot, and nothing was collected`
          : "At the beginning: everything is interpreted"
        : `${duration(at.t)} of ${duration(this.program.data.micros)}, event ${event + 1} of ${length}: ${at.f === undefined ? "" : `${this.program.functions[at.f].name}, `}${EVENT_NAMES[at.k]}: ${this.program.describe(at)}`;
    this.now.textContent = visible(text);
    this.slider.setAttribute("aria-valuetext", visible(text));
    this.#draw();
  }

  /** @param {number} by */
  step(by) {
    const to = this.state.chosen.event + by;
    if (to >= -1 && to < this.program.events.length) this.state.set({ event: to });
  }

  redraw() {
    this.#draw();
  }

  /** Where an event is, from 0 to 1. @param {number} index */
  #x(index) {
    const { events, data } = this.program;
    if (this.isByEvent) return (index + 1) / (events.length + 1);
    return index < 0 ? 0 : Math.min(1, events[index].t / Math.max(1, data.micros));
  }

  /** @param {PointerEvent} event */
  #to(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    let [low, high] = [-1, this.program.events.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#x(middle) <= x + 1e-9) low = middle;
      else high = middle;
    }
    this.state.set({ event: low });
  }

  #draw() {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, TRACK_HEIGHT];
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.round(height * scale);
    const drawing = canvas.getContext("2d");
    if (!drawing) return;
    drawing.scale(scale, scale);
    const colour = (/** @type {keyof Scrubber["colours"]} */ kind) =>
      getComputedStyle(this.colours[kind]).color;
    this.#drawHeap(drawing, width, height, colour("heap"));
    this.#drawEvents(drawing, width, height, colour("compile"), colour("exit"));
    drawing.fillStyle = colour("now");
    drawing.fillRect(Math.min(width - 1, this.#x(this.state.chosen.event) * width), 0, 1.5, height);
  }

  /** @param {CanvasRenderingContext2D} drawing @param {number} width @param {number} height @param {string} colour */
  #drawHeap(drawing, width, height, colour) {
    const { events } = this.program;
    const most = events.reduce((max, event) => Math.max(max, event.before ?? 0), 1);
    const y = (/** @type {number} */ size) => height - (size / most) * (height - 6);
    drawing.beginPath();
    drawing.moveTo(0, height);
    let x = 0;
    events.forEach((event, index) => {
      if (event.k !== "gc") return;
      x = this.#x(index) * width;
      drawing.lineTo(x, y(event.before ?? 0));
      drawing.lineTo(x, y(event.after ?? 0));
    });
    drawing.lineTo(x, height);
    drawing.globalAlpha = 0.25;
    drawing.fillStyle = colour;
    drawing.fill();
    drawing.globalAlpha = 1;
    drawing.strokeStyle = colour;
    drawing.stroke();
  }

  /** @param {CanvasRenderingContext2D} drawing @param {number} width @param {number} height @param {string} compile @param {string} exit */
  #drawEvents(drawing, width, height, compile, exit) {
    this.program.events.forEach((event, index) => {
      const x = this.#x(index) * width;
      if (event.k === "done") {
        const took = (event.micros ?? []).reduce((sum, step) => sum + step, 0);
        const wide = this.isByEvent ? 3 : Math.max(2, (took / Math.max(1, this.program.data.micros)) * width);
        drawing.fillStyle = compile;
        drawing.fillRect(Math.max(0, x - wide), 4, wide, 14);
      } else if (event.k === "exit") {
        drawing.fillStyle = exit;
        drawing.beginPath();
        drawing.moveTo(x - 4, 22);
        drawing.lineTo(x + 4, 22);
        drawing.lineTo(x, 32);
        drawing.fill();
      } else if (event.k === "failed" || event.k === "refused") {
        drawing.fillStyle = exit;
        drawing.fillRect(x - 1, 4, 2, 14);
      }
    });
  }
}
