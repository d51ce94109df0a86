// What the evidence calls dead, and beside it what never ran and is not called so.

const GROUPS = {
  pieces: ["dead", "Dead pieces", "Functions, classes and files that never ran, and what lies in them."],
  inside: ["dead", "Dead in code that runs", "The function is needed, these lines of it never were."],
  apart: ["error-handling", "Error handling and stubs", "They never ran. That nothing failed does not make them dead: look, but do not count on it."],
  kept: ["kept", "Kept on purpose", "They never ran, and somebody asked to keep them."],
  missing: ["not_deployed", "Never shipped", "Files in the source directory that are in no deployment package."],
};

function deadRows() {
  const never = files.filter((file) => file.state === "not_deployed").map((file) => ({
    file, function: file.functions[0], first: 1, last: file.lines, lines: file.lines, whole: true, inside: file.functions.length,
  }));
  const found = { pieces: deadPieces, inside: deadInside, apart, kept: keptPieces, missing: never };
  for (const [group, rows] of Object.entries(found)) {
    for (const row of rows) {
      row.state ??= row.kind ?? GROUPS[group][0];
      row.href ??= row.whole || !row.function ? address({ file: row.file.path, line: `${row.first}-${row.last}` }) : address({ function: row.function.key, line: row.kind ? `${row.first}-${row.last}` : "" });
      row.text ??= `${row.file.path} ${row.function?.name ?? ""} ${row.keep?.reason ?? ""}`.toLowerCase();
    }
  }
  return found;
}

function deadWords(row) {
  if (row.whole && row.state === "not_deployed") return `in no deployment package (${count(row.inside, "function")})`;
  if (row.whole) return `whole file, never imported${row.inside ? ` (${count(row.inside, "function")})` : ""}`;
  if (row.inside) return `and ${number(row.inside)} inside`;
  return "";
}

/** Places may lie in one another: a class in a module's body, say, counts once, as in all forms. */
function differentLines(rows) {
  const ends = new Map();
  let sum = 0;
  for (const { file, first, last } of [...rows].sort((a, b) => a.first - b.first)) {
    const end = ends.get(file) ?? 0;
    sum += Math.max(0, last - Math.max(first, end + 1) + 1);
    ends.set(file, Math.max(end, last));
  }
  return sum;
}

/** What is known of the use of a dead thing, or of the function around it. */
function deadUse(row) {
  if (row.keep) return row.keep.reason || "kept, no reason given";
  if (row.state === "not_deployed") return "";
  if (!row.kind) return [row.function?.use ?? "", " ", row.function?.interval ?? ""].join("").trim();
  const around = row.function;
  if (!around || around.name === "<module>") return "";
  if (around.state === "startup") return "at start only";
  return around.rank >= 0 ? `${around.use} of invocations` : around.use;
}

const LAST_COLUMN = { pieces: "Use, at most", inside: "Use of its function", apart: "Use of its function", kept: "Kept for" };

function deadColumns(group) {
  const columns = [
    { key: "name", name: group === "missing" ? "File" : "What", class: "c-name", link: true, value: (row) => row.function?.name ?? "",
      cell: (row) => [row.whole ? h("span", { class: "name" }, row.file.path.split("/").pop()) : named(row.function?.name ?? "", row.first), " ", h("span", { class: "muted" }, deadWords(row))] },
    { key: "place", name: "Where", class: "c-place", cell: (row) => pathed(row.file.path, span(row.first, row.last)), value: (row) => `${row.file.path}:${row.first}` },
    { key: "lines", name: "Lines", class: "c-lines num", down: true, cell: (row) => number(row.lines), value: (row) => row.lines, card: "lines" },
  ];
  if (group === "apart") columns.unshift({ key: "verdict", name: "Kind", class: "c-verdict", cell: (row) => verdict(row.state), value: (row) => row.state });
  if (group in LAST_COLUMN) columns.push({ key: "use", name: LAST_COLUMN[group], class: "c-reason", cell: deadUse });
  return columns;
}

addView("dead", "dead", (params, kept, signal) => {
  const found = deadRows();
  let group = Object.hasOwn(GROUPS, params.get("group")) ? params.get("group") : "pieces";
  let terms = params.get("q") ?? "";
  const save = (sort = params.get("sort"), down = params.get("down")) => {
    params = new URLSearchParams(Object.entries({ view: "dead", group, q: terms, sort: sort ?? "", down: down ?? "" }));
    remember(Object.fromEntries(params));
  };
  const about = h("p", { class: "about" });
  const total = h("p", { class: "total" });
  const holder = h("div");
  let table;
  const draw = () => {
    table = makeTable({
      label: GROUPS[group][1], kept, signal, href: (row) => row.href,
      sort: params.get("sort") || "lines", down: params.get("sort") ? params.get("down") === "1" : true,
      sorted: (key, down) => save(key, down ? "1" : ""),
      empty: "There is nothing of this kind.", columns: deadColumns(group),
    });
    holder.replaceChildren(table.node);
  };
  const refresh = (again = false) => {
    const rows = found[group].filter((row) => matches(row.text, termsOf(terms)));
    about.textContent = GROUPS[group][2];
    table.set(rows, { again });
    total.textContent = `${count(rows.length, group === "missing" ? "file" : "place")}, ${count(differentLines(rows), "line")}`;
    announce(total.textContent);
  };
  const choices = choose({
    label: "What to show", value: group,
    choices: Object.entries(GROUPS).map(([key, [state, words]]) => [key, [glyph(state), words], found[key].length]),
    changed: (value) => { group = value; save(); draw(); refresh(); },
  });
  const search = searchField({
    label: "Filter by name or path", hint: "Filter by name or path", value: terms, table: () => table,
    changed: (value) => { terms = value; save(); refresh(); },
  });
  draw();
  refresh(true);
  const content = page({
    title: "May I delete this?", name: "Dead code",
    about: ["What never ran, and whether the evidence is enough to call it dead. Read ", h("a", { href: address({ view: "overview" }) }, "what the report cannot see"), " first; open an entry for its evidence."],
  }, h("div", { class: "filters" }, choices.node, search), h("div", { class: "result" }, about, total), holder);
  content.addEventListener("shown", () => table.node.dispatchEvent(new CustomEvent("recall")));
  return content;
});
