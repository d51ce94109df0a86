// What narrows a table down: words, verdicts, Lambda functions.

const termsOf = (value) => value.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether all words occur in a text. */
const matches = (text, terms) => terms.every((term) => text.includes(term));

/** A search field; the first of a view is the one that `/` leads to. */
function searchField({ label, hint, value, changed, table }) {
  const input = h("input", {
    type: "search", class: "search", "aria-label": label, placeholder: hint, value,
    autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/",
    oninput: () => changed(input.value),
    onkeydown: (event) => {
      if (event.key === "ArrowDown" || event.key === "Enter") {
        event.preventDefault();
        table().focusFirst();
      }
    },
  });
  return h("label", { class: "field" }, glyph("search"), input, h("kbd", { "aria-hidden": "true" }, "/"));
}

function pick({ label, options, value, changed }) {
  const select = h("select", { onchange: () => changed(select.value) },
    options.map(([own, words]) => h("option", { value: own, selected: own === value }, words)));
  return h("label", { class: "pick" }, h("span", {}, label), select);
}

const pickLambda = (value, changed) =>
  pick({
    label: "Lambda function", value, changed,
    options: [["", "All together"], ...lambdas.map((name) => [name, name])],
  });

/** Buttons of which one is pressed. `choices` are [value, content, number]. */
function choose({ label, choices, value, changed }) {
  const buttons = choices.map(([own, content, howMany]) =>
    h("button", {
      type: "button", "aria-pressed": String(own === value), data: { value: own },
      onclick: () => {
        buttons.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.value === own)));
        changed(own);
      },
    }, content, h("span", { class: "count" }, number(howMany))));
  const node = h("div", { class: "choices", role: "group", "aria-label": label }, buttons);
  return {
    node,
    counts: (found) => buttons.forEach((each) => {
      const howMany = found[each.dataset.value] ?? 0;
      each.querySelector(".count").textContent = number(howMany);
      each.classList.toggle("none", !howMany);
    }),
  };
}
