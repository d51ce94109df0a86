// What is shipped beside the code, and what somebody asked to keep.

addView("dependencies", "dependencies", (params, kept, signal) => {
  const table = makeTable({
    label: "Dependencies", kept, signal, href: () => "", sort: params.get("sort") ?? "verdict", down: false, empty: "No distribution was found beside the code in what the Lambda functions ship.",
    columns: [
      { key: "verdict", name: "Verdict", class: "c-verdict", value: (row) => (row.state === "dead" ? -1 : STATES.indexOf(row.state)), cell: (row) => verdict(row.state, row.state === "dead" ? "Never imported" : row.state === "used" ? "Imported" : undefined) },
      { key: "name", name: "Distribution", class: "c-name", value: (row) => row.name.toLowerCase(), cell: (row) => [h("span", { class: "name" }, row.name), " ", h("span", { class: "muted" }, row.version)] },
      { key: "exposure", name: "Invocations", class: "c-exposure num", down: true, card: "invocations", value: (row) => row.exposure, cell: (row) => number(row.exposure) },
      { key: "days", name: "Days", class: "c-lines num", down: true, card: "days", value: (row) => row.days, cell: (row) => number(row.days) },
      { key: "lambdas", name: "Imported by, of those that ship it", class: "c-lambdas", cell: importers, value: (row) => row.verdicts.filter((each) => each.state === "used").length, down: true },
      { key: "reason", name: "Why", class: "c-reason", cell: (row) => row.reason },
    ],
  });
  table.set(dependencies, { again: true });
  const never = dependencies.filter((each) => each.state === "dead").length;
  return page({ title: "Dependencies", about: dependencies.length
    ? `${count(dependencies.length, "distribution")} in the deployment packages, ${never ? number(never) : "none"} of them never imported on this evidence. What a child process imports, or a program opens without importing it, is not seen; what comes with a layer or the runtime is not listed.`
    : "Distributions that lie in deployment packages beside the code." }, table.node);
});

function importers(row) {
  const by = row.verdicts.filter((each) => each.state === "used").map((each) => lambdas[each.lambda]);
  return h("span", {}, by.length ? listed(by, 2) : h("span", { class: "muted" }, "none"), h("span", { class: "muted" }, ` (${by.length} of ${row.verdicts.length})`));
}

const MOST_KEPT = 6;

function keptFunctions(names) {
  const shown = names.slice(0, MOST_KEPT).map((name) => {
    const each = functionNamed.get(name);
    return h("li", {}, each ? h("a", { href: each.href }, named(each.name, each.line)) : name, each ? h("span", { class: "muted" }, ` ${each.file.path}`) : null);
  });
  const more = names.length - shown.length;
  return h("ul", {}, shown, more > 0 ? h("li", { class: "muted" }, `and ${number(more)} more`) : null);
}

const KEEP_STATES = {
  holds: ["kept", "Holds", "It keeps code that is dead, or might be called so later."],
  expired: ["unproven", "Expired", "Its day is over: what it kept is reported like all other code."],
  matches_nothing: ["dead", "Matches nothing", "A mistake: it means no code at all, so what it was to keep may be called dead. Correct it, or take it away."],
  needless: ["not_deployed", "Needless", "All that it keeps is used, or comes in no report. It can go."],
};

addView("suppressions", "suppressions", (params, kept, signal) => {
  const table = makeTable({
    label: "Suppressions", kept, signal, href: () => "", sort: "", empty: "There is no suppression. Write “# lambda-usage: keep until=2027-03-01 reason=…” beside code that is to stay.",
    columns: [
      { key: "state", name: "State", class: "c-verdict", value: (row) => Object.keys(KEEP_STATES).indexOf(row.state), cell: (row) => h("span", { class: `verdict is-${KEEP_STATES[row.state][0]}` }, glyph(KEEP_STATES[row.state][0]), KEEP_STATES[row.state][1]) },
      { key: "place", name: "Where it is written", class: "c-place", value: (row) => row.place, cell: (row) => h("span", { class: "path" }, row.place) },
      { key: "until", name: "Until", class: "c-seen num", value: (row) => row.until || "9999", cell: (row) => row.until || h("span", { class: "muted" }, "for ever"), card: "until" },
      { key: "reason", name: "Reason", class: "c-reason", cell: (row) => row.reason || h("span", { class: "muted" }, "none given") },
      { key: "kept", name: "What it keeps", class: "c-reason", cell: (row) => (row.functions.length ? keptFunctions(row.functions) : h("span", { class: "muted" }, "nothing")) },
    ],
  });
  table.set(keeps, { again: true });
  return page({ title: "Suppressions", about: "What somebody asked to keep, whether it is used or not." },
    keeps.length ? h("ul", { class: "explained" }, Object.values(KEEP_STATES).map(([state, name, words]) => h("li", {}, h("span", { class: `verdict is-${state}` }, glyph(state), name), " ", words))) : null, table.node);
});
