// Whose traffic takes a path, which lines it runs, and how these differ from another path's.

let ways = null;

const spansFrom = (flat) => Array.from({ length: flat.length / 2 }, (_, place) => [flat[2 * place], flat[2 * place + 1]]);
const linesIn = (spans) => new Set(spans.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, place) => first + place)));

/** For each path: its share of each Lambda function's invocations, its lines by file, and its traces. See `_path_details.py`. */
function detailsOfPaths() {
  ways ??= unpacked("paths").then((packed) => {
    const gaps = packed.gaps.map((flat) => linesIn(spansFrom(flat)));
    const pieces = packed.pieces.map(([file, flat, whole, fits]) => {
      let lines = null;
      return {
        file: packed.files[file], gaps: gaps[file], fits,
        /** The lines that ran. */
        get lines() { return lines ??= linesIn(spansFrom(flat)); },
        /** The same, as whole statements. */
        get whole() { return whole.length ? linesIn(spansFrom(whole)) : this.lines; },
      };
    });
    return packed.paths.map(([shares, own], path) => ({
      shares: shares.map(([lambda, share, interval, value, low, high, invocations]) => ({ lambda, share, interval, value, low, high, invocations })),
      files: new Map(own.map((place) => [pieces[place].file, pieces[place]])),
      traces: packed.traces[path].map(([id, time, took, lambda]) => ({
        id, time, took, lambda, href: packed.trace_url.replaceAll("{trace_id}", id),
      })),
    }));
  });
  return ways;
}

/** The Lambda function that an address names, if the report knows it. */
const knownLambda = (params) => lambdas.find((name) => name === params.get("lambda")) ?? "";

/** A path as one Lambda function's invocations take it, or as all together do. */
const takenBy = (path, details, lambda) => ({ ...path, path, ...(lambda < 0 ? {} : details[path.number].shares.find((each) => each.lambda === lambda)) });

/** The Lambda function that a path is looked at from: the one that was asked for, else its busiest. */
function homeOf(path, details, lambda) {
  if (lambda >= 0 && path.lambdas.includes(lambda)) return lambda;
  const busiest = [...details[path.number].shares].sort((a, b) => b.invocations - a.invocations)[0];
  return busiest?.lambda ?? -1;
}

/** The path that most invocations of a Lambda function take: what its others are compared with. */
function commonestOf(details, lambda, among = paths) {
  const share = (path) => details[path.number].shares.find((each) => each.lambda === lambda)?.value ?? 0;
  const own = among.filter((path) => (lambda < 0 ? !path.lambdas.length : path.lambdas.includes(lambda)));
  return own.reduce((most, path) => (lambda >= 0 && share(path) > share(most) ? path : most), own[0]);
}

const twins = new Map();

/** The commonest of the paths that run the same functions as one does. */
function commonestTwin(path, details, lambda) {
  if (!twins.size) {
    for (const each of paths) {
      const key = each.along.map((step) => step.place).join();
      twins.set(key, [...(twins.get(key) ?? []), each]);
      each.twins = key;
    }
  }
  return commonestOf(details, lambda, twins.get(path.twins));
}

/** Line numbers as spans. Blank lines and comments part nothing. */
function inSpans(lines, gaps = new Set()) {
  const spans = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const latest = spans.at(-1);
    let next = latest ? latest[1] + 1 : 0;
    while (next < line && gaps.has(next)) next++;
    if (latest && next === line) latest[1] = line;
    else spans.push([line, line]);
  }
  return spans;
}

/** What one piece runs of a file that the other does not: whole statements, and single lines of those that both begin. */
function extraLines(piece, other) {
  if (!piece) return new Set();
  if (!other) return piece.whole;
  // One is of this source and one of another version: their line numbers cannot be compared.
  if (piece.fits !== other.fits) return new Set();
  const { lines, whole } = other;
  return new Set([...piece.whole].filter((line) => !whole.has(line) || (piece.lines.has(line) && !lines.has(line))));
}

/** The spans in which two paths differ, by file. */
function otherLines(own, other) {
  return [...own.files.values()].flatMap((piece) =>
    inSpans(extraLines(piece, other.files.get(piece.file)), piece.gaps).map(([first, last]) => ({ file: piece.file, first, last })));
}

/** `validation.py:21–24`: a package's `__init__.py` goes by the package. */
const placeName = ({ file, first, last }) => {
  const parts = file.split("/");
  const name = parts.at(-1) === "__init__.py" ? parts.slice(-2).join("/") : parts.at(-1);
  return `${name}:${span(first, last)}`;
};
