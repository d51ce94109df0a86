"""The hot-paths report for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lambda_usage.evidence.model import FunctionFrequency, HotPathsReport, PathEvidence
from lambda_usage.reports import _sentences as sentences
from lambda_usage.reports._markdown import Part, code, fitted, folded, prose, row, table_head
from lambda_usage.reports._markdown_parts import blind_spots, evidence
from lambda_usage.reports._paths import Labels, Step, in_every, steps
from lambda_usage.reports._wording import (
    CONFIDENCE,
    count,
    duration,
    moment,
    percent,
    percent_between,
)

MAX_SHOWN = 10
"""Paths that need no click."""
MAX_FUNCTIONS = 50
ID_WIDTH = 8

_PATHS_HEAD = table_head("Path", "Share:", f"{CONFIDENCE}:", "Mean time:", "Errors:", "Taken in")


def hot_paths_document(report: HotPathsReport) -> str:
    """The whole report."""
    spots = blind_spots(report.blind_spots)
    parts = [_head(report), *_paths(report.paths), *_functions(report.functions), *spots]
    return fitted(parts, first=spots)


def _head(report: HotPathsReport) -> Part:
    seen = report.evidence
    paths = report.paths
    whose = prose(sentences.traffic(seen))
    if paths:
        most = paths[:MAX_SHOWN]
        share = percent(sum(path.share for path in most))
        busiest = f"the busiest {len(most):,} take" if len(most) < len(paths) else "together"
        ways = count(len(paths), "way")
        carried = f"{busiest} {prose(share)} of invocations"
        headline = f"**{ways} through the code**, in {whose}; {carried}."
    else:
        headline = f"**No path was recorded** in {whose}."
    return Part(f"## Hot paths in production\n\n{headline}\n\n{evidence(seen)}\n")


def _paths(paths: Sequence[PathEvidence]) -> Iterator[Part]:
    if not paths:
        return
    yield Part(_PATHS_HEAD, tuple(map(_path, paths[:MAX_SHOWN])), "\n")
    if paths[MAX_SHOWN:]:
        summary = count(len(paths) - MAX_SHOWN, "more path")
        yield folded(summary, _PATHS_HEAD, map(_path, paths[MAX_SHOWN:]))
    yield _along(paths)
    yield from _traces(paths[:MAX_SHOWN])


def _along(paths: Sequence[PathEvidence]) -> Part:
    common = in_every(paths)
    shown = paths[:MAX_SHOWN]
    labels = Labels(paths)
    rows = [row("every path", _names(common, labels))] if common else []
    for path in shown:
        own = [step for step in steps(path) if step not in common]
        rows.append(row(_id(path), _names(own, labels) or "nothing besides"))
    whose = "each path" if len(shown) == len(paths) else f"the {len(shown):,} busiest paths"
    return folded(f"The functions along {whose}", table_head("Path", "Functions"), rows)


def _traces(paths: Sequence[PathEvidence]) -> Iterator[Part]:
    rows = [
        row(
            _id(path),
            code(each.id),
            code(f"{moment(each.time)} UTC"),
            "–" if each.duration_s is None else duration(each.duration_s),
            code(each.lambda_function),
        )
        for path in paths
        for each in path.traces
    ]
    if rows:
        head = table_head("Path", "Trace", "Began", "Took:", "Lambda function")
        yield folded("The latest traces of these paths", head, rows)


def _names(found: Sequence[Step], labels: Labels) -> str:
    return ", ".join(code(f"{step.file}:{labels.name(step)}") for step in found)


def _path(path: PathEvidence) -> str:
    return row(
        _id(path),
        prose(percent(path.share)),
        prose(percent_between(path.share_low, path.share_high)),
        "–" if path.duration_mean_s is None else duration(path.duration_mean_s),
        _errors(path.errors),
        ", ".join(code(each.lambda_function) for each in path.lambda_functions),
    )


def _id(path: PathEvidence) -> str:
    return code(path.id[:ID_WIDTH])


def _errors(number: float) -> str:
    if number <= 0:
        return "none"
    return "fewer than 1" if number < 0.5 else f"{round(number):,}"


def _functions(functions: Sequence[FunctionFrequency]) -> Iterator[Part]:
    if not functions:
        return
    shown = functions[:MAX_FUNCTIONS]
    of = "" if len(shown) == len(functions) else f" of {len(functions):,}"
    rows = (
        row(
            f"{code(each.file)} {code(sentences.plain_name(each.name))}",
            prose(percent(each.frequency)),
            prose(percent_between(each.frequency_low, each.frequency_high)),
        )
        for each in shown
    )
    head = table_head("Function", "Runs in:", f"{CONFIDENCE}:")
    yield folded(f"Functions by use: {len(shown):,}{of}", head, rows)
