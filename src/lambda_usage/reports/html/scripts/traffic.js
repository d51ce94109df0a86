// Where the traffic goes: paths by share, and the functions that most of it runs.

/** The commonest path of the same Lambda functions: what others are compared with. */
const commonestOf = (path) =>
  paths.find((each) => each === path || each.lambdas.some((place) => path.lambdas.includes(place)));

/** What a path runs that the commonest does not, and the reverse. */
function difference(path, commonest) {
  if (!commonest || path === commonest) return { only: [], lacks: [] };
  const here = new Set(path.along);
  const there = new Set(commonest.along);
  return { only: path.along.filter((each) => !there.has(each)), lacks: commonest.along.filter((each) => !here.has(each)) };
}

const stepName = (step) => (step.name === "<module>" ? `${step.file.split("/").pop()} (module body)` : step.name.replaceAll(".<locals>", ""));

function differs(path) {
  const commonest = commonestOf(path);
  if (path === commonest) return h("span", { class: "muted" }, `the commonest path${path.lambdas.length ? ` of ${listed(path.lambdas.map((place) => lambdas[place]), 2)}` : ""}`);
  const { only, lacks } = difference(path, commonest);
  const parts = [];
  if (only.length) parts.push(h("span", { class: "plus" }, h("b", {}, "with "), listed(only.map(stepName))));
  if (lacks.length) parts.push(h("span", { class: "minus" }, h("b", {}, "without "), listed(lacks.map(stepName), only.length ? 1 : 3)));
  if (!parts.length) parts.push(h("span", { class: "muted" }, "the same functions, other lines of them"));
  return parts.flatMap((part, place) => (place ? ["; ", part] : [part]));
}

const shareCell = (row, scale) =>
  h("span", { class: "share" }, bar(row, scale), h("span", { class: "num" }, row.share), h("span", { class: "sub num" }, row.interval));

const errorsOf = (path) => (path.errors <= 0 ? h("span", { class: "muted" }, "none") : path.errors < 0.5 ? "<1" : number(path.errors));

addView("traffic", "traffic", (params, kept, signal) => {
  let lambda = params.get("lambda") ?? "";
  let q = params.get("q") ?? "";
  let sort = params.get("sort") ?? "share";
  let down = params.has("sort") ? params.get("down") === "1" : true;
  const save = () => remember({ view: "traffic", lambda, q, ...(sort === "share" && down ? {} : { sort, down: down ? "1" : "" }) });
  const widest = Math.max(...paths.map((path) => path.high), 0.01);
  const table = makeTable({
    label: "Paths", kept, signal, href: (row) => row.href, sort, down,
    sorted: (key, falling) => { sort = key; down = falling; save(); },
    empty: paths.length ? "No path matches." : "No path was recorded: nothing was invoked inside a window.",
    columns: [
      { key: "id", name: "Path", class: "c-id", link: true, cell: (row) => h("code", {}, row.id.slice(0, 8)) },
      { key: "share", name: "Share of invocations", class: "c-share", down: true, value: (row) => row.value,
        cell: (row) => shareCell(row, widest) },
      { key: "time", name: "Mean time, net", class: "c-time num", down: true, card: "mean time, net", value: (row) => row.seconds ?? -1, cell: (row) => row.time || "–" },
      { key: "errors", name: "Errors", class: "c-lines num", down: true, card: "errors", value: (row) => row.errors, cell: errorsOf },
      { key: "lambdas", name: "Lambda functions", class: "c-lambdas", cell: (row) => listed(row.lambdas.map((each) => lambdas[each]), 2), value: (row) => listed(row.lambdas.map((each) => lambdas[each]), 2) },
      { key: "steps", name: "Functions", class: "c-lines num", down: true, card: "functions", value: (row) => row.along.length, cell: (row) => number(row.along.length) },
      { key: "differs", name: "What sets it apart", class: "c-reason", cell: (row) => differs(row) },
    ],
  });
  const total = h("p", { class: "total" });
  const refresh = (again = false) => {
    const place = lambdas.indexOf(lambda);
    const terms = termsOf(q);
    const ofLambda = paths.filter((path) => place < 0 || path.lambdas.includes(place));
    const shown = ofLambda.filter((path) => matches(`${path.id} ${path.along.map((each) => `${each.file}:${each.name}`).join(" ")}`.toLowerCase(), terms));
    table.set(shown, { again });
    const share = shown.reduce((sum, path) => sum + path.value, 0);
    total.textContent = `${count(shown.length, "path")}, together ${percentOf(share)} of all invocations`;
    announce(total.textContent);
  };
  refresh(true);
  const rest = 1 - paths.reduce((sum, path) => sum + path.value, 0);
  const content = page({
    title: "Where does our traffic go?", name: "Traffic",
    about: `Ways through the code, with the share of all invocations that take each and its 95 % interval, estimated from ${count(evidence.windows, "invocation")} recorded in full. Mean time is net of recording; “–” where the recorder slows code down too much to say.`,
  }, h("div", { class: "filters" }, searchField({ label: "Filter by function, path or id", hint: "Function or path id", value: q, table: () => table, changed: (value) => { q = value; save(); refresh(); } }),
    lambdas.length ? pickLambda(lambda, (value) => { lambda = value; save(); refresh(); }) : null),
  h("div", { class: "result" }, total), table.node,
  paths.length && rest > 0.0005 ? h("p", { class: "about" }, `${percentOf(rest)} of invocations took rarer paths, which are not kept one by one.`) : null,
  hot.length ? hotFunctions(signal) : null);
  content.addEventListener("shown", () => table.node.dispatchEvent(new CustomEvent("recall")));
  return content;
});

function hotFunctions(signal) {
  const table = makeTable({
    label: "Functions by use", signal, sort: "share", down: true, href: (row) => row.function?.href, empty: "",
    columns: [
      { key: "name", name: "Function", class: "c-name", link: true, cell: (row) => named(row.name, row.line), value: (row) => row.name },
      { key: "place", name: "File", class: "c-place", cell: (row) => pathed(row.file, row.line), value: (row) => `${row.file}:${row.line}` },
      { key: "share", name: "Share of invocations", class: "c-share", down: true, value: (row) => row.value,
        cell: (row) => shareCell(row) },
      { key: "windows", name: "Seen in windows", class: "c-exposure num", down: true, card: "windows", value: (row) => row.windows, cell: (row) => number(row.windows) },
    ],
  });
  table.set(hot);
  return section("hot", "Functions by use", h("p", { class: "about" }, "The share of invocations that run each."), table.node);
}
