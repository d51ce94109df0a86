// What the report holds, by name. `_payload.py` writes the rows that are taken apart here.

const raw = JSON.parse(byId("data").textContent);
const STATES = Object.keys(raw.states);
const STATE_OF_LETTER = Object.fromEntries(Object.entries(raw.states).map(([state, letter]) => [letter, state]));
const evidence = raw.evidence;
const lambdas = raw.lambdas;
const suppressions = raw.suppressions.map(([place, reason, until]) => ({ place, reason, until }));

const files = raw.files.map(([path, state, lines, counts, ships, source], number) => ({
  number, path, state, lines, source,
  lambdas: ships,
  counts: Object.fromEntries([...STATES, "none"].map((name, place) => [name, counts[place]])),
  functions: [],
  href: address({ file: path }),
}));
const fileOf = new Map(files.map((file) => [file.path, file]));
const NO_FILE = { number: -1, path: "", lines: 0, functions: [], counts: {}, lambdas: [], source: -1 };

const functions = raw.functions.map((row, number) => {
  const file = files[row[0]] ?? NO_FILE;
  const found = {
    number, file,
    name: row[1], line: row[2], last: row[3], lines: row[3] - row[2] + 1,
    state: STATES[row[4]], exposure: row[5], perInit: row[6] === 1,
    use: raw.words[row[7]], interval: raw.words[row[8]], rank: row[9],
    lastSeen: raw.words[row[10]], reason: raw.words[row[11]],
    keep: suppressions[row[12]], deadLines: row[13],
    days: null,
    key: `${file.path}:${row[1]}:${row[2]}`,
  };
  found.href = address({ function: found.key });
  found.text = `${found.name} ${file.path} ${found.reason}`.toLowerCase();
  file.functions.push(found);
  return found;
});
const functionOf = new Map(functions.map((each) => [each.key, each]));
const functionNamed = new Map(functions.map((each) => [`${each.file.path}:${each.name}`, each]).reverse());

const placed = ([file, number, first, last, ...rest]) => ({
  file: files[file] ?? NO_FILE, function: functions[number], first, last, lines: last - first + 1, rest,
});
const deadPieces = raw.dead.map(placed).map((each) => ({ ...each, inside: each.rest[0], whole: each.rest[1] === 1 }));
const deadInside = raw.inside.map(placed).map((each) => ({ ...each, kind: "dead" }));
const apart = raw.apart.map(placed).map((each) => ({ ...each, kind: each.rest[0] }));
const keptPieces = raw.kept.map(placed).map((each) => ({ ...each, keep: suppressions[each.rest[0]] }));

const along = raw.along.map(([file, name, number], place) => ({ place, file, name, function: functions[number] }));
const paths = raw.paths.map((row, number) => ({
  number,
  id: row[0], share: row[1], interval: row[2], value: row[3], low: row[4], high: row[5],
  windows: row[6], time: row[7], seconds: row[8], errors: row[9], invocations: row[10],
  lambdas: row[11], along: row[12].map((each) => along[each]),
  href: address({ path: row[0] }),
}));
const hot = raw.hot.map((row) => ({
  file: row[0], name: row[1], line: row[2], function: functions[row[3]],
  share: row[4], interval: row[5], value: row[6], low: row[7], high: row[8], windows: row[9],
}));

const verdictFrom = (words) => (row) => ({
  lambda: row[0], state: STATES[row[1]], exposure: row[2], days: row[3],
  use: words[row[4]], interval: words[row[5]], rank: row[6],
  firstSeen: words[row[7]], lastSeen: words[row[8]], reason: words[row[9]],
  low: row[10] ?? null, high: row[11] ?? null,
});
const dependencies = raw.dependencies.map((row) => ({
  name: row[0], version: row[1], state: STATES[row[2]], exposure: row[3], days: row[4],
  reason: raw.words[row[5]], verdicts: row[6].map(verdictFrom(raw.words)),
}));
const keeps = raw.keeps.map(([keep, state, kept]) => ({ ...suppressions[keep], state, functions: kept }));

/** What a `<script>` of compressed JSON holds. */
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(byId(id).textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

let details = null;

/** For each function: verdicts by Lambda function, dead ranges, first seen. */
function detailsOfFunctions() {
  details ??= unpacked("later").then((later) => {
    const verdicts = later.verdicts.map(verdictFrom(later.words));
    return later.functions.map(([own, ranges, first, answer, wants, spots]) => ({
      verdicts: own.map((each) => verdicts[each]),
      ranges: ranges.map(([from, to, state]) => ({ first: from, last: to, state })),
      firstSeen: later.words[first],
      answer: answer.map((each) => later.words[each]),
      wants: wants.map((each) => later.words[each]),
      spots: spots.map((each) => later.words[each]),
    }));
  });
  return details;
}

const sources = new Map();

/** Text, tokens, letters and hits of a file whose source is in the page. */
function sourceOf(file) {
  if (!sources.has(file)) sources.set(file, unpacked(`source-${file.source}`).then(inLines));
  return sources.get(file);
}
