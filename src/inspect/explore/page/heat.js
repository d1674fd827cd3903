// How hot functions are: what is measured, and the shade that stands for it.

/** @typedef {{key: string, title: string, note: string, of: (index: number) => number, show: (n: number) => string}} Measure */

/** @param {Program} program @returns {Measure[]} */
function measures(program) {
  const { functions, events } = program;
  const compiling = functions.map(() => 0);
  for (const event of events) {
    if (event.k === "done")
      compiling[event.f ?? 0] += (event.micros ?? []).reduce((sum, step) => sum + step, 0);
  }
  const exits = exitCounts(program);
  const all = Math.max(1, program.data.samples);
  const share = (/** @type {number} */ n) =>
    n === 0 ? "0" : `${Math.min(100, (100 * n) / all).toFixed(1)} %`;
  return [
    {
      key: "calls",
      title: "Entries",
      show: short,
      note: "Entries: calls in either tier, and rounds of a function’s own loop in the interpreter. Calls that were inlined and rounds of compiled loops are not counted; with --tier=interp everything is.",
      of: (index) => Program.entries(functions[index]),
    },
    {
      key: "time",
      title: "Time",
      show: share,
      note: `Time in which the function or whom it called was running: its share of ${plural(all, "sample")}, some 1000 a second, without compiling. They are taken at calls and rounds of loops.`,
      of: (index) => functions[index].samples[1],
    },
    {
      key: "own",
      title: "Own time",
      show: share,
      note: "Time in which the function itself was running, as a share of all samples. What functions take that call nobody and have no loop counts for whoever called them.",
      of: (index) => functions[index].samples[0],
    },
    {
      key: "work",
      title: "Work",
      show: short,
      note: "Work: entries × operations of the function’s Core, as if each entry did them all. Machine code, branches not taken and inlining make it less.",
      of: (index) => Program.entries(functions[index]) * functions[index].nodes,
    },
    {
      key: "compiling",
      title: "Compiling",
      show: (n) => (n === 0 ? "0" : duration(n)),
      note: "Time that compiling all versions of the function took, measured.",
      of: (index) => compiling[index],
    },
    {
      key: "exits",
      title: "Exits",
      show: short,
      note: "How often machine code of the function left for the interpreter because a guess was wrong.",
      of: (index) => exits[index],
    },
  ];
}

/** By function: how often its code was left. @param {Program} program */
function exitCounts(program) {
  const counts = program.functions.map(() => 0);
  /** @type {Map<string, number>} */ const most = new Map();
  for (const event of program.events) {
    if (event.k === "exit") most.set(`${event.f} ${event.v} ${event.s} ${event.why}`, event.n ?? 0);
  }
  for (const [key, count] of most) counts[parseInt(key, 10)] += count;
  return counts;
}

/** The shade of a value, from 0 to 5: each step is a fifth of the way on a logarithmic scale. */
class Heat {
  /** @param {Measure} measure @param {FunctionSummary[]} functions */
  constructor(measure, functions) {
    this.measure = measure;
    this.values = functions.map((_, index) => measure.of(index));
    /** By place: the functions that were made of what stands there, together. @type {Map<number, number>} */
    this.places = new Map();
    functions.forEach(({ site }, index) =>
      this.places.set(site, (this.places.get(site) ?? 0) + this.values[index]),
    );
    this.most = [...this.values, ...this.places.values()].reduce((most, value) => Math.max(most, value), 0);
  }

  /** @param {number} value */
  shade(value) {
    if (value <= 0) return 0;
    return Math.min(5, 1 + Math.floor((5 * Math.log1p(value)) / Math.log1p(this.most) - 1e-9));
  }

  /** @param {number} value */
  text(value) {
    return this.measure.show(value);
  }
}
