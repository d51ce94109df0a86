"""What the page's tables show, as compact data: a part for the start, and one for later.

Rows are lists; ``scripts/data.js`` names their places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lambda_usage.evidence.model import (
    DeadCodeReport,
    DeadRange,
    DependencyEvidence,
    Evidence,
    FileEvidence,
    FunctionEvidence,
    FunctionFrequency,
    HotPathsReport,
    LambdaFunctionVerdict,
    PathEvidence,
    RangeKind,
)
from lambda_usage.reports import _explanation_words as explained
from lambda_usage.reports._bearing import bears
from lambda_usage.reports._explanation_wants import wants
from lambda_usage.reports._findings import (
    DeadUnit,
    KeptUnit,
    RangeInside,
    Standing,
    Wanted,
    alone,
    dead_units,
    holds,
    kept_units,
    ranges_apart,
    ranges_inside,
)
from lambda_usage.reports._lines import LETTERS, NOTHING, counted
from lambda_usage.reports._may_delete import Answers
from lambda_usage.reports._paths import steps
from lambda_usage.reports._wording import duration, percent
from lambda_usage.reports.html._numbering import NOWHERE, Numbering
from lambda_usage.reports.html._packing import Interned, significant
from lambda_usage.reports.html._use import Use, between, use_of

Row = list[Any]

_STATES = list(LETTERS)


def for_the_start(
    dead_code: DeadCodeReport,
    hot_paths: HotPathsReport,
    numbers: Numbering,
    lines: Mapping[str, str],
    with_source: Sequence[str],
) -> dict[str, Any]:
    """What the page needs to show any of its tables.

    Args:
        dead_code: Which code is not used.
        hot_paths: Where the traffic goes.
        numbers: Those of all that the reports speak of.
        lines: A letter for each line of each file.
        with_source: The files whose text is in the page, in its order there.
    """
    words: Interned[str] = Interned()
    names: Interned[tuple[str, str, int]] = Interned()
    sources = {file: number for number, file in enumerate(with_source)}
    content = {
        "states": LETTERS,
        "evidence": _evidence(dead_code.evidence),
        "lambdas": numbers.lambdas.values,
        "files": [_file(e, lines[e.file], numbers, sources) for e in dead_code.files],
        "functions": [_function(*each, numbers, words) for each in numbers.functions],
        "dead": [_unit(each, numbers) for each in dead_units(dead_code)],
        "inside": [_range(each, numbers) for each in ranges_inside(dead_code)],
        "apart": [_range(each, numbers) for each in ranges_apart(dead_code)],
        "kept": [_kept(each, numbers) for each in kept_units(dead_code)],
        "paths": [_path(each, numbers, names) for each in hot_paths.paths],
        "hot": [_hot(each, numbers) for each in hot_paths.functions],
        "dependencies": [_dependency(e, numbers, words) for e in dead_code.dependencies],
        "keeps": [
            [numbers.keeps(each.keep), each.state.value, list(each.functions)]
            for each in dead_code.keeps
        ],
    }
    along = [list(each) for each in names.values]
    keeps = [[each.place, each.reason, each.until or ""] for each in numbers.keeps.values]
    return {**content, "along": along, "suppressions": keeps, "words": words.values}


def for_later(dead_code: DeadCodeReport, numbers: Numbering) -> dict[str, Any]:
    """What the page needs to tell of one function, or to take the view of one Lambda function."""
    words: Interned[str] = Interned()
    verdicts: Interned[tuple[Any, ...]] = Interned()
    answers, wanted = Answers(dead_code), Wanted(dead_code)
    functions = [
        [
            [
                verdicts(tuple(_verdict(each, function.unit, own, numbers, words)))
                for each, own in _alone(function, state, answers, wanted)
            ],
            [_dead_lines(dead, function, state) for dead in function.dead_lines],
            words(function.first_seen or ""),
            [words(each) for each in _may_delete(answers, function)],
            [words(each) for each in wants(dead_code, function, ())],
            [words(each.message) for each in dead_code.blind_spots if bears(each, function)],
        ]
        for function, state in numbers.functions
    ]
    return {"functions": functions, "verdicts": verdicts.values, "words": words.values}


def _alone(
    function: FunctionEvidence, state: str, answers: Answers, wanted: Wanted
) -> Iterator[tuple[LambdaFunctionVerdict, str]]:
    """What each Lambda function says, and how the function stands by it."""
    standing, is_wanted = answers.standing(function), function in wanted
    for each in function.lambda_functions:
        found = alone(each.verdict, standing, wanted=is_wanted)
        yield each, state if found is Standing.APART else found.value


def _dead_lines(dead: DeadRange, function: FunctionEvidence, state: str) -> Row:
    if holds(dead.keep) or holds(function.keep) or state == "kept":
        return [dead.first, dead.last, "kept"]
    return [dead.first, dead.last, "dead" if dead.kind is RangeKind.CODE else dead.kind.value]


def _may_delete(answers: Answers, function: FunctionEvidence) -> Iterator[str]:
    yield from answers.may_delete(function)
    if bound := explained.overall_bound(function):
        yield bound


def _evidence(seen: Evidence) -> dict[str, Any]:
    return {"invocations": seen.invocations, "inits": seen.inits, "windows": seen.windows}


def _file(file: FileEvidence, lines: str, numbers: Numbering, sources: Mapping[str, int]) -> Row:
    counts = counted(lines, file.state)
    return [
        file.file,
        file.state.value,
        len(lines),
        [counts[letter] for letter in (*LETTERS.values(), NOTHING)],
        [numbers.lambdas(name) for name in file.lambda_functions],
        sources.get(file.file, NOWHERE),
    ]


def _function(
    function: FunctionEvidence, state: str, numbers: Numbering, words: Interned[str]
) -> Row:
    return [
        numbers.file(function.file),
        function.name,
        function.line,
        max(function.last_line, function.line),
        _STATES.index(state),
        round(function.exposure),
        int(function.unit == "inits"),
        *_use(use_of(function, function.unit), words),
        words(function.last_seen or ""),
        words(function.reason),
        numbers.keeps(function.keep) if function.keep else NOWHERE,
        sum(dead.last - dead.first + 1 for dead in function.dead_lines),
    ]


def _use(use: Use, words: Interned[str]) -> Row:
    return [words(use.words), words(use.interval), significant(use.rank)]


def _verdict(
    each: LambdaFunctionVerdict, unit: str, state: str, numbers: Numbering, words: Interned[str]
) -> Row:
    return [
        numbers.lambdas(each.lambda_function),
        _STATES.index(state),
        round(each.exposure),
        each.days,
        *_use(use_of(each, unit), words),
        words(each.first_seen or ""),
        words(each.last_seen or ""),
        words(each.reason),
        *_interval(each),
    ]


def _interval(each: LambdaFunctionVerdict) -> Row:
    shares = each.frequency_low, each.frequency_high
    return [] if None in shares else [significant(share) for share in shares if share is not None]


def _unit(unit: DeadUnit, numbers: Numbering) -> Row:
    return [
        numbers.file(unit.file),
        numbers.function(unit.file, unit.name, None if unit.whole_file else unit.first),
        unit.first,
        unit.last,
        unit.inside,
        int(unit.whole_file),
    ]


def _range(found: RangeInside, numbers: Numbering) -> Row:
    function = found.function
    number = numbers.function(function.file, function.name, function.line)
    return [
        numbers.file(function.file),
        number,
        found.range.first,
        found.range.last,
        found.range.kind.value,
    ]


def _kept(unit: KeptUnit, numbers: Numbering) -> Row:
    return [
        numbers.file(unit.file),
        numbers.function(unit.file, unit.name, unit.first),
        unit.first,
        unit.last,
        numbers.keeps(unit.keep),
    ]


def _path(path: PathEvidence, numbers: Numbering, names: Interned[tuple[str, str, int]]) -> Row:
    seconds = path.duration_mean_s
    return [
        path.id,
        percent(path.share),
        between(path.share_low, path.share_high),
        *(significant(each) for each in (path.share, path.share_low, path.share_high)),
        path.windows,
        "" if seconds is None else duration(seconds),
        None if seconds is None else significant(seconds),
        significant(path.errors),
        significant(path.invocations),
        [numbers.lambdas(each.lambda_function) for each in path.lambda_functions],
        [names((step.file, step.name, numbers.step(step))) for step in steps(path)],
    ]


def _hot(each: FunctionFrequency, numbers: Numbering) -> Row:
    shares = each.frequency, each.frequency_low, each.frequency_high
    return [
        each.file,
        each.name,
        each.line,
        numbers.function(each.file, each.name, each.line),
        percent(each.frequency),
        between(each.frequency_low, each.frequency_high),
        *map(significant, shares),
        each.windows,
    ]


def _dependency(each: DependencyEvidence, numbers: Numbering, words: Interned[str]) -> Row:
    return [
        each.name,
        each.version,
        _STATES.index(each.verdict),
        round(each.exposure),
        each.days,
        words(each.reason),
        [_verdict(v, "invocations", v.verdict, numbers, words) for v in each.lambda_functions],
    ]
