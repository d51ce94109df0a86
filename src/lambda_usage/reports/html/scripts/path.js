// One path: whose traffic takes it, its traces, the functions along it, and which lines it runs.

const MOST_SPANS = 8;

function inFiles(list) {
  const groups = new Map();
  for (const step of list) {
    if (!groups.has(step.file)) groups.set(step.file, []);
    groups.get(step.file).push(step);
  }
  return groups;
}

/** The lines of each step: those of a file go to the innermost function on the path that holds them. */
function linesOfSteps(path, lines) {
  const byStep = new Map(path.along.map((step) => [step, []]));
  const byFile = inFiles(path.along);
  for (const [file, own] of lines) {
    const innermostFirst = (byFile.get(file) ?? []).filter((step) => step.function)
      .sort((a, b) => a.function.lines - b.function.lines);
    for (const line of own) {
      const step = innermostFirst.find(({ function: each }) => each.line <= line && line <= each.last);
      if (step) byStep.get(step).push(line);
    }
  }
  return byStep;
}

const spansInWords = (spans) => {
  const words = listed(spans.map(([first, last]) => span(first, last)), MOST_SPANS);
  return `${spans.length === 1 && spans[0][0] === spans[0][1] ? "line" : "lines"} ${words}`;
};

/** What a path runs by file, and what it runs more and less than the commonest, by step. */
function linesAlong(path, commonest, details) {
  const own = details[path.number].files;
  const other = details[commonest.number].files;
  const extra = [...own].map(([file, piece]) => [file, extraLines(piece, other.get(file))]);
  const missing = [...other].map(([file, piece]) => [file, extraLines(piece, own.get(file))]);
  const here = linesOfSteps(path, [...own].map(([file, piece]) => [file, piece.whole]));
  const more = linesOfSteps(path, extra);
  const less = linesOfSteps(path, missing);
  const gapsOf = (step) => own.get(step.file)?.gaps;
  const spansOf = (found) => (step) => inSpans(found.get(step) ?? [], gapsOf(step));
  return { here: spansOf(here), more: spansOf(more), less: spansOf(less) };
}

function linesOfStep(step, path, { here, more, less }, compare) {
  const spans = here(step);
  if (!spans.length) return null;
  const file = fileOf.get(step.file);
  const words = spansInWords(spans);
  const address_ = { file: step.file, path: path.id, line: `${spans[0][0]}-${spans.at(-1)[1]}` };
  const parts = [file?.source >= 0 ? h("a", { href: address(address_) }, words) : words];
  const [extra, missing] = compare ? [more(step), less(step)] : [[], []];
  if (extra.length) parts.push(h("span", { class: "plus" }, h("b", {}, "with "), listed(extra.map((each) => span(...each)), MOST_SPANS)));
  if (missing.length) parts.push(h("span", { class: "minus" }, h("b", {}, "without "), listed(missing.map((each) => span(...each)), MOST_SPANS)));
  return h("span", { class: "own-lines num" }, parts);
}

function steps(list, of, mark, lines) {
  return h("div", { class: "steps" }, [...inFiles(list)].map(([file, members]) => h("section", {},
    h("h3", {}, fileOf.has(file) ? h("a", { href: address({ file, path: fileOf.get(file).source >= 0 ? of.id : "" }) }, pathed(file)) : pathed(file)),
    h("ol", {}, members.map((step) => {
      const words = mark(step);
      const name = named(step.name, step.function?.line);
      const own = lines(step);
      return h("li", { class: words ? "special" : own?.querySelector(".plus, .minus") ? "differs" : "" },
        step.function ? h("a", { href: step.function.href }, name) : name,
        words ? h("span", { class: "tag" }, words) : null,
        step.function ? h("span", { class: "muted num" }, step.function.use) : null,
        own);
    })))));
}

function about(first, different, link) {
  const words = "In source order, each with the share of invocations that run it at all, and the lines of it that this path runs.";
  if (first) return words;
  const compared = [words, " “With” and “without” name the lines in which it differs from the ", link];
  if (!different) return [...compared, ", whose functions are the same."];
  return [...compared, "; ", h("span", { class: "tag" }, "only here"), " marks functions that one does not run."];
}

/** How much of each Lambda function's own traffic takes a path. */
function sharesOf(path, details, signal) {
  const shares = [...details[path.number].shares].sort((a, b) => b.invocations - a.invocations);
  if (!shares.length) return null;
  const table = makeTable({
    label: "Lambda functions that take it", signal, sort: "invocations", down: true, href: (row) => row.href, empty: "",
    columns: [
      { key: "name", name: "Lambda function", class: "c-name", link: true, cell: (row) => lambdas[row.lambda], value: (row) => lambdas[row.lambda] },
      { key: "share", name: "Share of its invocations", class: "c-share", down: true, value: (row) => row.value, cell: (row) => shareCell(row) },
      { key: "invocations", name: "Invocations, about", class: "c-exposure num", down: true, card: "invocations, about", value: (row) => row.invocations, cell: (row) => number(row.invocations) },
    ],
  });
  table.set(shares.map((each) => ({ ...each, href: address({ view: "traffic", lambda: lambdas[each.lambda] }) })));
  return section("takers", "Whose traffic takes it", table.node);
}

/** The latest traces of a path. An id is selected as a whole, to be copied. */
function tracesOf(path, details) {
  const { traces } = details[path.number];
  if (!traces.length) return null;
  return section("traces", "Its latest traces", h("ul", {}, traces.map((each) => {
    const id = h("code", { class: "copied" }, each.id);
    return h("li", {},
      each.href ? h("a", { href: each.href, rel: "noopener noreferrer", target: "_blank" }, id) : id,
      h("span", { class: "muted num" }, [`${each.time} UTC`, each.took, each.lambda].filter(Boolean).join(" · ")));
  })));
}

addView("path", "traffic", async (params, kept, signal) => {
  const path = paths.find((each) => each.id === params.get("path"));
  if (!path) return noSuchThing(`It holds no path ${params.get("path")}.`);
  const details = await detailsOfPaths();
  const lambda = knownLambda(params);
  const home = homeOf(path, details, lambdas.indexOf(lambda));
  const commonest = commonestOf(details, home);
  const first = path === commonest;
  const { only, lacks } = difference(path, commonest);
  const special = new Set(only);
  const lines = linesAlong(path, commonest, details);
  const lacking = linesAlong(commonest, path, details);
  const whose = home >= 0 ? ` of ${lambdas[home]}` : "";
  const link = h("a", { href: address({ path: commonest.id, lambda }) }, `commonest path${whose}`);
  const facts = [
    ["Share", [path.share, path.interval ? ` (${path.interval}, 95 % interval)` : ""].join("")],
    ["Invocations", `about ${number(path.invocations)}`],
    ["Seen in", count(path.windows, "window")],
    ["Mean time, net", path.time || "– (the recorder slows code down too much to say)"],
    ["Errors", path.errors > 0 ? `about ${path.errors < 0.5 ? "<1" : number(path.errors)} of these invocations failed` : "none seen"],
    path.lambdas.length ? null : ["Lambda functions", "not known"],
  ].filter(Boolean);
  return page({
    title: ["Path ", h("code", {}, path.id.slice(0, 8))], name: `Path ${path.id.slice(0, 8)}`,
    before: h("p", { class: "crumbs" }, h("a", { href: address({ view: "traffic", lambda }) }, lambda ? `Traffic of ${lambda}` : "Traffic")),
    about: [bar(path), ` ${path.share} of all invocations`, first ? `: the commonest path${whose}` : ""],
  },
  h("dl", { class: "facts inline" }, facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  sharesOf(path, details, signal),
  tracesOf(path, details),
  section("along", "Functions along it", h("p", { class: "about" }, about(first, only.length + lacks.length, link)),
    steps(path.along, path, (step) => (special.has(step) ? "only here" : ""), (step) => linesOfStep(step, path, lines, !first && !special.has(step)))),
  lacks.length ? section("lacking", "What the commonest path runs, and this one does not",
    steps(lacks, commonest, () => "not here", (step) => linesOfStep(step, commonest, lacking, false))) : null);
});
