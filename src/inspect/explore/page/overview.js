// The call graph of the whole program, drawn in layers: callers to the left of whom they call.

/** The most functions that are drawn: those that ran most. */
const MOST_NODES = 160;
const CELL = { width: 176, height: 32, node: 136, nodeHeight: 24, margin: 10 };

/**
 * The call graph, with buttons that choose functions.
 * @param {State} state
 */
function overview(state) {
  const { program } = state;
  const { nodes, edges, isCut } = callGraph(program);
  const layers = layersOf(nodes, edges);
  /** @type {Map<number, [number, number]>} */ const places = new Map();
  layers.forEach((layer, x) =>
    layer.forEach((node, y) =>
      places.set(node, [CELL.margin + x * CELL.width, CELL.margin + y * CELL.height]),
    ),
  );
  const width = layers.length * CELL.width - (CELL.width - CELL.node) + 2 * CELL.margin;
  const height = Math.max(...layers.map((layer) => layer.length), 1) * CELL.height + CELL.margin;
  const wires = edges.map(([from, to, isInlined]) => wire(places.get(from), places.get(to), isInlined));
  const buttons = nodes.map((node) => {
    const it = program.functions[node];
    const text = visible(it.name);
    const title = `${text} ${program.place(it.site)}: ${short(Program.entries(it))} entries`;
    const button = element("button", {
      type: "button",
      text,
      title,
      class: node === state.chosen.fn ? "center" : "",
      onclick: () => state.choose(node),
    });
    const [x, y] = places.get(node) ?? [0, 0];
    button.style.left = `${x}px`;
    button.style.top = `${y}px`;
    return button;
  });
  const drawing = drawn("svg", { width, height, "aria-hidden": "true" }, ...wires);
  const field = element("div", {}, drawing, ...buttons);
  field.style.width = `${width}px`;
  field.style.height = `${height}px`;
  const note = isCut
    ? `The ${MOST_NODES} functions that ran most.`
    : "Functions that nothing calls and that never ran are left out.";
  return element(
    "div",
    {},
    element("div", { class: "overview", role: "group", "aria-label": "Call graph" }, field),
    element("p", { class: "hint", text: note }),
  );
}

/**
 * The functions to draw, and who calls whom (and whether one of these calls was inlined).
 * @param {Program} program
 * @returns {{nodes: number[], edges: [number, number, boolean][], isCut: boolean}}
 */
function callGraph(program) {
  const { functions, callers } = program;
  let nodes = functions
    .map((_, index) => index)
    .filter(
      (index) => Program.entries(functions[index]) > 0 || callers[index].some((caller) => caller !== index),
    );
  const isCut = nodes.length > MOST_NODES;
  if (isCut) {
    nodes.sort((a, b) => Program.entries(functions[b]) - Program.entries(functions[a]) || a - b);
    nodes = nodes.slice(0, MOST_NODES).sort((a, b) => a - b);
  }
  const isShown = new Set(nodes);
  /** @type {[number, number, boolean][]} */ const edges = [];
  for (const caller of nodes) {
    /** @type {Map<number, boolean>} */ const inlined = new Map();
    for (const [, callee, , isInlined] of functions[caller].callees) {
      if (callee !== null && isShown.has(callee))
        inlined.set(callee, (inlined.get(callee) ?? false) || isInlined === 1);
    }
    for (const [callee, isInlined] of inlined) edges.push([caller, callee, isInlined]);
  }
  return { nodes, edges, isCut };
}

/**
 * Nodes in layers by how many calls away from the program's body they are; in each, near to their
 * callers.
 * @param {number[]} nodes @param {[number, number, boolean][]} edges
 */
function layersOf(nodes, edges) {
  /** @type {Map<number, number[]>} */ const callees = new Map();
  for (const [from, to] of edges) callees.set(from, [...(callees.get(from) ?? []), to]);
  /** @type {Set<number>} */ const seen = new Set();
  /** @type {number[][]} */ const layers = [];
  for (const root of nodes) {
    if (seen.has(root)) continue;
    seen.add(root);
    let layer = [root];
    for (let depth = 0; layer.length > 0; depth++) {
      (layers[depth] ??= []).push(...layer);
      /** @type {number[]} */ const next = [];
      for (const node of layer) {
        for (const callee of callees.get(node) ?? []) {
          if (!seen.has(callee)) {
            seen.add(callee);
            next.push(callee);
          }
        }
      }
      layer = next;
    }
  }
  return layers;
}

/**
 * @param {[number, number] | undefined} from @param {[number, number] | undefined} to
 * @param {boolean} isInlined
 */
function wire(from, to, isInlined) {
  const [fromX, fromY] = from ?? [0, 0];
  const [toX, toY] = to ?? [0, 0];
  const middle = CELL.nodeHeight / 2;
  const [x1, y1, y2] = [fromX + CELL.node, fromY + middle, toY + middle];
  let path;
  if (toX > fromX) {
    path = `M${x1} ${y1} C${x1 + 24} ${y1} ${toX - 24} ${y2} ${toX} ${y2}`;
  } else if (from === to || (fromX === toX && fromY === toY)) {
    path = `M${x1} ${y1 - 4} c16 -8 16 16 0 8`;
  } else {
    // Back, or within the layer: around the right side.
    const [x2, far] = [toX + CELL.node, Math.max(x1, toX + CELL.node) + 18];
    path = `M${x1} ${y1} C${far} ${y1} ${far} ${y2} ${x2} ${y2}`;
  }
  return drawn("path", { class: isInlined ? "wire inlined" : "wire", d: path });
}
