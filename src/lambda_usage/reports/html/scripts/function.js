// One function: may it go, who would miss it, and its lines.

function byLambda(each, found) {
  if (!found.verdicts.length) return h("p", { class: "muted" }, "No Lambda function ships it.");
  const unit = each.perInit ? "Starts" : "Exposure";
  const heads = ["Lambda function", "Verdict", unit, "Days", "Use", "First seen", "Last seen", "Why"];
  const classes = ["", "", "num", "num", "num", "num", "num", "wide"];
  const busiestFirst = [...found.verdicts].sort((a, b) => a.lambda - b.lambda);
  const rows = busiestFirst.map((own) => h("tr", {},
    h("th", { scope: "row" }, lambdas[own.lambda]), h("td", {}, verdict(own.state)),
    h("td", { class: "num", data: { card: unit } }, number(own.exposure)), h("td", { class: "num", data: { card: "days" } }, own.days),
    h("td", { class: "num", data: { card: "use" } }, own.use, own.interval ? h("span", { class: "sub" }, own.interval) : null),
    h("td", { class: "num", data: { card: "first seen" } }, minute(own.firstSeen) || h("span", { class: "muted" }, "never")),
    h("td", { class: "num", data: { card: "last seen" } }, minute(own.lastSeen) || h("span", { class: "muted" }, "never")),
    h("td", { class: "wide" }, own.reason)));
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Verdict of each Lambda function" },
    h("table", { class: "plain by-lambda" }, h("caption", { class: "hidden" }, "Verdict of each Lambda function"),
      h("thead", {}, h("tr", {}, heads.map((name, place) => h("th", { scope: "col", class: classes[place] }, name)))), h("tbody", {}, rows)));
}

function missed(each, found) {
  const ran = found.verdicts.filter((own) => own.state === "used" || own.state === "startup");
  const taken = paths.filter((path) => path.along.some((step) => step.function === each));
  const share = taken.reduce((sum, path) => sum + path.value, 0);
  if (!ran.length && !taken.length) {
    return [h("p", {}, each.state === "not_deployed" ? "Nothing that was recorded here." : "Nothing that was recorded: no Lambda function ran it, and it lies on no path.")];
  }
  const who = ran.length ? `${listed(ran.map((own) => lambdas[own.lambda]), 4)} ran it` : "It was seen to run";
  const last = each.lastSeen ? `, last on ${minute(each.lastSeen)} UTC` : "";
  const on = taken.length ? `It lies on ${count(taken.length, "path")} of ${number(paths.length)}, which together take ${percentOf(share)} of all invocations.` : paths.length > 1 ? `It lies on none of the ${number(paths.length)} paths that are kept.` : paths.length ? "It does not lie on the one path that is kept." : "";
  return [h("p", {}, `${who}${last}. `, on), taken.length ? pathList(taken.slice(0, 8)) : null,
    taken.length > 8 ? h("p", { class: "muted" }, `and ${count(taken.length - 8, "path")} more`) : null];
}

function pathList(shown) {
  return h("ul", { class: "path-list" }, shown.map((path) =>
    h("li", {}, h("a", { href: path.href }, h("code", {}, path.id.slice(0, 8))), bar(path), h("span", { class: "num" }, path.share),
      h("span", { class: "muted" }, listed(path.lambdas.map((place) => lambdas[place]), 2)))));
}

const excerpt = (source, each, wanted) => {
  const table = sourceTable(source, each.file.path, each.line, Math.min(each.last, source.rows.length));
  const rows = table.querySelectorAll("tr.line");
  for (let line = wanted?.first; line <= wanted?.last; line++) rows[line - each.line]?.classList.add("chosen");
  return h("div", { class: "excerpt" }, table);
};

addView("function", "functions", async (params) => {
  const each = functionOf.get(params.get("function"));
  if (!each) return noSuchThing(`It holds no function ${params.get("function")}.`);
  const found = (await detailsOfFunctions())[each.number];
  const source = each.file.source >= 0 ? await sourceOf(each.file) : null;
  const lines = address({ file: each.file.path, line: `${each.line}-${each.last}` });
  const unit = each.perInit ? "process starts" : "invocations";
  const facts = [
    ["Where", h("a", { href: lines }, pathed(each.file.path, span(each.line, each.last)))],
    ["Length", count(each.lines, "line")],
    ["Exposure", `${number(each.exposure)} ${unit}`],
    ["Use", [each.use, each.interval ? h("span", { class: "sub" }, each.interval.endsWith("%") ? `${each.interval} (95 %)` : each.interval) : null,
      each.lastSeen && !each.perInit ? h("span", { class: "sub" }, "of invocations of those that ship it") : null]],
    ["First seen", minute(found.firstSeen) || "never"], ["Last seen", minute(each.lastSeen) || "never"],
  ];
  const note = found.ranges.length && each.state !== "dead" ? h("ul", { class: "ranges" }, found.ranges.slice(0, 30).map((range) =>
    h("li", {}, verdict(range.state), " ",
      h("a", { href: address({ file: each.file.path, line: `${range.first}-${range.last}` }) }, `${range.first === range.last ? "line" : "lines"} ${span(range.first, range.last)}`)))) : null;
  return page({
    title: [named(each.name, each.line), verdict(each.state)], name: each.name,
    before: h("p", { class: "crumbs" }, h("a", { href: address({ view: "functions" }) }, "Functions"), h("span", { class: "muted", "aria-hidden": "true" }, "/"), h("a", { href: each.file.href }, each.file.path)),
  },
  h("div", { class: "function-body" },
    h("div", { class: "words" },
      section("answer", "May I delete this?", found.answer.map((words) => h("p", {}, words))),
      section("missed", "What would I miss if I did?", missed(each, found)),
      each.state !== "used" && found.wants.length ? section("wants", "What would make it dead?", found.wants.map((words) => h("p", {}, words))) : null,
      found.spots.length && each.state !== "used" ? section("spots", "What the data cannot show here", h("ul", {}, found.spots.map((words) => h("li", {}, words)))) : null,
      note ? section("never", "Lines of it that never ran", note) : null),
    h("aside", { "aria-label": "Figures" }, h("dl", { class: "facts" }, facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])))),
  section("lambdas", "Each Lambda function by itself", byLambda(each, found)),
  section("its-source", "Its lines", source
    ? excerpt(source, each, spanFrom(params.get("line")))
    : h("p", { class: "muted" }, "The source is not at hand: give --source, or upload it with lambda-usage inventory --with-source.")));
});
