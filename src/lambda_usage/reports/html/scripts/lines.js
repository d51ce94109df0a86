// Source text: lines with their tokens, how they stand, and how often they run.

/** Takes a packed source apart into lines; see `_source.py`. */
function inLines({ text, tokens, lines, hits }) {
  const rows = [[]];
  let at = 0;
  for (let place = 0; place < tokens.length; place += 2) {
    const parts = text.slice(at, at + tokens[place]).split("\n");
    at += tokens[place];
    parts.forEach((part, number) => {
      if (number) rows.push([]);
      if (part) rows.at(-1).push([part, tokens[place + 1]]);
    });
  }
  if (rows.length > 1 && !rows.at(-1).length) rows.pop();
  const runs = new Map();
  const heat = new Array(rows.length + 1).fill(0);
  for (let place = 0; place < hits.length; place += 3) {
    const [first, last, times] = hits.slice(place, place + 3);
    runs.set(first, times);
    heat.fill(times, first, last + 1);
  }
  const states = rows.map((_, place) => STATE_OF_LETTER[lines[place]] ?? "");
  return { rows, states, runs, heat, most: Math.max(1, ...runs.values()) };
}

/** Runs of lines that stand in one way: first line, last line, state. */
function runsOf(states) {
  const runs = [];
  states.forEach((state, place) => {
    const last = runs.at(-1);
    if (last?.state === state) last.last = place + 1;
    else runs.push({ state, first: place + 1, last: place + 1 });
  });
  return runs;
}

const NEVER_RAN = ["dead", "error-handling", "stub", "kept"];
const neverRan = (states) => runsOf(states).filter((run) => NEVER_RAN.includes(run.state));

function hitsCell(source, line) {
  const state = source.states[line - 1];
  const hits = source.runs.get(line);
  if (hits) {
    const words = hits < 1 ? "<1" : short.format(hits);
    return h("td", { role: "cell", class: "hits", title: `estimated: about ${count(hits, "invocation")} ran it, at the least` }, words);
  }
  const silent = state === "dead" || state === "kept";
  return h("td", { role: "cell", class: "hits" }, silent ? h("span", { class: "muted" }, "–") : "");
}

/** Text without the characters that turn the direction of writing: code is to look as it runs. */
const plain = (text) =>
  text.replace(/[\u202a-\u202e\u2066-\u2069]/g, (each) => `⟦U+${each.codePointAt(0).toString(16).toUpperCase()}⟧`);

/** Long lines are broken, and go on a little further in than they begin. */
function hanging(parts) {
  const long = parts.reduce((sum, [part]) => sum + part.length, 0) > 36;
  return long ? { "--indent": `${(parts[0][0].match(/^ */)?.[0].length ?? 0) + 2}ch` } : {};
}

function lineRow(source, line, path) {
  const state = source.states[line - 1];
  const begins = state && state !== source.states[line - 2];
  const loud = begins && state !== "used";
  const mark = h("td", { role: "cell", class: "mark" });
  if (loud) mark.append(verdict(state));
  else if (state) mark.append(unseen(STATE_WORDS[state]));
  const heat = Math.log1p(source.heat[line] ?? 0) / Math.log1p(source.most);
  const text = source.rows[line - 1].map(([part, kind]) => (kind ? h("span", { class: `t${kind}` }, plain(part)) : plain(part)));
  return h("tr", { role: "row", class: `line ${state ? `is-${state}` : ""} ${begins ? "begins" : ""}`, data: { line }, style: { "--heat": heat.toFixed(2) } },
    mark, hitsCell(source, line),
    h("td", { role: "cell", class: "no" }, h("a", { href: address({ file: path, line }), tabindex: -1, "aria-label": `Line ${line}` }, String(line))),
    h("td", { role: "cell", class: "code", style: hanging(source.rows[line - 1]) }, text.length ? text : "\n"));
}

const PER_PART = 250;

/** A table of source lines, in parts that are laid out as they come into sight. */
function sourceTable(source, path, first = 1, last = source.rows.length) {
  const parts = [];
  for (let from = first; from <= last; from += PER_PART) {
    const until = Math.min(last, from + PER_PART - 1);
    const rows = [];
    for (let line = from; line <= until; line++) rows.push(lineRow(source, line, path));
    parts.push(h("tbody", { role: "rowgroup", style: { "--lines": until - from + 1 } }, rows));
  }
  const heads = ["Use", "Invocations", "Line", "Source"].map((name) => h("th", { role: "columnheader", scope: "col" }, name));
  return h("table", { role: "table", class: "source", "aria-label": `Source of ${path}` },
    h("thead", { role: "rowgroup", class: "hidden" }, h("tr", { role: "row" }, heads)), parts);
}

/** How the lines of a file stand, from its top to its end, as a strip. */
function minimap(states, go) {
  const total = states.length;
  return h("div", { class: "minimap", "aria-hidden": "true", onclick: (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    go(Math.max(1, Math.round(((event.clientY - box.top) / box.height) * total)));
  } }, runsOf(states).filter((run) => run.state).map((run) =>
    h("i", { class: `fill is-${run.state}`, style: { top: `${(100 * (run.first - 1)) / total}%`, height: `${(100 * (run.last - run.first + 1)) / total}%` } })));
}
