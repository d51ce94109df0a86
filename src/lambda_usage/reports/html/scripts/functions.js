// All functions, class bodies and module bodies.

/** A function as all Lambda functions together see it, or as one does. */
function seenBy(each, own) {
  if (!own) return each;
  return {
    ...each, state: own.state, exposure: own.exposure, use: own.use, interval: own.interval,
    rank: own.rank, lastSeen: own.lastSeen, reason: own.reason, days: own.days,
    text: `${each.name} ${each.file.path} ${own.reason}`.toLowerCase(),
  };
}

const functionColumns = [
  { key: "verdict", name: "Verdict", class: "c-verdict", cell: (row) => verdict(row.state), value: (row) => STATES.indexOf(row.state) },
  { key: "name", name: "Function", class: "c-name", link: true, cell: (row) => named(row.name, row.line), value: (row) => row.name },
  { key: "place", name: "File", class: "c-place", cell: (row) => pathed(row.file.path, row.line), value: (row) => `${row.file.path}:${row.line}` },
  { key: "lines", name: "Lines", class: "c-lines num", down: true, card: "lines", cell: (row) => number(row.lines), value: (row) => row.lines },
  { key: "exposure", name: "Exposure", class: "c-exposure num", down: true, card: "exposure", value: (row) => row.exposure,
    cell: (row) => [number(row.exposure), row.perInit ? h("span", { class: "sub" }, row.exposure === 1 ? " start" : " starts") : null] },
  { key: "use", name: "Use", class: "c-use num", down: true, card: "use", value: (row) => row.rank,
    cell: (row) => h("span", { class: "use" }, row.interval ? h("span", { class: "sub" }, row.interval) : null, h("span", {}, row.use)) },
  { key: "seen", name: "Last seen", class: "c-seen num", down: true, card: "last seen", value: (row) => row.lastSeen,
    cell: (row) => (row.lastSeen ? h("time", { datetime: row.lastSeen }, day(row.lastSeen)) : h("span", { class: "muted" }, "never")) },
  { key: "reason", name: "Why", class: "c-reason", cell: (row) => row.reason },
];

addView("functions", "functions", async (params, kept, signal) => {
  const state = {
    verdict: params.get("verdict") ?? "", lambda: params.get("lambda") ?? "",
    q: params.get("q") ?? "", file: params.get("file-like") ?? "",
    sort: params.get("sort") ?? "place", down: params.get("down") ?? "",
  };
  const save = () => remember({ view: "functions", verdict: state.verdict, lambda: state.lambda, q: state.q, "file-like": state.file,
    sort: state.sort === "place" && !state.down ? "" : state.sort, down: state.down });
  const table = makeTable({
    label: "Functions", columns: functionColumns, kept, signal, href: (row) => row.href, sort: state.sort, down: state.down === "1",
    sorted: (key, down) => { state.sort = key; state.down = down ? "1" : ""; save(); },
    empty: functions.length ? "No function matches. Take a filter away." : "The report holds no function.",
  });
  const total = h("p", { class: "total" });

  async function rows() {
    const place = lambdas.indexOf(state.lambda);
    if (place < 0) return functions;
    const details = await detailsOfFunctions();
    return functions.flatMap((each) => {
      const own = details[each.number].verdicts.find((found) => found.lambda === place);
      return own ? [seenBy(each, own)] : [];
    });
  }

  async function refresh(again = false) {
    const asked = { ...state };
    const terms = termsOf(state.q);
    const inPath = termsOf(state.file);
    const matching = (await rows()).filter((row) => matches(row.text, terms) && matches(row.file.path.toLowerCase(), inPath));
    if (Object.keys(asked).some((key) => asked[key] !== state[key])) return;
    const found = { "": matching.length };
    for (const row of matching) found[row.state] = (found[row.state] ?? 0) + 1;
    choices.counts(found);
    const shown = state.verdict ? matching.filter((row) => row.state === state.verdict) : matching;
    table.set(shown, { again });
    const words = `${number(shown.length)} of ${count(functions.length, "function")}`;
    total.textContent = state.lambda ? `${words}, as ${state.lambda} alone sees them` : words;
    announce(words);
  }
  const change = (key) => (value) => { state[key] = value; save(); refresh(); };
  const present = new Set(functions.map((each) => each.state));
  const choices = choose({
    label: "Verdict", value: state.verdict, changed: change("verdict"),
    choices: [["", "All", 0], ...STATES.filter((each) => present.has(each)).map((each) => [each, verdict(each), 0])],
  });
  const content = page({ title: "Functions", about: "Every function, class body and module body, with its verdict and the evidence. Exposure is how many invocations, or process starts, would have noticed a run. Use is a share of the invocations of those that ship it: estimated with its 95 % interval, or bounded (<) where nothing ran." },
    h("div", { class: "filters" }, choices.node,
      searchField({ label: "Filter by name, path or reason", hint: "Name, path, reason", value: state.q, changed: change("q"), table: () => table }),
      h("label", { class: "field" }, h("input", { type: "search", "aria-label": "Filter by file path", placeholder: "File path", value: state.file, spellcheck: "false", autocomplete: "off", oninput: (event) => change("file")(event.target.value) })),
      lambdas.length ? pickLambda(state.lambda, change("lambda")) : null),
    h("div", { class: "result" }, total), table.node);
  await refresh(true);
  content.addEventListener("shown", () => table.node.dispatchEvent(new CustomEvent("recall")));
  return content;
});
