// Small makers of elements; text always goes in as text.

/** An HTML element with text and attributes. */
export function el(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** An SVG element. */
export function svg(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Milliseconds, as precise as is of use. */
export function time(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms >= 10 ? 1 : 3)} ms`;
}

const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A value as indented JSON, its parts told apart by colour. */
export function json(value) {
  const made = el("pre", null, { tabindex: "0" });
  const text = value === undefined ? "undefined" : JSON.stringify(value, null, 2);
  let end = 0;
  for (const found of text.matchAll(TOKENS)) {
    made.append(text.slice(end, found.index));
    const kind = found[2] ? "key" : found[1] ? "text" : "literal";
    made.append(el("span", found[1] ?? found[0], { class: kind }), found[2] ?? "");
    end = found.index + found[0].length;
  }
  made.append(text.slice(end));
  return made;
}
