// A picture of the code base: folders and files as boxes, as large as they have lines.

/** Folders and files as a tree; folders that hold one folder only are told together with it. */
function folderTree() {
  const root = { name: "", path: "", children: new Map(), value: 0 };
  for (const file of files) {
    if (!file.lines) continue;
    let folder = root;
    folder.value += file.lines;
    for (const part of file.path.split("/").slice(0, -1)) {
      const path = folder.path + part + "/";
      if (!folder.children.has(part)) folder.children.set(part, { name: part, path, children: new Map(), value: 0 });
      folder = folder.children.get(part);
      folder.value += file.lines;
    }
    folder.children.set(`/${file.path}`, { name: file.path.split("/").pop(), file, value: file.lines });
  }
  const all = folded(root);
  const only = all.children.length === 1 && !all.children[0].file ? all.children[0] : null;
  return only ?? all;
}

function folded(node) {
  if (node.file) return node;
  const children = [...node.children.values()].map(folded).sort((a, b) => b.value - a.value);
  const only = children.length === 1 && !children[0].file ? children[0] : null;
  if (only && node.name) return { ...only, name: `${node.name}/${only.name}` };
  return { ...node, children };
}

/**
 * Boxes of even shape for values, largest first.
 * M. Bruls, K. Huizing, J. J. van Wijk: Squarified Treemaps, 2000.
 */
function squarified(nodes, box) {
  const placed = [];
  let { x, y, w, h: height } = box;
  const total = nodes.reduce((sum, each) => sum + each.value, 0);
  const scale = total ? (w * height) / total : 0;
  let rest = nodes.map((node) => ({ node, area: node.value * scale }));
  while (rest.length && w > 0 && height > 0) {
    const side = Math.min(w, height);
    let taken = 1;
    let sum = rest[0].area;
    let worst = worstRatio(sum, rest[0].area, rest[0].area, side);
    while (taken < rest.length) {
      const next = worstRatio(sum + rest[taken].area, rest[0].area, rest[taken].area, side);
      if (next > worst) break;
      worst = next;
      sum += rest[taken++].area;
    }
    const depth = sum / side;
    let along = w < height ? x : y;
    for (const { node, area } of rest.slice(0, taken)) {
      const length = area / depth;
      placed.push(w < height ? { node, x: along, y, w: length, h: depth } : { node, x, y: along, w: depth, h: length });
      along += length;
    }
    if (w < height) { y += depth; height -= depth; } else { x += depth; w -= depth; }
    rest = rest.slice(taken);
  }
  return placed;
}

const worstRatio = (sum, largest, smallest, side) =>
  Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));

const HEAD = 18;
const GAP = 2;

/** Draws a folder into an element and says in another what the pointer is on. */
function drawTreemap(holder, note, folder, open) {
  const draw = () => {
    const all = { x: 0, y: 0, w: holder.clientWidth, h: holder.clientHeight };
    holder.replaceChildren(boxes(folder.children, all));
  };
  const boxes = (nodes, box) => {
    const drawn = document.createDocumentFragment();
    for (const each of squarified(nodes, box)) {
      if (each.w >= 2 && each.h >= 2) drawn.append(each.node.file ? fileBox(each) : folderBox(each));
    }
    return drawn;
  };
  const at = ({ x, y, w, h: height }) => ({
    left: `${x}px`, top: `${y}px`, width: `${Math.max(1, w - GAP)}px`, height: `${Math.max(1, height - GAP)}px`,
  });

  function fileBox(box) {
    const { file, name } = box.node;
    const total = file.lines;
    const fills = STATES.filter((state) => file.counts[state]).map((state) =>
      h("i", { class: `fill is-${state}`, style: { height: `${(100 * file.counts[state]) / total}%` } }));
    const fits = box.h > 16 && box.w > Math.min(84, name.length * 6.2 + 10);
    return h("a", { class: "box", href: file.href, tabindex: -1, style: at(box), data: { file: file.number } },
      fills, fits ? h("span", { class: "box-name" }, name) : null);
  }

  function folderBox(box) {
    const node = h("div", { class: "folder", style: at(box) });
    const named = box.w > 48 && box.h > HEAD + 14;
    if (named) {
      node.append(h("a", {
        class: "folder-name", href: address({ view: "overview", folder: box.node.path }), tabindex: -1,
        onclick: (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); open(box.node); } },
      }, `${box.node.name}/`));
    }
    const top = named ? HEAD : 1;
    const inner = { x: 1, y: top, w: box.w - GAP - 2, h: box.h - GAP - top - 1 };
    node.append(boxes(box.node.children, inner));
    return node;
  }

  const idle = "Point at a box to see its figures; click it to open the file, or a folder’s name to look into the folder.";
  note.textContent = idle;
  holder.onpointerover = (event) => {
    const file = files[event.target.closest(".box")?.dataset.file];
    note.replaceChildren(...(file ? [h("b", {}, file.path), ` ${count(file.lines, "line")}: ${linesInWords(file.counts)}`] : [idle]));
  };
  holder.onpointerleave = () => { note.textContent = idle; };
  const watcher = new ResizeObserver(draw);
  watcher.observe(holder);
  return () => watcher.disconnect();
}
