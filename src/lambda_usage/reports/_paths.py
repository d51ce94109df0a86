"""What paths run, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from lambda_usage.evidence.model import FunctionEvidence, PathEvidence


class Step(NamedTuple):
    """A function on a path."""

    file: str
    name: str
    line: int | None
    """First line; ``None`` where it is not known."""


def steps(path: PathEvidence) -> Iterator[Step]:
    """The functions on a path, in source order."""
    # a line too many, or too few, would be a mistake of whoever made the path: no function is lost
    for place, line in zip_longest(path.functions, path.function_lines[: len(path.functions)]):
        file, _, name = place.rpartition(":")
        yield Step(file, name, line)


def in_every(paths: Sequence[PathEvidence]) -> list[Step]:
    """What all paths have in common says nothing about any of them: it is told once."""
    if len(paths) < 2:
        return []
    shared = set(steps(paths[0])).intersection(*(steps(path) for path in paths[1:]))
    return [step for step in steps(paths[0]) if step in shared]


class Labels:
    """What to call the steps of some paths, such that no two are called the same."""

    def __init__(self, paths: Iterable[PathEvidence]) -> None:
        self._lines: dict[tuple[str, str], set[int | None]] = {}
        for step in {step for path in paths for step in steps(path)}:
            self._lines.setdefault((step.file, step.name), set()).add(step.line)

    def name(self, step: Step) -> str:
        """``price``, or ``Price.net:6`` where several are called ``Price.net``."""
        several = len(self._lines.get((step.file, step.name), ())) > 1
        return f"{step.name}:{step.line}" if several and step.line is not None else step.name


class Meant:
    """Which of the functions of a report a step is.

    Most names stand for one function. Lines tell a property's getter from its setter, but may be
    those of another version of the file.
    """

    def __init__(self, functions: Iterable[FunctionEvidence]) -> None:
        self._lines: dict[tuple[str, str], set[int]] = {}
        for each in functions:
            self._lines.setdefault((each.file, each.name), set()).add(each.line)

    def line(self, step: Step) -> int | None:
        """The line of the function that is meant; ``None`` where it cannot be told."""
        lines = self._lines.get((step.file, step.name), set())
        if step.line in lines:
            return step.line
        return next(iter(lines)) if len(lines) == 1 else None
