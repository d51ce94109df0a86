// Where the traffic goes: paths by share, and the functions that most of it runs.

/** The functions that a path runs and the commonest does not, and the reverse. */
function difference(path, commonest) {
  if (!commonest || path === commonest) return { only: [], lacks: [] };
  const here = new Set(path.along);
  const there = new Set(commonest.along);
  return { only: path.along.filter((each) => !there.has(each)), lacks: commonest.along.filter((each) => !here.has(each)) };
}

const stepName = (step) => (step.name === "<module>" ? `${step.file.split("/").pop()} (module body)` : step.name.replaceAll(".<locals>", ""));

/** In a few words, what sets a path apart from the commonest one of a Lambda function. */
function differs(path, details, lambda) {
  const home = homeOf(path, details, lambda);
  const commonest = commonestOf(details, home);
  if (path === commonest) return h("span", { class: "muted" }, `the commonest path${home >= 0 ? ` of ${lambdas[home]}` : ""}`);
  const twin = commonestTwin(path, details, home);
  if (path === twin) {
    const { only, lacks } = difference(path, commonest);
    return withAndWithout(only.map(stepName), lacks.map(stepName));
  }
  const more = otherLines(details[path.number], details[twin.number]);
  const less = otherLines(details[twin.number], details[path.number]);
  const lines = more.length + less.length ? withAndWithout(more.map(placeName), less.map(placeName)) : h("span", {}, "the same lines of this source");
  return twin === commonest ? lines : [h("span", {}, "the functions of ", h("code", {}, twin.id.slice(0, 8)), ", "), lines];
}

function withAndWithout(more, less) {
  const parts = [];
  if (more.length) parts.push(h("span", { class: "plus" }, h("b", {}, "with "), listed(more)));
  if (less.length) parts.push(h("span", { class: "minus" }, h("b", {}, "without "), listed(less, more.length ? 1 : 3)));
  return parts.flatMap((part, place) => (place ? ["; ", part] : [part]));
}

const shareCell = (row, scale) =>
  h("span", { class: "share" }, bar(row, scale), h("span", { class: "num" }, row.share), h("span", { class: "sub num" }, row.interval));

const errorsOf = (path) => (path.errors <= 0 ? h("span", { class: "muted" }, "none") : path.errors < 0.5 ? "<1" : number(path.errors));

const ofWhom = (lambda) => (lambda ? `the invocations of ${lambda}` : "all invocations");

const pathColumns = (details, lambda, widest) => [
  { key: "id", name: "Path", class: "c-id", link: true, cell: (row) => h("code", {}, row.id.slice(0, 8)) },
  { key: "share", name: lambda < 0 ? "Share of invocations" : `Share of the invocations of ${lambdas[lambda]}`, class: "c-share", down: true,
    value: (row) => row.value, cell: (row) => shareCell(row, widest) },
  { key: "time", name: "Mean time, net", class: "c-time num", down: true, card: "mean time, net", value: (row) => row.seconds ?? -1, cell: (row) => row.time || "–" },
  { key: "errors", name: "Errors", class: "c-lines num", down: true, card: "errors", value: (row) => row.errors, cell: errorsOf },
  { key: "lambdas", name: "Lambda functions", class: "c-lambdas", cell: (row) => listed(row.lambdas.map((each) => lambdas[each]), 2), value: (row) => listed(row.lambdas.map((each) => lambdas[each]), 2) },
  { key: "steps", name: "Functions", class: "c-lines num", down: true, card: "functions", value: (row) => row.along.length, cell: (row) => number(row.along.length) },
  { key: "differs", name: "What sets it apart", class: "c-reason", cell: (row) => differs(row.path, details, lambda) },
];

addView("traffic", "traffic", async (params, kept, signal) => {
  const details = await detailsOfPaths();
  let lambda = knownLambda(params);
  let q = params.get("q") ?? "";
  let sort = params.get("sort") ?? "share";
  let down = params.has("sort") ? params.get("down") === "1" : true;
  const save = () => remember({ view: "traffic", lambda, q, ...(sort === "share" && down ? {} : { sort, down: down ? "1" : "" }) });
  const total = h("p", { class: "total" });
  const shared = h("p", { class: "about" });
  const rarer = h("p", { class: "about" });
  const holder = h("div");
  let table;
  let taken;
  function draw() {
    const place = lambdas.indexOf(lambda);
    taken = paths.filter((path) => place < 0 || path.lambdas.includes(place)).map((path) => takenBy(path, details, place));
    table = makeTable({
      label: "Paths", kept, signal, sort, down,
      href: (row) => address({ path: row.id, lambda }),
      sorted: (key, falling) => { sort = key; down = falling; save(); },
      empty: paths.length ? "No path matches." : "No path was recorded: nothing was invoked inside a window.",
      columns: pathColumns(details, place, Math.max(...taken.map((path) => path.high), 0.01)),
    });
    holder.replaceChildren(table.node);
    const rest = 1 - taken.reduce((sum, path) => sum + path.value, 0);
    rarer.textContent = taken.length && rest > 0.0005 ? `${percentOf(rest)} of ${ofWhom(lambda)} took rarer paths, which are not kept one by one.` : "";
    shared.textContent = place >= 0 && taken.some((path) => path.lambdas.length > 1) ? "Times and errors are those of all Lambda functions that take a path." : "";
  }
  const refresh = (again = false) => {
    const terms = termsOf(q);
    const shown = taken.filter((path) => matches(`${path.id} ${path.along.map((each) => `${each.file}:${each.name}`).join(" ")}`.toLowerCase(), terms));
    table.set(shown, { again });
    const share = shown.reduce((sum, path) => sum + path.value, 0);
    total.textContent = `${count(shown.length, "path")}, together ${percentOf(share)} of ${ofWhom(lambda)}`;
    announce(total.textContent);
  };
  draw();
  refresh(true);
  const functionsByUse = hot.length ? await hotFunctions(lambda, signal) : null;
  const content = page({
    title: "Where does our traffic go?", name: "Traffic",
    about: `Ways through the code, with the share of invocations that take each and its 95 % interval, estimated from ${count(evidence.windows, "invocation")} recorded in full. Mean time is net of recording; “–” where the recorder slows code down too much to say.`,
  }, h("div", { class: "filters" }, searchField({ label: "Filter by function, path or id", hint: "Function or path id", value: q, table: () => table, changed: (value) => { q = value; save(); refresh(); } }),
    lambdas.length ? pickLambda(lambda, (value) => { lambda = value; save(); draw(); refresh(); functionsByUse?.choose(lambda); }) : null),
  h("div", { class: "result" }, shared, total), holder, rarer, functionsByUse?.node);
  content.addEventListener("shown", () => table.node.dispatchEvent(new CustomEvent("recall")));
  return content;
});

/** The functions that most traffic runs: of all Lambda functions together, or of one. */
async function hotFunctions(chosen, signal) {
  const about = h("p", { class: "about" });
  const holder = h("div");
  let latest = 0;
  async function choose(lambda) {
    const mine = ++latest;
    const place = lambdas.indexOf(lambda);
    const rows = place < 0 ? hot : hotOf(place, await detailsOfFunctions());
    if (mine !== latest) return;
    const table = makeTable({
      label: "Functions by use", signal, sort: "share", down: true, href: (row) => row.function?.href,
      empty: "What one Lambda function alone runs is not known: the source is not at hand.",
      columns: [
        { key: "name", name: "Function", class: "c-name", link: true, cell: (row) => named(row.name, row.line), value: (row) => row.name },
        { key: "place", name: "File", class: "c-place", cell: (row) => pathed(row.file, row.line), value: (row) => `${row.file}:${row.line}` },
        { key: "share", name: place < 0 ? "Share of invocations" : `Share of the invocations of ${lambda}`, class: "c-share", down: true, value: (row) => row.value,
          cell: (row) => shareCell(row) },
        ...(place < 0 ? [{ key: "windows", name: "Seen in windows", class: "c-exposure num", down: true, card: "windows", value: (row) => row.windows, cell: (row) => number(row.windows) }] : []),
      ],
    });
    table.set(rows);
    about.textContent = `The share of ${ofWhom(lambda)} that run each.`;
    holder.replaceChildren(table.node);
  }
  await choose(chosen);
  return { node: section("hot", "Functions by use", about, holder), choose };
}

const hotOf = (lambda, details) => hot.flatMap((each) => {
  const own = each.function && details[each.function.number].verdicts.find((found) => found.lambda === lambda);
  return own && own.low !== null ? [{ ...each, share: own.use, interval: own.interval, value: own.rank, low: own.low, high: own.high }] : [];
});
