// Which view is shown. Its address is the fragment, so that any view can be kept, sent and reloaded.

const views = new Map();
const memories = new Map();
let entry = { id: 0 };
let latest = 0;
let leave = null;

/** The fragment that leads to a view. */
function address(params) {
  const kept = Object.entries(params).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return `#${new URLSearchParams(kept)}`.replaceAll("%2F", "/").replaceAll("%3A", ":");
}

/** `render(params, memory)` gives the view's element; `tab` is the tab that it belongs to. */
function addView(name, tab, render) {
  views.set(name, { tab, render });
}

function current() {
  const params = new URLSearchParams(location.hash.slice(1));
  const name = ["file", "function", "path"].find((each) => params.has(each)) ?? params.get("view");
  return { name: views.has(name) ? name : "overview", params };
}

/** Keeps the state of a view in its address without a new entry in the history. */
function remember(params) {
  history.replaceState(history.state, "", address(params));
}

function memory() {
  if (!memories.has(entry.id)) memories.set(entry.id, { y: 0 });
  return memories.get(entry.id);
}

/** Shows what the address says. */
async function show({ atStart = false } = {}) {
  if (entry.id) memory().y = scrollY;
  leave?.abort();
  leave = new AbortController();
  const known = history.state?.id;
  if (!known) history.replaceState({ id: ++latest }, "");
  entry = { id: history.state.id };
  latest = Math.max(latest, entry.id);
  const mine = entry.id;
  const { name, params } = current();
  const { tab, render } = views.get(name);
  const view = await render(params, memory(), leave.signal);
  if (mine !== entry.id) return;
  const holder = byId("view");
  byId("overview").hidden = view !== null;
  holder.hidden = view === null;
  holder.replaceChildren(...(view ? [view] : []));
  holder.dataset.view = name;
  for (const link of byId("tabs").querySelectorAll("a")) {
    const own = link.hash === `#view=${tab}`;
    if (own) link.setAttribute("aria-current", name === tab ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
  const title = document.querySelector("main section:not([hidden]) h1, #view:not([hidden]) h1");
  document.title = `${title?.dataset.title ?? title?.textContent ?? "Overview"} · lambda-usage`;
  if (memory().y || known) scrollTo(0, memory().y);
  else scrollTo(0, 0);
  view?.dispatchEvent(new CustomEvent("shown"));
  if (!atStart && !holder.contains(document.activeElement)) title?.focus({ preventScroll: true });
}

const PARENTS = { file: "files", function: "functions", path: "traffic" };

/** To where the reader came from, else to the list that a page belongs to. */
function goBack() {
  const { name } = current();
  if (entry.id > 1) history.back();
  else if (name !== "overview") location.hash = address({ view: PARENTS[name] ?? "overview" });
}
