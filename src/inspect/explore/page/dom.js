// Elements, made without HTML: whatever a program contains is text.

/**
 * An element with attributes and children.
 *
 * Attributes that begin with `on` are listeners; `class`, `text` and `hidden` are what they say.
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  for (const child of children) {
    if (child !== null && child !== undefined) made.append(child);
  }
  return made;
}

/** @param {Element} target @param {Record<string, any>} attributes */
function setAttributes(target, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") target.textContent = value;
    else if (key.startsWith("on")) target.addEventListener(key.slice(2), value);
    else target.setAttribute(key === "className" ? "class" : key, value === true ? "" : String(value));
  }
}

/**
 * An element of a drawing.
 * @param {string} name
 * @param {Record<string, any>} attributes
 * @param {...Element} children
 */
function drawn(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

/**
 * The element that the template has under this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** Characters that cannot be seen, or turn around what stands next to them. */
const INVISIBLE =
  /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/**
 * A text of the program as it can be shown: as long, and with a sign for what cannot be seen.
 * @param {string} text
 */
function visible(text) {
  return text.replace(INVISIBLE, (char) => {
    const code = char.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\u2426";
  });
}

/** @param {number} count @param {string} noun */
function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A number in little room: 12,345 is 12.3k.
 * @param {number} number
 */
function short(number) {
  if (number < 10_000) return number.toLocaleString("en");
  for (const [unit, size] of /** @type {[string, number][]} */ ([
    ["T", 1e12],
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ])) {
    if (number >= size) return `${(number / size).toPrecision(3)}${unit}`;
  }
  return String(number);
}

/** @param {number} micros */
function duration(micros) {
  if (micros < 1_000) return `${micros} µs`;
  return micros < 1_000_000 ? `${(micros / 1_000).toPrecision(3)} ms` : `${(micros / 1e6).toPrecision(3)} s`;
}

/** @param {number} count */
function bytes(count) {
  if (count < 10_240) return `${count.toLocaleString("en")} B`;
  const [unit, size] = count < 10 << 20 ? ["KiB", 1024] : ["MiB", 1 << 20];
  return `${(count / Number(size)).toFixed(1)} ${unit}`;
}
