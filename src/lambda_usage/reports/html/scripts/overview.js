// The summary is in the page already; this adds the picture and the largest dead pieces.

const LARGEST = 8;

for (const fill of document.querySelectorAll("#overview [data-share]")) {
  fill.style.setProperty("flex-grow", fill.dataset.share);
}

for (const bar of document.querySelectorAll(".bar-of-lines")) bar.hidden = false;

let stopDrawing = null;

function openFolder(folder, trail) {
  stopDrawing?.();
  const crumbs = trail.map((each, depth) =>
    each === folder
      ? h("span", { "aria-current": "true" }, each.name || "all code")
      : h("button", { type: "button", class: "link", onclick: () => openFolder(each, trail.slice(0, depth + 1)) }, each.name || "all code"));
  byId("treemap-trail").replaceChildren(...(trail.length > 1 ? crumbs : []));
  stopDrawing = drawTreemap(byId("treemap"), byId("treemap-note"), folder, (inner) => openFolder(inner, [...trail, inner]));
}

function fillOverview() {
  const root = folderTree();
  byId("picture").hidden = !root.value;
  if (root.value) openFolder(root, [root]);
  const largest = [...deadPieces, ...deadInside].sort((a, b) => b.lines - a.lines).slice(0, LARGEST);
  const place = byId("largest");
  place.hidden = !largest.length;
  if (!largest.length) return;
  const rows = largest.map((each) => h("li", {},
    h("a", { href: address({ file: each.file.path, line: span(each.first, each.last).replace("–", "-") }) },
      each.whole ? "whole file" : named(each.function?.name ?? "", each.first), each.kind ? " (part)" : ""),
    h("span", { class: "where" }, pathed(each.file.path, span(each.first, each.last))),
    h("span", { class: "amount" }, count(each.lines, "line"))));
  const total = deadPieces.length + deadInside.length;
  place.querySelector("div").replaceChildren(
    h("ol", { class: "largest-list" }, rows),
    h("p", {}, h("a", { href: address({ view: "dead" }) }, `All ${count(total, "dead piece")}`)));
}

let filled = false;

addView("overview", "overview", () => {
  if (!filled) fillOverview();
  filled = true;
  return null;
});
