// Tables that sort, and that draw as many rows as have been asked for by scrolling.

const CHUNK = 100;
const collator = new Intl.Collator("en", { numeric: true });
const drawAll = new Set();
addEventListener("beforeprint", () => drawAll.forEach((draw) => draw()));

const order = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);

/**
 * A table. Columns have `name`, `cell(row)`, and where they sort `value(row)`; `link` marks the cell
 * whose link opens the row. `kept` is the view's memory; `sorted(key, down)` hears of a new order.
 */
function makeTable({ label, columns, sort, down, href, kept, sorted, empty, rowClass, signal }) {
  const state = { rows: [], all: [], shown: 0, sort, down };
  const body = h("tbody", { role: "rowgroup" });
  const heads = columns.map(head);
  const table = h("table", { role: "table", class: "data", "aria-label": label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body);
  const end = h("p", { class: "more" });
  const node = h("div", { class: "table" }, table, end);
  const watcher = new IntersectionObserver((seen) => {
    if (!seen.at(-1).isIntersecting || state.shown >= state.rows.length) return;
    draw(state.shown + CHUNK);
    // Seen anew: whoever scrolls fast never gets away from the end, so that nothing would change.
    watcher.unobserve(end);
    watcher.observe(end);
  }, { rootMargin: "900px" });
  watcher.observe(end);
  const all = () => draw(Infinity);
  drawAll.add(all);
  signal?.addEventListener("abort", () => {
    drawAll.delete(all);
    watcher.disconnect();
  });

  function head(column) {
    const props = { role: "columnheader", scope: "col", class: column.class };
    if (!column.value) return h("th", props, column.name);
    return h("th", props, h("button", { type: "button", onclick: () => sortBy(column) }, column.name, h("span", { class: "arrow", "aria-hidden": "true" })));
  }

  function sortBy(column) {
    state.down = state.sort === column.key ? !state.down : Boolean(column.down);
    state.sort = column.key;
    arrange();
    sorted?.(state.sort, state.down);
    announce(`Sorted by ${column.name}, ${state.down ? "descending" : "ascending"}`);
  }

  function arrange() {
    const column = columns.find((each) => each.key === state.sort);
    columns.forEach((each, place) => {
      if (each === column) heads[place].setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else heads[place].removeAttribute("aria-sort");
    });
    const values = column && new Map(state.all.map((row) => [row, column.value(row)]));
    const sign = state.down ? -1 : 1;
    state.rows = column ? [...state.all].sort((a, b) => sign * order(values.get(a), values.get(b))) : state.all;
    body.replaceChildren();
    state.shown = 0;
    draw(kept?.shown ?? CHUNK);
  }

  function draw(upTo) {
    const until = Math.min(upTo, state.rows.length);
    body.append(...state.rows.slice(state.shown, until).map(drawRow));
    if (state.shown < until || !state.rows.length) {
      state.shown = until;
      const more = state.rows.length - until;
      end.textContent = state.rows.length ? (more ? `${number(more)} more below` : "") : empty;
    }
    end.hidden = !end.textContent;
    if (kept && upTo !== Infinity) kept.shown = Math.max(CHUNK, state.shown);
  }

  function drawRow(row, place) {
    const first = state.shown + place === 0;
    const cells = columns.map((column) => {
      const content = column.cell(row);
      const target = column.link && href(row);
      const inner = target ? h("a", { class: "row-link", href: target, tabindex: first ? 0 : -1 }, content) : content;
      return h("td", { role: "cell", class: column.class, data: column.card ? { card: column.card } : undefined }, inner);
    });
    return h("tr", { role: "row", class: rowClass?.(row) }, cells);
  }

  const links = () => [...body.querySelectorAll("a.row-link")];
  const focusRow = (link) => {
    body.querySelector("a.row-link[tabindex='0']")?.setAttribute("tabindex", "-1");
    link.setAttribute("tabindex", "0");
    link.focus();
  };
  body.addEventListener("keydown", (event) => {
    const link = event.target.closest("a.row-link");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = links();
    const place = all.indexOf(link);
    const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (all[to]) focusRow(all[to]);
    else if (to < 0) node.dispatchEvent(new CustomEvent("above"));
  });
  body.addEventListener("click", (event) => {
    const link = event.target.closest("tr")?.querySelector("a.row-link");
    if (!link) return;
    if (kept) kept.row = links().indexOf(link);
    if (event.target.closest("a, button") || getSelection().toString()) return;
    link.click();
  });
  node.addEventListener("recall", () => {
    const link = links()[kept?.row ?? -1];
    if (link) focusRow(link);
  });

  return {
    node,
    set(rows, { again = false } = {}) {
      if (!again && kept) kept.shown = CHUNK;
      state.all = rows;
      arrange();
    },
    focusFirst: () => links()[0] && focusRow(links()[0]),
  };
}
