// The data of the page: what it means, and how it is found.

/**
 * @typedef {object} FunctionSummary
 * @property {string} name
 * @property {number} site
 * @property {number} nodes how many nodes of Core it has
 * @property {string} signature what is proven of it
 * @property {number} calls in the interpreter
 * @property {number} loops rounds of its own loop in the interpreter
 * @property {number} compiledCalls
 * @property {[number, number | null, number, number][]} callees
 *   place, callee, how that is known, and 1 if it was inlined
 * @property {number} versions
 * @property {[number, number]} samples how often it was seen running itself, and on the stack
 */

/**
 * @typedef {object} RunEvent
 * @property {"start" | "done" | "refused" | "failed" | "none" | "exit" | "gc"} k
 * @property {number} t microseconds since the run began
 * @property {number} [f] the function
 * @property {number} [v] its version
 * @property {number} [calls] @property {number} [loops] @property {number} [s] @property {string} [why]
 * @property {number} [exits] @property {number} [bytes] @property {number[]} [micros]
 * @property {number} [in] @property {number} [n] @property {string | null} [value]
 * @property {number} [major] @property {number} [before] @property {number} [after] @property {number} [nanos]
 */

/**
 * @typedef {object} MainData
 * @property {string} galo @property {string} name @property {string} options
 * @property {string} source @property {boolean} isLayout
 * @property {FunctionSummary[]} functions @property {RunEvent[]} events @property {number} micros
 * @property {number} samples how often somebody was seen running
 * @property {string[]} steps @property {[string, string, number, number, number][]} passes
 * @property {string[]} kinds @property {Record<string, any>} statistics @property {string} output
 * @property {{text: string, site: number} | null} failed
 * @property {number[]} sites start and end of each, in the source
 */

/**
 * @typedef {object} VersionData
 * @property {number} number @property {boolean} cut
 * @property {[string, number, number[] | null][]} stages name, microseconds, lines (null: as before)
 * @property {[number, [number, number] | null][]} scopes function, and scope and place of its call
 * @property {[number, number, number | null, number | null, string][]} decisions
 *   place, scope, callee, scope of what was inlined, verdict
 * @property {number[]} clif @property {number[]} asm
 */

/** @typedef {{text: string, site: number, scope: number, note: string}} Line; site -1: none */

/** What is proven, and what was seen besides Ints, as bits. */
/** @typedef {{proven: number, left: number, right: number, result: number}} SeenKinds */

/** @param {string} id */
function readData(id) {
  return JSON.parse(byId(id).textContent || "null");
}

/** The code of one function, read when it is first looked at. */
class FunctionCode {
  /** @param {number} index */
  constructor(index) {
    const data = readData(`code-${index}`);
    /** @type {string[]} */ this.texts = data.texts;
    /** @type {number[]} */ this.lines = data.lines;
    /** @type {number[]} */ this.core = data.core;
    /** @type {VersionData[]} */ this.versions = data.versions;
    /** @type {Map<number, SeenKinds>} */ this.kinds = new Map();
    for (let at = 0; at < data.kinds.length; at += 5) {
      const [site, proven, left, right, result] = data.kinds.slice(at, at + 5);
      const known = this.kinds.get(site);
      this.kinds.set(site, { proven: proven | (known?.proven ?? 0), left, right, result });
    }
  }

  /** The place of a line; -1 if it has none. @param {number} id */
  siteOf(id) {
    return this.lines[id * 4 + 1] - 1;
  }

  /** @param {number} id @returns {Line} */
  line(id) {
    const at = id * 4;
    return {
      text: this.texts[this.lines[at]],
      site: this.lines[at + 1] - 1,
      scope: this.lines[at + 2],
      note: this.texts[this.lines[at + 3]],
    };
  }

  /**
   * The lines of a form, from its runs.
   * @param {number[]} runs
   */
  expand(runs) {
    /** @type {number[]} */ const lines = [];
    for (let at = 0; at < runs.length; at += 2) {
      for (let id = runs[at]; id < runs[at] + runs[at + 1]; id++) lines.push(id);
    }
    return lines;
  }

  /**
   * The lines of a version after one of its stages; none before the first.
   * @param {VersionData} version @param {number} stage
   */
  stage(version, stage) {
    for (let at = stage; at >= 0; at--) {
      const runs = version.stages[at]?.[2];
      if (runs) return this.expand(runs);
    }
    return [];
  }

  /** Every place that a line is about. */
  sites() {
    const sites = new Set(this.kinds.keys());
    for (let at = 1; at < this.lines.length; at += 4) {
      if (this.lines[at]) sites.add(this.lines[at] - 1);
    }
    return sites;
  }
}

/** The program and its run. */
class Program {
  /** @param {MainData} data */
  constructor(data) {
    this.data = data;
    this.source = data.source;
    this.functions = data.functions;
    this.events = data.events;
    /** @type {Map<number, FunctionCode>} */ this.codes = new Map();
    /** Where each line of the source begins. */
    this.lineStarts = [0];
    for (let at = this.source.indexOf("\n"); at >= 0; at = this.source.indexOf("\n", at + 1)) {
      this.lineStarts.push(at + 1);
    }
    /** @type {number[][]} By function: who calls it. */
    this.callers = this.functions.map(() => []);
    this.functions.forEach((caller, index) => {
      for (const callee of new Set(caller.callees.map((call) => call[1]))) {
        if (callee !== null) this.callers[callee].push(index);
      }
    });
    this.owners = this.#lineOwners();
  }

  /** @param {number} index */
  code(index) {
    let code = this.codes.get(index);
    if (!code) {
      code = new FunctionCode(index);
      this.codes.set(index, code);
    }
    return code;
  }

  /** Where a place is in the source. @param {number} site @returns {[number, number]} */
  span(site) {
    return [this.data.sites[site * 2], this.data.sites[site * 2 + 1]];
  }

  /** Where a place begins. @param {number} site */
  start(site) {
    return this.data.sites[site * 2];
  }

  /** Where a place ends. @param {number} site */
  end(site) {
    return this.data.sites[site * 2 + 1];
  }

  /** Whether a place lies in another, or is it. @param {number} inner @param {number} outer */
  isInside(inner, outer) {
    const start = this.start(inner);
    return start < this.end(inner) && this.start(outer) <= start && this.end(inner) <= this.end(outer);
  }

  /** The number of the line that an offset is in, from 0. @param {number} offset */
  lineOf(offset) {
    let [low, high] = [0, this.lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low;
  }

  /** A place as editors count. @param {number} site */
  place(site) {
    const [start, end] = this.span(site);
    if (start === end) return "";
    const line = this.lineOf(start);
    const before = this.source.slice(this.lineStarts[line], Math.min(start, this.lineStarts[line] + 10_000));
    return `${line + 1}:${[...before].length + 1}`;
  }

  /** The text of a line, at most so long. @param {number} line @param {number} most */
  lineText(line, most) {
    const start = this.lineStarts[line];
    let end = line + 1 < this.lineStarts.length ? this.lineStarts[line + 1] - 1 : this.source.length;
    if (end > start && this.source[end - 1] === "\r") end--;
    const isCut = end - start > most;
    if (isCut) {
      end = start + most;
      // Not in the middle of a character.
      if ((this.source.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    }
    return { text: this.source.slice(start, end), start, isCut };
  }

  /** By line: the innermost function that it belongs to. */
  #lineOwners() {
    const owners = new Int32Array(this.lineStarts.length).fill(-1);
    const spans = this.functions.map((it, index) => ({ index, span: this.span(it.site) }));
    const entries = (/** @type {number} */ index) => Program.entries(this.functions[index]);
    // Outer functions first, so that the inner ones have the last word; of the versions that were
    // made of a function for what it is passed, the one that ran most.
    spans.sort(
      (a, b) => b.span[1] - b.span[0] - (a.span[1] - a.span[0]) || entries(a.index) - entries(b.index),
    );
    let written = 0;
    for (const {
      index,
      span: [start, end],
    } of spans) {
      if (start === end) continue;
      const [first, last] = [this.lineOf(start), this.lineOf(Math.max(start, end - 1))];
      // Functions in each other a thousand deep are not worth a second.
      if ((written += last - first + 1) > 5_000_000) break;
      owners.fill(index, first, last + 1);
    }
    return owners;
  }

  /** How often a function began, in any tier, as far as that is counted. @param {FunctionSummary} it */
  static entries(it) {
    return it.calls + it.loops + it.compiledCalls;
  }

  /** The kinds of these bits. @param {number} bits */
  kindNames(bits) {
    const names = this.data.kinds.filter((_, at) => bits & (1 << at));
    return names.length === this.data.kinds.length ? "any" : names.join("|");
  }

  /** An event in words, without its function. @param {RunEvent} event */
  describe(event) {
    const at = event.s === undefined ? "" : this.place(event.s);
    switch (event.k) {
      case "start":
        return event.s === undefined
          ? `compile version ${event.v}: ${plural(event.calls ?? 0, "call")}, ${plural(event.loops ?? 0, "round")} of its loop`
          : `compile version ${event.v}: wrong guess at ${at}`;
      case "done": {
        const micros = event.micros ?? [];
        const steps = this.data.steps
          .map((step, at) => [step, micros[at] ?? 0])
          .filter(([, took]) => Number(took) > 0);
        const shares = steps.map(([step, took]) => `${step} ${duration(Number(took))}`).join(", ");
        const total = duration(micros.reduce((sum, step) => sum + step, 0));
        return `version ${event.v} in ${total}: ${bytes(event.bytes ?? 0)}, ${plural(event.exits ?? 0, "exit")} (${shares})`;
      }
      case "refused":
        return `not to be compiled: ${event.why}`;
      case "failed":
        return `version ${event.v} failed: ${event.why}`;
      case "none":
        return `no compiler: ${event.why}`;
      case "exit": {
        const inside = event.in === event.f ? "" : ` in ${this.functions[event.in ?? 0].name}`;
        const value = event.value ? `, but ${event.value}` : "";
        return `version ${event.v} left at ${at}${inside}: ${event.why}${value} (no. ${event.n})`;
      }
      case "gc": {
        const count = event.n ?? 1;
        const kinds =
          count === 1 ? (event.major ? "major" : "minor") : `${count} collections, ${event.major} major`;
        const pause = duration(Math.round((event.nanos ?? 0) / 1000));
        return `${kinds}: ${bytes(event.before ?? 0)} to ${bytes(event.after ?? 0)} in ${pause}`;
      }
    }
  }
}

/** @type {Record<RunEvent["k"], string>} */
const EVENT_NAMES = {
  start: "hot",
  done: "compiled",
  refused: "refused",
  failed: "failed",
  none: "no compiler",
  exit: "exit",
  gc: "collection",
};
