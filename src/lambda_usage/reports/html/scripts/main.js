// Keys, the colour scheme, and the first view.

const typing = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);

addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (event.target.tagName === "INPUT" && event.target.value) {
      event.target.value = "";
      event.target.dispatchEvent(new Event("input"));
    } else if (event.target.tagName === "INPUT") event.target.blur();
    else if (event.target.tagName !== "SELECT") goBack();
  } else if (event.key === "/" && !typing(event)) {
    event.preventDefault();
    const search = byId("view").querySelector(".search");
    if (search && !byId("view").hidden) search.focus();
    else {
      byId("view").addEventListener("focusin", () => byId("view").querySelector(".search")?.focus(), { once: true });
      location.hash = address({ view: "functions" });
    }
  }
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});

const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.scheme ?? (dark.matches ? "dark" : "light")) === "dark";
const showScheme = () => byId("theme").setAttribute("aria-pressed", String(isDark()));
byId("theme").addEventListener("click", () => {
  document.documentElement.dataset.scheme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("lambda-usage-scheme", document.documentElement.dataset.scheme);
  } catch {
    // Storage is not allowed: the choice lasts as long as the page.
  }
  showScheme();
});
dark.addEventListener("change", showScheme);
showScheme();

history.scrollRestoration = "manual";
addEventListener("hashchange", () => show());
show({ atStart: true }).then(() => requestAnimationFrame(() => setTimeout(() => {
  // The first view has been drawn by now.
  performance.mark("usable");
  document.documentElement.dataset.ready = "";
})));
