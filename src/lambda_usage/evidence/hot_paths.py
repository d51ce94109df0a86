"""The hot-path report."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lambda_usage.bundle.model import Bundle, CodeKey, Counts, Path
from lambda_usage.evidence.blind_spots import blind_spots
from lambda_usage.evidence.deployed_from import other_files_apart
from lambda_usage.evidence.exposure import by_lambda_function, sample
from lambda_usage.evidence.ledger import Ledger
from lambda_usage.evidence.matching import Matcher
from lambda_usage.evidence.model import (
    FunctionFrequency,
    HotPathsReport,
    PathEvidence,
    PathShare,
)
from lambda_usage.evidence.path_functions import PathFunctions
from lambda_usage.evidence.path_lines import path_lines
from lambda_usage.evidence.path_traces import path_traces
from lambda_usage.evidence.qualnames import is_comprehension, is_helper, normalised
from lambda_usage.evidence.scopes import Inventory
from lambda_usage.evidence.sightings import View, total, views
from lambda_usage.evidence.statistics import Sample, share
from lambda_usage.evidence.summary import evidence


def hot_paths_report(
    bundle: Bundle,
    inventory: Inventory | None = None,
    broken: Sequence[tuple[str, str]] = (),
    left_out: Mapping[str, Sequence[str]] | None = None,
) -> HotPathsReport:
    """Tell which ways through the code the traffic takes, and how often it takes each.

    Args:
        bundle: What the fleet has seen.
        inventory: The source, if it is at hand; then functions are those of this very source
            wherever it runs.
        broken: Bundles that could not be read: name and reason.
        left_out: By source file: Lambda functions that on the user's word ship another file of
            its path. It goes by a name of its own here.
    """
    apart = other_files_apart(bundle, left_out) if left_out else bundle
    estimable = [view for view in views(apart) if view.origin.estimates]
    return HotPathsReport(
        evidence(bundle),
        blind_spots(bundle, inventory, broken, left_out=left_out),
        _paths(estimable, inventory),
        _functions(estimable, inventory),
    )


def _paths(origins: Sequence[View], inventory: Inventory | None) -> tuple[PathEvidence, ...]:
    whole = sample(view.observed for view in origins)
    functions_alone = by_lambda_function(view.observed for view in origins)
    alone = {name: sample(observed) for name, observed in functions_alone.items()}
    found: dict[str, list[tuple[View, Path]]] = defaultdict(list)
    for view in origins:
        for path in view.usage.paths.values():
            found[path.id].append((view, path))
    functions = PathFunctions(origins, inventory)
    paths = [
        each for seen in found.values() if (each := _path(seen, whole, alone, functions, inventory))
    ]
    return tuple(sorted(paths, key=lambda each: (-each.share, each.id)))


def _path(
    seen: Sequence[tuple[View, Path]],
    whole: Sample,
    alone: Mapping[str, Sample],
    functions: PathFunctions,
    inventory: Inventory | None,
) -> PathEvidence | None:
    counts = total(path.counts for _, path in seen)
    estimate = share(counts.groups, whole)
    if estimate is None or counts.windows == 0 or counts.weight == 0:
        return None
    slowed = any(not view.origin.observes_every_invocation for view, _ in seen)
    duration = sum(path.duration for _, path in seen) / counts.weight
    view, heaviest = max(seen, key=lambda each: each[1].counts.weight)
    along = functions.along(view, heaviest)
    return PathEvidence(
        heaviest.id,
        estimate.value,
        estimate.low,
        estimate.high,
        counts.windows,
        None if slowed else duration,
        sum(path.errors for _, path in seen),
        tuple(f"{each.file}:{each.name}" for each in along),
        counts.weight,
        tuple(_shares(seen, alone)),
        path_lines(seen, inventory),
        tuple(each.line for each in along),
        path_traces(seen),
    )


def _shares(seen: Sequence[tuple[View, Path]], alone: Mapping[str, Sample]) -> Iterator[PathShare]:
    """The share of each Lambda function's own traffic."""
    by_name: dict[str, list[Counts]] = defaultdict(list)
    for view, path in seen:
        by_name[view.origin.lambda_function].append(path.counts)
    for name, mine in sorted(by_name.items()):
        counts = total(mine)
        estimate = share(counts.groups, alone[name])
        if estimate:
            yield PathShare(name, estimate.value, estimate.low, estimate.high, counts.weight)


class _Function(NamedTuple):
    path: str
    name: str
    line: int
    ordinal: int


@dataclass
class _File:
    """A file, and the origins that speak of it."""

    origins: list[View]
    matcher: Matcher | None
    """Finds functions in the source, where the origins run this very source."""
    functions: dict[_Function, list[tuple[View, list[CodeKey]]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def _functions(
    origins: Sequence[View], inventory: Inventory | None
) -> tuple[FunctionFrequency, ...]:
    found: list[FunctionFrequency] = []
    ledger = Ledger()
    for path in sorted({path for view in origins for path in view.codes}):
        file = _file(path, origins, inventory)
        for view in file.origins:
            if path not in view.codes:
                continue
            for function, keys in _owned(view, path, file.matcher).items():
                file.functions[function].append((view, keys))
        whole = ledger.sample([view.observed for view in file.origins])
        found += [each for f, seen in file.functions.items() if (each := _one(f, seen, whole))]
    return tuple(sorted(found, key=lambda each: (-each.frequency, each.file, each.line)))


def _file(path: str, origins: Sequence[View], inventory: Inventory | None) -> _File:
    shipping = [view for view in origins if path in view.shipment.files]
    unit = inventory.units.get(path) if inventory else None
    equal = [view for view in shipping if unit and view.shipment.files[path].hash == unit.hash]
    return _File(equal, Matcher(unit)) if unit and equal else _File(shipping, None)


def _owned(view: View, path: str, matcher: Matcher | None) -> dict[_Function, list[CodeKey]]:
    """The code objects of a file by the function that they belong to."""
    found: dict[_Function, list[CodeKey]] = defaultdict(list)
    keys = [code.key for code in view.codes.get(path, ())]
    functions = {} if matcher else _by_name(keys)
    for key in keys:
        if matcher:
            scope = matcher.scope(key, view.origin)
            owner = scope.key if scope else None
        else:
            owner = _owner(key, functions)
        if owner:
            name = normalised(owner.qualname)
            found[_Function(path, name, owner.first_line, owner.ordinal)].append(key)
    return found


def _by_name(keys: Iterable[CodeKey]) -> dict[str, list[CodeKey]]:
    """Functions by name, in order of their first lines."""
    found: dict[str, list[CodeKey]] = defaultdict(list)
    for key in keys:
        if not is_comprehension(key.qualname):
            found[normalised(key.qualname)].append(key)
    for each in found.values():
        each.sort(key=_first_line)
    return found


def _first_line(key: CodeKey) -> int:
    return key.first_line


def _owner(key: CodeKey, functions: Mapping[str, Sequence[CodeKey]]) -> CodeKey | None:
    """The code object that a code object counts for, without a source to look it up in."""
    if is_helper(key.qualname):
        return None
    if not is_comprehension(key.qualname):
        return key
    named = functions.get(normalised(key.qualname), ())
    above = bisect_right(named, key.first_line, key=_first_line)
    if not above:
        return None
    return named[bisect_left(named, named[above - 1].first_line, key=_first_line)]


def _one(
    function: _Function, seen: Sequence[tuple[View, list[CodeKey]]], whole: Sample
) -> FunctionFrequency | None:
    """How often a function runs; nothing for what no window ran, as most module bodies."""
    counts = total(view.counts(keys) for view, keys in seen)
    estimate = share(counts.groups, whole)
    if estimate is None or counts.windows == 0:
        return None
    return FunctionFrequency(
        function.path,
        function.name,
        function.line,
        estimate.value,
        estimate.low,
        estimate.high,
        counts.windows,
    )
