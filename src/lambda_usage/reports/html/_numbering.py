"""Numbers that stand for files, functions and Lambda functions in the page's data."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FunctionEvidence,
    HotPathsReport,
    Keep,
    LambdaFunction,
)
from lambda_usage.reports._findings import standings
from lambda_usage.reports._lines import state_of
from lambda_usage.reports._paths import Meant, Step
from lambda_usage.reports.html._packing import Interned

NOWHERE = -1
"""Stands for what the report holds nothing on."""


@dataclass
class Numbering:
    """Where each thing stands in its list."""

    functions: list[tuple[FunctionEvidence, str]]
    """In order of file and line, each with how it stands: a key of ``LETTERS``."""
    lambdas: Interned[str] = field(default_factory=Interned)
    files: Interned[str] = field(default_factory=Interned)
    keeps: Interned[Keep] = field(default_factory=Interned)
    _places: dict[tuple[str, str, int], int] = field(default_factory=dict)
    _names: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._meant = Meant(function for function, _ in self.functions)

    def function(self, file: str, name: str, line: int | None = None) -> int:
        """The function of that name, the one on that line where there are several."""
        by_name = self._names.get((file, name), NOWHERE)
        return by_name if line is None else self._places.get((file, name, line), by_name)

    def step(self, step: Step) -> int:
        """The function that a path ran, where it can be told."""
        line = self._meant.line(step)
        return NOWHERE if line is None else self.function(step.file, step.name, line)

    def file(self, path: str) -> int:
        """A file of the report."""
        return self.files.get(path, NOWHERE)


def numbering(dead_code: DeadCodeReport, hot_paths: HotPathsReport) -> Numbering:
    """Number all that two reports speak of."""
    found = Numbering([(each, state_of(each, how)) for each, how in standings(dead_code)])
    for file in dead_code.files:
        found.files(file.file)
    for each in _with_traffic(dead_code, hot_paths):
        found.lambdas(each.name)
    for path in hot_paths.paths:
        for name in (each.lambda_function for each in path.lambda_functions):
            found.lambdas(name)
    for number, (function, _) in enumerate(found.functions):
        found._names.setdefault((function.file, function.name), number)
        found._places.setdefault((function.file, function.name, function.line), number)
        for verdict in function.lambda_functions:
            found.lambdas(verdict.lambda_function)
    return found


def _with_traffic(dead_code: DeadCodeReport, hot_paths: HotPathsReport) -> list[LambdaFunction]:
    seen = [*dead_code.evidence.lambda_functions, *hot_paths.evidence.lambda_functions]
    return sorted(seen, key=lambda each: (-each.invocations, each.name))
