// One file: its source by use, or what is known of it where there is no source.

const spanFrom = (words) => {
  const [first, last] = (words ?? "").split("-").map(Number);
  return first > 0 ? { first, last: last >= first ? last : first } : null;
};

function outline(file) {
  const items = file.functions.map((each) =>
    h("li", {}, h("a", { href: each.href }, h("span", { class: `is-${each.state}` }, glyph(each.state), unseen(`${STATE_WORDS[each.state]}: `)), named(each.name, each.line), h("span", { class: "muted num" }, each.line))));
  return h("nav", { class: "outline", "aria-label": "Functions of this file" },
    h("h2", {}, "Functions"),
    items.length ? h("ul", {}, items) : h("p", { class: "muted" }, "None."));
}

function fileHead(file) {
  const ships = file.lambdas.length ? `shipped by ${listed(file.lambdas.map((each) => lambdas[each]), 3)}` : "";
  return page({
    title: pathed(file.path), name: file.path,
    before: h("p", { class: "crumbs" }, h("a", { href: address({ view: "files" }) }, "Files")),
    about: [count(file.lines, "line"), FILE_STATES[file.state] === "loaded" ? "" : FILE_STATES[file.state], ships].filter(Boolean).join(" · "),
  }, h("div", { class: "legend" }, linesBar(file.counts, file.lines || 1),
    h("ul", {}, STATES.filter((state) => file.counts[state]).map((state) =>
      h("li", {}, h("i", { class: `swatch fill is-${state}`, "aria-hidden": "true" }), verdict(state), " ", h("span", { class: "num" }, number(file.counts[state])))))));
}

function withoutSource(file) {
  const rows = file.functions.map((each) => h("tr", {},
    h("td", { class: "num" }, span(each.line, each.last)), h("td", {}, h("a", { href: each.href }, named(each.name, each.line))),
    h("td", {}, verdict(each.state)), h("td", {}, each.reason)));
  return [
    h("div", { class: "note" }, h("p", {}, h("strong", {}, "The source is not at hand. "), "Give --source DIR with the version that the Lambda functions ship, or upload it with ", h("code", {}, "lambda-usage inventory DIR --store STORE --with-source"), ".")),
    h("table", { class: "plain" }, h("caption", {}, "Functions and their lines"),
      h("thead", {}, h("tr", {}, ["Lines", "Function", "Verdict", "Why"].map((name) => h("th", { scope: "col", class: name === "Lines" ? "num" : undefined }, name)))),
      h("tbody", {}, rows)),
  ];
}

function noSuchThing(words) {
  return page({ title: "Not in this report", about: words }, h("p", {}, h("a", { href: address({ view: "overview" }) }, "To the overview")));
}

/** The path whose lines are to stand out in a file, if any. */
async function pathIn(file, id) {
  const path = paths.find((each) => each.id === id);
  if (!path) return null;
  const piece = (await detailsOfPaths())[path.number].files.get(file.path);
  return { path, piece, spans: piece?.fits ? inSpans(piece.whole, piece.gaps) : [] };
}

function noteOf(file, { path, piece, spans }) {
  const link = h("a", { href: path.href }, "path ", h("code", {}, path.id.slice(0, 8)));
  const words = spans.length
    ? ["The lines that ", link, " runs stand out; all others are dimmed."]
    : piece ? ["Which of these lines ", link, " runs is not known: it was taken in another version of this file."]
      : ["Invocations that take ", link, " run no line of this file."];
  return h("div", { class: "note" }, h("p", {}, words));
}

function lightUp(table, spans) {
  const rows = table.querySelectorAll("tr.line");
  table.classList.add("of-path");
  for (const [from, to] of spans) {
    for (let line = from; line <= to; line++) {
      rows[line - 1]?.classList.add("on-path");
      rows[line - 1]?.querySelector(".mark").append(unseen(", run by the path"));
    }
  }
}

addView("file", "files", async (params, kept, signal) => {
  const file = fileOf.get(params.get("file"));
  if (!file) return noSuchThing(`It holds no file ${params.get("file")}.`);
  const content = fileHead(file);
  if (file.source < 0) {
    content.append(...withoutSource(file));
    return content;
  }
  const source = await sourceOf(file);
  const table = sourceTable(source, file.path);
  const shown = await pathIn(file, params.get("path"));
  if (shown) content.append(noteOf(file, shown));
  if (shown?.spans.length) lightUp(table, shown.spans);
  const ranges = shown ? shown.spans.map(([from, to]) => ({ first: from, last: to })) : neverRan(source.states);
  let at = 0;
  const rows = [...table.querySelectorAll("tr.line")];
  const row = (line) => rows[line - 1];

  function select(wanted, scroll = true) {
    table.querySelectorAll("tr.chosen").forEach((each) => each.classList.remove("chosen"));
    at = wanted.first;
    for (let line = wanted.first; line <= wanted.last; line++) row(line)?.classList.add("chosen");
    if (scroll) row(wanted.first)?.scrollIntoView({ block: wanted.last - wanted.first > 12 ? "start" : "center" });
    remember({ file: file.path, path: shown?.path.id, line: span(wanted.first, wanted.last).replace("–", "-") });
  }

  const position = h("span", { class: "position" }, shown ? `${count(ranges.length, "range")} on the path` : count(ranges.length, "range never ran", "ranges never ran"));
  function step(by) {
    if (!ranges.length) return;
    const found = by > 0 ? ranges.findIndex((each) => each.first > at) : ranges.findLastIndex((each) => each.first < at);
    const place = found >= 0 ? found : by > 0 ? 0 : ranges.length - 1;
    const range = ranges[place];
    select(range);
    const words = `${place + 1} of ${ranges.length}: ${shown ? "on the path" : STATE_WORDS[range.state].toLowerCase()}, ${range.first === range.last ? "line" : "lines"} ${span(range.first, range.last)}`;
    position.textContent = words;
    announce(words);
  }
  const button = (words, key, by) => h("button", { type: "button", disabled: !ranges.length, "aria-keyshortcuts": key, onclick: () => step(by) }, words, h("kbd", { "aria-hidden": "true" }, key));
  content.append(h("div", { class: "stepper", role: "group", "aria-label": shown ? "Ranges that the path runs" : "Ranges that never ran" }, button("Previous", "p", -1), button("Next", "n", 1), position,
    shown ? h("span", { class: "ways-back" }, h("a", { href: shown.path.href }, `Path ${shown.path.id.slice(0, 8)}`), h("a", { href: file.href }, "All lines alike")) : null),
    h("div", { class: "file-body" }, table, minimap(source.states, (line) => row(line)?.scrollIntoView({ block: "center" })), outline(file)));
  table.addEventListener("click", (event) => {
    const link = event.target.closest(".no a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const line = Number(link.textContent);
    const before = spanFrom(params.get("line"));
    const wanted = event.shiftKey && before ? { first: Math.min(before.first, line), last: Math.max(before.last, line) } : { first: line, last: line };
    params.set("line", `${wanted.first}-${wanted.last}`);
    select(wanted, false);
  });
  addEventListener("keydown", (event) => {
    const by = { n: 1, p: -1 }[event.key];
    if (by && !typing(event)) step(by);
  }, { signal });
  content.addEventListener("shown", () => {
    const wanted = spanFrom(params.get("line"));
    if (wanted) select(wanted, !kept.y);
  });
  return content;
});
