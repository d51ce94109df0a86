// Building elements. Text is only ever set as text: nothing here parses markup.

const byId = (id) => document.getElementById(id);

/** An element; `props` are attributes, but for `on…` (listeners), `data` and `style` (objects). */
function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const key in value) element.style.setProperty(key, value[key]);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const glyphs = new Map();

function glyph(name) {
  if (!glyphs.has(name)) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "glyph");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("focusable", "false");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#g-${name}`);
    svg.append(use);
    glyphs.set(name, svg);
  }
  return glyphs.get(name).cloneNode(true);
}

/** Words for screen readers only. */
const unseen = (words) => h("span", { class: "hidden" }, words);

const heading = (level, words, props) => h(`h${level}`, props, words);

/** A section with a heading that names it. */
function section(name, title, ...children) {
  const id = `${name}-heading`;
  return h("section", { "aria-labelledby": id, class: name }, heading(2, title, { id }), children);
}

let announced = 0;

/** Tells screen readers, once things have been quiet for a moment. */
function announce(words) {
  clearTimeout(announced);
  announced = setTimeout(() => { byId("announce").textContent = words; }, 350);
}

/** What every view but the summary begins with. */
function page({ title, about, before, name }, ...children) {
  const head = h("header", { class: "head" }, before ?? null,
    h("h1", { tabindex: -1, data: { title: name ?? (typeof title === "string" ? title : "") } }, title),
    about ? h("p", { class: "about" }, about) : null);
  return h("section", { class: "page" }, head, children);
}
