// All files, as a table: the equal of the treemap.

const FILE_STATES = {
  loaded: "loaded", shipped: "shipped, never loaded", not_deployed: "not deployed", differs: "shipped in another version", elsewhere: "shipped under another path",
};

addView("files", "files", (params, kept, signal) => {
  let q = params.get("q") ?? "";
  let sort = params.get("sort") ?? "path";
  let down = params.get("down") ?? "";
  const save = () => remember({ view: "files", q, sort: sort === "path" && !down ? "" : sort, down });
  const share = (state) => (row) => (row.lines ? row.counts[state] / row.lines : 0);
  const table = makeTable({
    label: "Files", kept, signal, href: (row) => row.href, sort, down: down === "1",
    sorted: (key, falling) => { sort = key; down = falling ? "1" : ""; save(); },
    empty: files.length ? "No file matches." : "The report holds no file.",
    columns: [
      { key: "path", name: "File", class: "c-file", link: true, cell: (row) => pathed(row.path), value: (row) => row.path },
      { key: "use", name: "By use", class: "c-bar", cell: (row) => [linesBar(row.counts, row.lines || 1), unseen(linesInWords(row.counts))], value: share("used"), down: true },
      { key: "dead", name: "Dead", class: "c-lines num", down: true, card: "dead", cell: (row) => number(row.counts.dead), value: (row) => row.counts.dead },
      { key: "unproven", name: "Unproven", class: "c-lines num", down: true, card: "unproven", cell: (row) => number(row.counts.unproven), value: (row) => row.counts.unproven },
      { key: "lines", name: "Lines", class: "c-lines num", down: true, card: "lines", cell: (row) => number(row.lines), value: (row) => row.lines },
      { key: "functions", name: "Functions", class: "c-lines num", down: true, card: "functions", cell: (row) => number(row.functions.length), value: (row) => row.functions.length },
      { key: "state", name: "In the fleet", class: "c-state", cell: (row) => FILE_STATES[row.state], value: (row) => FILE_STATES[row.state] },
      { key: "lambdas", name: "Shipped by", class: "c-reason", cell: (row) => listed(row.lambdas.map((each) => lambdas[each]), 2), value: (row) => row.lambdas.length, down: true },
    ],
  });
  const total = h("p", { class: "total" });
  const refresh = (again = false) => {
    const rows = files.filter((file) => matches(file.path.toLowerCase(), termsOf(q)));
    table.set(rows, { again });
    total.textContent = `${number(rows.length)} of ${count(files.length, "file")}`;
    announce(total.textContent);
  };
  refresh(true);
  const content = page({ title: "Files", about: "How the lines of each file stand. Open a file to see its source by use." },
    h("div", { class: "filters" },
      searchField({ label: "Filter by path", hint: "File path", value: q, table: () => table, changed: (value) => { q = value; save(); refresh(); } })),
    h("div", { class: "result" }, total), table.node);
  content.addEventListener("shown", () => table.node.dispatchEvent(new CustomEvent("recall")));
  return content;
});
