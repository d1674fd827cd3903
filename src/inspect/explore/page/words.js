// Colours for code: which parts of a line are what.

/** @typedef {[number, number, string]} Word start, end, class */

const SOURCE_WORDS =
  /(?<dim>\/\/.*|\/\*.*?(?:\*\/|$))|(?<string>"(?:[^"\\]|\\.)*"?)|(?<keyword>\b(?:let|fn|if|else|true|false|print|first|second)\b)|(?<num>\b\d+\b)/gu;

const FORM_WORDS =
  /(?<dim>;.*$)|(?<string>"(?:[^"\\]|\\.)*"?)|(?<lab>^(?:entry|b\d+|block\d+|\.\d+)(?=[(:])|\b(?:entry|b\d+|block\d+)\b|(?<!\w)\.\d+\b)|(?<val>\bv\d+\b|%\d+)|(?<keyword>\b(?:int|bool|str|tuple|closure|tagged|maybe|cell|i8|i16|i32|i64)\b)|(?<num>\b0x[0-9a-f]+\b|\b\d+\b)/g;

const ASSEMBLY_WORDS =
  /(?<dim>^;.*$|^\s*[0-9a-f]+(?=  ))|(?<lab>^\.\d+(?=:)|(?<!\w)\.\d+\b)|(?<keyword>(?<=^\s*[0-9a-f]+  )[a-z]\w*)|(?<val>\b(?:r(?:[a-d]x|[sd]i|[sb]p|8|9|1[0-5])[dwb]?|e(?:[a-d]x|[sd]i|[sb]p)|[a-d][lhx]|[sd]il?|xmm\d+|rip)\b)|(?<num>\b0x[0-9a-f]+\b|\b\d+\b)/g;

/**
 * The words of a line.
 * @param {string} text @param {RegExp} pattern
 * @returns {Word[]}
 */
function wordsOf(text, pattern) {
  /** @type {Word[]} */ const words = [];
  for (const match of text.matchAll(pattern)) {
    const kind = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined);
    if (kind && match[0].length > 0) words.push([match.index, match.index + match[0].length, kind[0]]);
  }
  return words;
}

/**
 * A line with coloured words.
 * @param {HTMLElement} into @param {string} text @param {RegExp} pattern
 */
function writeWords(into, text, pattern) {
  let done = 0;
  for (const [start, end, kind] of wordsOf(text, pattern)) {
    if (start > done) into.append(visible(text.slice(done, start)));
    into.append(element("span", { class: kind, text: visible(text.slice(start, end)) }));
    done = end;
  }
  if (done < text.length) into.append(visible(text.slice(done)));
}
