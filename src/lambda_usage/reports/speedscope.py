"""Hot paths as a flame graph, in the file format of speedscope (https://www.speedscope.app).

A path is the set of functions that one invocation ran, not a stack of calls. So the graph is a
prefix tree of these sets: Lambda function at the bottom, as wide as its own invocations, then its
functions from the most to the least common one, as in an FP-tree (Han, Pei and Yin, "Mining
frequent patterns without candidate generation", SIGMOD 2000, section 2). What requests share
becomes the broad base, what tells them apart the tips. A level means "these invocations also ran",
never "was called by".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from lambda_usage.evidence.model import HotPathsReport, PathEvidence
from lambda_usage.reports._wording import count
from lambda_usage.version import __version__

SCHEMA = "https://www.speedscope.app/file-format-schema.json"
MEANING = 'a level means "also ran", not "called by"'

Weigh = Callable[[PathEvidence, float], float]
"""What the invocations of one Lambda function that took a path weigh."""


@dataclass(slots=True)
class _Node:
    """Invocations that ran all functions from the root to here."""

    weight: float = 0.0
    own: float = 0.0
    """Of these, the weight of those that ran no more than that."""
    children: dict[str, _Node] = field(default_factory=dict)
    """By ``file:name``."""


def write_speedscope(report: HotPathsReport, out: TextIO) -> tuple[str, ...]:
    """Write one file with a profile by invocations, and one by time where times are known.

    Returns:
        Sentences on what was left out.
    """
    frames = _Frames(report)
    profiles = [_profile(f"Invocations (estimated): {MEANING}", "none", _times, report, frames)]
    timed = [path for path in report.paths if path.duration_mean_s is not None]
    if timed:
        name = f"Seconds (estimated, mean × invocations): {MEANING}"
        profiles.append(_profile(name, "seconds", _seconds, report, frames))
    document = {
        "$schema": SCHEMA,
        "exporter": f"lambda-usage {__version__}",
        "name": "Hot paths in production",
        "activeProfileIndex": 0,
        "shared": {"frames": frames.found},
        "profiles": profiles,
    }
    json.dump(document, out, ensure_ascii=False, allow_nan=False)
    out.write("\n")
    untimed = len(report.paths) - len(timed)
    if not untimed:
        return ()
    paths = f"{untimed:,} of {count(len(report.paths), 'path')}"
    return (f"times are not known of {paths}: they are in no profile of seconds",)


class _Frames:
    """The frames that both profiles share."""

    def __init__(self, report: HotPathsReport) -> None:
        self.found: list[dict[str, Any]] = []
        self._numbers: dict[str, int] = {}
        self._lines = {f"{each.file}:{each.name}": each.line for each in report.functions}

    def number(self, name: str, *, is_function: bool) -> int:
        """The frame of a function (``file:name``), or of a Lambda function."""
        key = name if is_function else f"\0{name}"
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            self.found.append(self._frame(name) if is_function else {"name": name})
        return self._numbers[key]

    def place(self, name: str) -> tuple[str, int, str]:
        """Where a function stands in the source, to put equally common ones in order."""
        file, _, function = name.rpartition(":")
        return file, self._lines.get(name, 0), function

    def _frame(self, name: str) -> dict[str, Any]:
        file, _, function = name.rpartition(":")
        frame: dict[str, Any] = {"name": function, "file": file}
        if name in self._lines:
            frame["line"] = self._lines[name]
        return frame


def _profile(
    name: str, unit: str, weigh: Weigh, report: HotPathsReport, frames: _Frames
) -> dict[str, Any]:
    events = list(_events(_tree(report.paths, weigh, frames), frames))
    return {
        "type": "evented",
        "name": name,
        "unit": unit,
        "startValue": 0,
        "endValue": events[-1]["at"] if events else 0,
        "events": events,
    }


def _tree(paths: Sequence[PathEvidence], weigh: Weigh, frames: _Frames) -> _Node:
    root = _Node()
    for whose, taken in _by_lambda_function(paths).items():
        rarity: dict[str, float] = defaultdict(float)
        for path, invocations in taken:
            for name in set(path.functions):
                rarity[name] -= weigh(path, invocations)
        for path, invocations in taken:
            weight = weigh(path, invocations)
            if weight > 0:
                in_source = sorted(set(path.functions), key=frames.place)
                _insert(root, [whose, *sorted(in_source, key=rarity.__getitem__)], weight)
    return root


def _by_lambda_function(
    paths: Iterable[PathEvidence],
) -> dict[str, list[tuple[PathEvidence, float]]]:
    """The paths that each Lambda function took, with the invocations of its own that took them."""
    taken: dict[str, list[tuple[PathEvidence, float]]] = defaultdict(list)
    for path in paths:
        for each in path.lambda_functions:
            taken[each.lambda_function].append((path, each.invocations))
        if not path.lambda_functions:
            taken["any Lambda function"].append((path, path.invocations))
    return taken


def _insert(root: _Node, names: Iterable[str], weight: float) -> None:
    node = root
    for name in names:
        node = node.children.setdefault(name, _Node())
        node.weight += weight
    node.own += weight


def _events(root: _Node, frames: _Frames) -> Iterator[dict[str, Any]]:
    """Frames that open and close, the heaviest first.

    Only one clock runs, so that no rounding puts an end before a start; and nothing recurses,
    since a path may run more functions than Python has stack.
    """
    clock = 0.0
    open_frames: list[tuple[int, _Node, Iterator[tuple[str, _Node]]]] = [
        (-1, root, _heaviest(root))
    ]
    while open_frames:
        number, node, children = open_frames[-1]
        name, child = next(children, ("", None))
        if child is not None:
            number = frames.number(name, is_function=len(open_frames) > 1)
            open_frames.append((number, child, _heaviest(child)))
            yield {"type": "O", "frame": number, "at": clock}
            continue
        open_frames.pop()
        if open_frames:
            clock += node.own
            yield {"type": "C", "frame": number, "at": clock}


def _heaviest(node: _Node) -> Iterator[tuple[str, _Node]]:
    return iter(sorted(node.children.items(), key=lambda each: (-each[1].weight, each[0])))


def _times(_: PathEvidence, invocations: float) -> float:
    return invocations


def _seconds(path: PathEvidence, invocations: float) -> float:
    return invocations * (path.duration_mean_s or 0.0)
