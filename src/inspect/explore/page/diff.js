// What a pass has changed: two lists of lines, compared in time near linear in their lengths.

/** @typedef {{id: number, mark: -1 | 0 | 1}} DiffRow -1: only before, 1: only after */

/**
 * The rows of both lists, those that are in both once.
 *
 * Lines that occur once in each list are anchors, as many as are in the same order in both
 * (patience). Between anchors what begins or ends alike is the same.
 * @param {number[]} before @param {number[]} after
 * @returns {DiffRow[]}
 */
function diffLines(before, after) {
  /** @type {DiffRow[]} */ const rows = [];
  let [b, a] = [0, 0];
  const upTo = (/** @type {number} */ bEnd, /** @type {number} */ aEnd) => {
    while (b < bEnd && a < aEnd && before[b] === after[a]) {
      rows.push({ id: after[a], mark: 0 });
      b++;
      a++;
    }
    let same = 0;
    while (bEnd - same > b && aEnd - same > a && before[bEnd - same - 1] === after[aEnd - same - 1]) same++;
    for (; b < bEnd - same; b++) rows.push({ id: before[b], mark: -1 });
    for (; a < aEnd - same; a++) rows.push({ id: after[a], mark: 1 });
    for (; a < aEnd; a++, b++) rows.push({ id: after[a], mark: 0 });
  };
  for (const [inBefore, inAfter] of anchors(before, after)) upTo(inBefore, inAfter);
  upTo(before.length, after.length);
  return rows;
}

/**
 * Pairs of places of the same line, ascending in both lists.
 * @param {number[]} before @param {number[]} after
 * @returns {[number, number][]}
 */
function anchors(before, after) {
  const [inBefore, inAfter] = [onlyPlaces(before), onlyPlaces(after)];
  /** @type {[number, number][]} */ const pairs = [];
  for (const [id, place] of inAfter) {
    const other = inBefore.get(id);
    if (place >= 0 && other !== undefined && other >= 0) pairs.push([other, place]);
  }
  // The longest ascending sequence of places before, by binary search for its ends.
  /** @type {number[]} */ const ends = [];
  /** @type {number[]} */ const previous = [];
  pairs.forEach(([place], at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]][0] < place) low = middle + 1;
      else high = middle;
    }
    previous[at] = low > 0 ? ends[low - 1] : -1;
    ends[low] = at;
  });
  /** @type {[number, number][]} */ const chosen = [];
  for (let at = ends.length > 0 ? ends[ends.length - 1] : -1; at >= 0; at = previous[at])
    chosen.push(pairs[at]);
  return chosen.reverse();
}

/** By line: its place, or -1 if it has several. @param {number[]} lines */
function onlyPlaces(lines) {
  /** @type {Map<number, number>} */ const places = new Map();
  lines.forEach((id, place) => places.set(id, places.has(id) ? -1 : place));
  return places;
}
