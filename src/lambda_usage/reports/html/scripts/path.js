// One path: its figures, and the functions along it.

function steps(list, mark) {
  const groups = new Map();
  for (const step of list) {
    if (!groups.has(step.file)) groups.set(step.file, []);
    groups.get(step.file).push(step);
  }
  return h("div", { class: "steps" }, [...groups].map(([file, members]) => h("section", {},
    h("h3", {}, fileOf.has(file) ? h("a", { href: fileOf.get(file).href }, pathed(file)) : pathed(file)),
    h("ol", {}, members.map((step) => {
      const words = mark(step);
      const name = named(step.name, step.function?.line);
      return h("li", { class: words ? "special" : "" },
        step.function ? h("a", { href: step.function.href }, name) : name,
        words ? h("span", { class: "tag" }, words) : null,
        step.function ? h("span", { class: "muted num" }, step.function.use) : null);
    })))));
}

function about(first, different, commonest) {
  const words = "In source order, each with the share of invocations that run it at all.";
  if (first) return words;
  const link = h("a", { href: commonest.href }, "commonest path");
  if (!different) return [words, " They are those of the ", link, ": what differs is which of their lines run."];
  return [words, " ", h("span", { class: "tag" }, "only here"), " marks what the ", link, " does not run."];
}

addView("path", "traffic", (params) => {
  const path = paths.find((each) => each.id === params.get("path"));
  if (!path) return noSuchThing(`It holds no path ${params.get("path")}.`);
  const commonest = commonestOf(path);
  const { only, lacks } = difference(path, commonest);
  const special = new Set(only);
  const facts = [
    ["Share", [`${path.share} of invocations`, path.interval ? ` (${path.interval}, 95 % interval)` : ""].join("")],
    ["Invocations", `about ${number(path.invocations)}`],
    ["Seen in", count(path.windows, "window")],
    ["Mean time, net", path.time || "– (the recorder slows code down too much to say)"],
    ["Errors", path.errors > 0 ? `about ${path.errors < 0.5 ? "<1" : number(path.errors)} of these invocations failed` : "none seen"],
    ["Lambda functions", path.lambdas.map((each) => lambdas[each]).join(", ") || "not known"],
  ];
  const first = path === commonest;
  return page({
    title: ["Path ", h("code", {}, path.id.slice(0, 8))], name: `Path ${path.id.slice(0, 8)}`,
    before: h("p", { class: "crumbs" }, h("a", { href: address({ view: "traffic" }) }, "Traffic")),
    about: [bar(path), ` ${path.share}`, first ? ": the commonest path of its Lambda functions" : ""],
  },
  h("dl", { class: "facts inline" }, facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  section("along", "Functions along it", h("p", { class: "about" }, about(first, only.length + lacks.length, commonest)),
    steps(path.along, (step) => (special.has(step) ? "only here" : ""))),
  lacks.length ? section("lacking", "What the commonest path runs, and this one does not", steps(lacks, () => "not here")) : null);
});
