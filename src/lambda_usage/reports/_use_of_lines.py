"""Production use as line counts, for the forms of test coverage: LCOV and Cobertura.

They know hits and nothing else: no thin evidence, and no unknown. So a line has at least one hit if
it was seen to run, as many as the invocations that are estimated to have run it, and none if
somebody would have noticed and did not. Whatever nobody would have noticed is left out: the files
that differ or are in no package, and silent code without any exposure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lambda_usage.evidence.model import (
    DeadCodeReport,
    FileEvidence,
    FunctionEvidence,
    StatementEvidence,
)
from lambda_usage.reports._findings import MODULE
from lambda_usage.reports._left_out import by_state, tells
from lambda_usage.reports._wording import count


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """How often a function ran."""

    name: str
    """Unlike any other in its file."""
    line: int
    hits: int
    lines: tuple[int, ...]
    """The first lines of its statements, those that are known."""


@dataclass(frozen=True, slots=True)
class FileUse:
    """How often the lines of a file ran."""

    file: str
    hits: dict[int, int]
    """By the first line of each statement, in order."""
    functions: tuple[FunctionUse, ...]

    @property
    def covered(self) -> int:
        """Lines that ran."""
        return sum(map(bool, self.hits.values()))


@dataclass(frozen=True, slots=True)
class UseOfLines:
    """How often lines ran, by file, and what is not among them."""

    files: tuple[FileUse, ...]
    notes: tuple[str, ...]
    """Sentences on what was left out."""


def use_of_lines(report: DeadCodeReport) -> UseOfLines:
    """Counts for every line of which something is known."""
    functions: dict[str, list[FunctionEvidence]] = {}
    for function in report.functions:
        functions.setdefault(function.file, []).append(function)
    known = [file for file in report.files if tells(file.state)]
    found = [_File(file, functions.get(file.file, [])) for file in known]
    notes = by_state({file.file: file.state for file in report.files})
    unknown = sum(each.unknown for each in found)
    if unknown:
        lines = count(unknown, "statement")
        notes.append(f"left out {lines} that nobody would have noticed, had they run")
    return UseOfLines(tuple(each.use() for each in found), tuple(notes))


class _File:
    """One file's statements, those that are known."""

    def __init__(self, file: FileEvidence, functions: Sequence[FunctionEvidence]) -> None:
        self._file = file
        self._functions = functions
        watched = {each.name for each in functions if _exposure(each) > 0}
        self._known = [each for each in file.statements if each.ran or each.function in watched]
        self.unknown = len(file.statements) - len(self._known)

    def use(self) -> FileUse:
        hits: dict[int, int] = {}
        for each in self._known:
            hits[each.first] = max(hits.get(each.first, 0), _hits([each]))
        return FileUse(self._file.file, hits, tuple(self._function_uses()))

    def _function_uses(self) -> Iterable[FunctionUse]:
        """Functions by name and line; what else is found there (two lambdas) ran as one."""
        found: dict[tuple[str, int], FunctionUse] = {}
        names = [each.name for each in self._functions]
        for function in self._functions:
            if function.unit == "inits" or function.name == MODULE:
                continue  # the bodies of modules and classes are nobody's functions
            own = [each for each in self._known if _is_of(each, function)]
            if not own and not _ran(function) and not _exposure(function):
                continue
            unique = names.count(function.name) == 1
            name = function.name if unique else f"{function.name}:{function.line}"
            hits = max(_hits(own), int(_ran(function)))
            lines = tuple(dict.fromkeys(each.first for each in own))
            known = found.get((name, function.line))
            if not known or known.hits < hits:
                found[name, function.line] = FunctionUse(name, function.line, hits, lines)
        return found.values()


def _hits(statements: Iterable[StatementEvidence]) -> int:
    return max((max(1, round(each.invocations)) for each in statements if each.ran), default=0)


def _is_of(statement: StatementEvidence, function: FunctionEvidence) -> bool:
    inside = function.line <= statement.first <= max(function.line, function.last_line)
    return inside and statement.function == function.name


def _ran(function: FunctionEvidence) -> bool:
    return function.first_seen is not None


def _exposure(function: FunctionEvidence) -> float:
    """Trials of the Lambda function that has most: one that would have noticed is enough."""
    alone = (each.exposure for each in function.lambda_functions)
    return max(function.exposure, *alone, 0.0)
