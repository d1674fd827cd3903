// Puts the page together.

const program = new Program(/** @type {MainData} */ (readData("data")));
const state = new State(program);

const source = new SourceView(state);
const functionList = new FunctionList(state, (heat) => source.setHeat(heat));
const panes = [
  new CodePane(state, byId("panes"), "First form", "ssa"),
  new CodePane(state, byId("panes"), "Second form", "asm"),
];
const calls = new CallsView(state, byId("panel-calls"));
const events = new EventsView(state, byId("panel-events"));
const statistics = new StatisticsView(state, byId("panel-statistics"));
const scrubber = new Scrubber(state, byId("scrubber"));

const detail = new Tabs(
  byId("detail-tabs"),
  "What to look at",
  [
    { key: "code", title: "Code", panel: byId("panel-code") },
    { key: "calls", title: "Calls", panel: byId("panel-calls") },
    { key: "events", title: "Events", panel: byId("panel-events") },
    { key: "statistics", title: "Statistics", panel: byId("panel-statistics") },
  ],
  () => {
    panes.forEach((pane) => pane.list.refill());
    calls.show();
    events.show();
    statistics.show();
  },
);

const split = /** @type {HTMLInputElement} */ (byId("split"));
const versions = /** @type {HTMLSelectElement} */ (byId("version"));

/** Shows one form or two. */
function showPanes() {
  byId("panes").classList.toggle("split", split.checked);
  panes[1].host.hidden = !split.checked;
  panes[1].show();
}

/** Says which function and version are chosen, and why the version is there. */
function showChosen() {
  const it = program.functions[state.chosen.fn];
  byId("detail-title").textContent = `${visible(it.name)} ${program.place(it.site)}`;
  byId("detail-title").title = it.signature;
  const { code, version } = state;
  const options = code.versions.map(({ number }, at) =>
    element("option", { value: at, text: `${number} of ${code.versions.length}` }),
  );
  versions.replaceChildren(...(options.length > 0 ? options : [element("option", { text: "none" })]));
  versions.disabled = options.length === 0;
  versions.value = String(Math.max(0, state.chosen.version));
  const note = version ? versionNote(version) : `not compiled · ${visible(it.signature)}`;
  byId("version-note").textContent = note.replace(/ \([^)]*\)$/, "");
  byId("version-note").title = note;
}

/** @param {VersionData} version */
function versionNote(version) {
  const own = program.events.filter((event) => event.f === state.chosen.fn && event.v === version.number);
  const start = own.find((event) => event.k === "start");
  const done = own.find((event) => event.k === "done" || event.k === "failed");
  const why = start ? visible(program.describe(start)).replace(/^compile version \d+: /, "") : "";
  const what = done ? visible(program.describe(done)).replace(/^version \d+ (in )?/, "") : "";
  return [why, what].filter(Boolean).join(" · ");
}

/** Says what is known of the lit place. */
function showStatus() {
  const status = byId("status");
  const { lit } = state;
  if (lit === null) {
    status.textContent =
      "Point at a line, or choose one with the arrow keys: what belongs to the same place lights up.";
    return;
  }
  const [start, end] = program.span(lit);
  const text = program.source.slice(start, Math.min(end, start + 60)).replace(/\s+/g, " ");
  const kinds = state.kinds(lit);
  const said = [];
  if (kinds) {
    said.push(kinds.proven ? `proven ${program.kindNames(kinds.proven)}` : "proven never to return");
    for (const side of /** @type {("left" | "right" | "result")[]} */ (["left", "right", "result"])) {
      if (kinds[side]) said.push(`saw ${side} ${program.kindNames(kinds[side])}`);
    }
  }
  for (const pane of panes) {
    if (!pane.host.hidden) said.push(`${plural(pane.litLines(), "line")} of ${pane.title}`);
  }
  const more = end - start > 60 ? "…" : "";
  status.replaceChildren(
    `${program.place(lit)} `,
    element("code", { text: visible(text) + more }),
    ` ${said.join(" · ")}`,
  );
}

/** What one wants to know first. */
function showSummary() {
  const { statistics: s, micros, failed, name } = program.data;
  document.title = `${visible(name)} – galo explore`;
  byId("program-name").textContent = visible(name);
  const chip = (/** @type {string} */ value, /** @type {string} */ what) =>
    element("span", { class: "chip" }, element("b", { text: value }), ` ${what}`);
  const exits = (s.exits ?? []).reduce(
    (/** @type {number} */ sum, /** @type {{count: number}} */ exit) => sum + exit.count,
    0,
  );
  byId("summary").append(
    chip(duration(micros), "run"),
    chip(`${s.compiled_functions} of ${program.functions.length}`, "functions compiled"),
    chip(short(exits), exits === 1 ? "exit" : "exits"),
    chip(short((s.minor_collections ?? 0) + (s.major_collections ?? 0)), "collections"),
    failed ? element("span", { class: "chip bad", text: "failed" }) : "",
  );
  if (!failed) return;
  const box = byId("error");
  box.hidden = false;
  box.append(
    element("pre", {
      text: failed.text.split("\n").map(visible).join("\n"),
      tabindex: 0,
      "aria-label": "Error",
    }),
    element("button", {
      type: "button",
      class: "link",
      text: "Show the place",
      onclick: () => state.set({ pinned: failed.site, pointed: null }),
    }),
  );
}

/** @param {string} theme */
function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  scrubber.redraw();
}

state.onChange((changed) => {
  if (changed.has("fn") || changed.has("version")) showChosen();
  if (["fn", "version", "pinned", "pointed"].some((name) => changed.has(name))) showStatus();
});
versions.addEventListener("change", () => state.set({ version: Number(versions.value) }));
split.addEventListener("change", showPanes);
const theme = /** @type {HTMLSelectElement} */ (byId("theme"));
theme.addEventListener("change", () => setTheme(theme.value));

const focusOn = (/** @type {string} */ key, /** @type {VirtualList | null} */ list) => () => {
  if (key) detail.choose(key);
  list?.host.focus();
};
const nextVersion = (/** @type {number} */ by) => () => {
  const to = state.chosen.version + by;
  if (to >= 0 && to < state.code.versions.length) state.set({ version: to });
};
const keys = new Keys([
  { keys: ["?"], text: "these keys", run: () => keys.help() },
  { keys: ["/"], text: "filter the functions", run: () => functionList.filter.focus() },
  { keys: ["f"], text: "the list of functions", run: focusOn("", functionList.list) },
  { keys: ["s"], text: "the source", run: focusOn("", source.list) },
  { keys: ["c"], text: "the code", run: focusOn("code", panes[0].list) },
  { keys: ["g"], text: "calls", run: focusOn("calls", null) },
  { keys: ["e"], text: "events", run: focusOn("events", events.list) },
  { keys: ["t"], text: "statistics", run: focusOn("statistics", null) },
  { keys: ["1"], text: "Core", run: () => panes[0].tabs.choose("core") },
  { keys: ["2"], text: "SSA", run: () => panes[0].tabs.choose("ssa") },
  { keys: ["3"], text: "CLIF", run: () => panes[0].tabs.choose("clif") },
  { keys: ["4"], text: "machine code", run: () => panes[0].tabs.choose("asm") },
  { keys: ["["], text: "the pass before that changed something", run: () => panes[0].step(-1) },
  { keys: ["]"], text: "the next pass that changed something", run: () => panes[0].step(1) },
  { keys: ["<"], text: "the version before", run: nextVersion(-1) },
  { keys: [">"], text: "the next version", run: nextVersion(1) },
  { keys: [","], text: "the event before", run: () => scrubber.step(-1) },
  { keys: ["."], text: "the next event", run: () => scrubber.step(1) },
  {
    keys: ["Escape"],
    text: "nothing is lit any more",
    run: () => state.set({ pinned: null, pointed: null }),
  },
]);

followAddress(state);
showSummary();
panes[0].tabs.choose("ssa");
panes[1].tabs.choose("asm");
split.checked = matchMedia("(min-width: 1400px)").matches;
showPanes();
functionList.measure("calls");
source.start();
detail.choose("code");
showChosen();
showStatus();
