// Numbers, names and verdicts as people read them.

const STATE_WORDS = {
  used: "Used", startup: "Startup", dead: "Dead", "error-handling": "Error handling", stub: "Stub",
  unproven: "Unproven", kept: "Kept", not_deployed: "Not deployed",
};
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
const number = (value) => whole.format(value);
const count = (value, singular, plural) =>
  `${number(value)} ${Math.round(value) === 1 ? singular : plural ?? `${singular}s`}`;
const span = (first, last) => (first === last ? `${first}` : `${first}–${last}`);
/** A share of several things together, which is estimated: no more than two digits are worth it. */
function percentOf(share) {
  if (share <= 0) return "0 %";
  if (share > 0.995) return share < 0.9999 ? "over 99 %" : "100 %";
  return `${new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 2 }).format(100 * share)} %`;
}
const day = (time) => time.slice(0, 10);
const minute = (time) => (time ? `${time.slice(0, 10)} ${time.slice(11, 16)}` : "");

function listed(names, most = 3) {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${number(names.length - most)} more`;
}

const verdict = (state, words = STATE_WORDS[state]) =>
  h("span", { class: `verdict is-${state}` }, glyph(state), words);

/** Text that may be broken after each separator. */
const breakable = (text, separator) =>
  text.split(separator).slice(0, -1).flatMap((part) => [part + separator, h("wbr")]);

/** A qualified name whose last part stands out. */
function named(name, line) {
  if (name === "<module>") return h("span", { class: "name module" }, "module body");
  const parts = name.replaceAll(".<locals>", "").split(".");
  const last = parts.pop();
  const shown = last === "<lambda>" && line ? `lambda in line ${line}` : last;
  const before = parts.length ? h("span", { class: "muted" }, breakable(parts.join(".") + ".", ".")) : null;
  return h("span", { class: "name", title: name }, before, shown);
}

/** A path whose file name stands out. */
function pathed(path, line) {
  const cut = path.lastIndexOf("/") + 1;
  const folder = cut ? h("span", { class: "muted" }, breakable(path.slice(0, cut), "/")) : null;
  return h("span", { class: "path" }, folder, path.slice(cut), line ? h("span", { class: "muted nowrap" }, `:${line}`) : null);
}

const trials = (each) => count(each.exposure, each.perInit ? "process start" : "invocation");

/** A share as a bar, with its interval as a whisker. Says nothing that the words beside it do not. */
function bar({ value, low, high }, scale = 1) {
  const percent = (share) => `${Math.min(100, (100 * share) / scale)}%`;
  return h("span", { class: "bar", "aria-hidden": "true" },
    h("i", { class: "bar-fill", style: { width: percent(value) } }),
    h("i", { class: "whisker", style: { left: percent(low), width: percent(Math.max(0, high - low)) } }));
}

/** How the lines of a file stand, as a small bar. */
function linesBar(counts, total) {
  const fills = STATES.filter((state) => counts[state]).map((state) =>
    h("i", { class: `fill is-${state}`, style: { width: `${(100 * counts[state]) / total}%` } }));
  return h("span", { class: "lines-bar", "aria-hidden": "true" }, fills);
}

/** The same in words. */
const linesInWords = (counts) =>
  STATES.filter((state) => counts[state])
    .map((state) => `${number(counts[state])} ${STATE_WORDS[state].toLowerCase()}`).join(", ");
