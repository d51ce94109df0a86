"""The answer to "May I delete it?", in the same words in every form."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from lambda_usage.evidence.model import DeadCodeReport, FunctionEvidence
from lambda_usage.reports import _explanation_words as words
from lambda_usage.reports._findings import MODULE, Standing, holds, standings
from lambda_usage.reports._sentences import plain_name
from lambda_usage.reports._wording import count, line_range, named

MAX_NAMES = 5


class Answers:
    """Answers about all that a report judges."""

    def __init__(self, report: DeadCodeReport) -> None:
        """Find what stands in what."""
        self._report = report
        self._standings: dict[int, Standing] = {}
        self._by_file: dict[str, list[FunctionEvidence]] = {}
        for each, standing in standings(report):
            self._standings[id(each)] = standing
            self._by_file.setdefault(each.file, []).append(each)

    def standing(self, function: FunctionEvidence) -> Standing:
        """Under which heading a function of the report comes."""
        return self._standings[id(function)]

    def inside(self, function: FunctionEvidence) -> list[FunctionEvidence]:
        """What lies in a function, class or module body, in order of line."""
        others = self._by_file[function.file]
        last = max(function.last_line, function.line)
        begin = bisect_left(others, function.line, key=_line)
        end = bisect_right(others, last, key=_line)
        return [
            each
            for each in others[begin:end]
            if each is not function
            and (function.name == MODULE or each.name.startswith(f"{function.name}."))
        ]

    def may_delete(self, function: FunctionEvidence) -> Iterator[str]:
        """The answer, a few sentences at a time. What is to be kept never gets a yes."""
        inside = self.inside(function)
        keep, standing = function.keep, self.standing(function)
        if keep and holds(keep):
            yield f"No: it {_lowered(words.keep(keep))}"
        elif standing is Standing.KEPT:
            yield "Not as a whole: something in it is kept on purpose."
        yield from words.verdict(self._report, function, standing)
        if keep and not holds(keep):
            yield f"It {_lowered(words.keep(keep))}"
        if standing in (Standing.USED, Standing.STARTUP) and function.dead_lines:
            lines = sum(each.last - each.first + 1 for each in function.dead_lines)
            are = "it is" if lines == 1 else "they are"
            yield f"But {count(lines, 'line')} of it never ran: {are} named below."
        yield from self._inside(inside, standing)
        if not holds(keep) and (wanted := list(_wanted(function, inside))):
            yield f"Kept on purpose in it: {named(wanted, MAX_NAMES)}."

    def _inside(self, inside: Sequence[FunctionEvidence], standing: Standing) -> Iterator[str]:
        if not inside:
            return
        dead = [each for each in inside if self.standing(each) is Standing.DEAD]
        if standing is Standing.DEAD and len(dead) == len(inside):
            yield f"All that is in it is dead as well: {count(len(inside), 'function')}."
            return
        neither = (Standing.DEAD, Standing.KEPT)
        alive = [each for each in inside if self.standing(each) not in neither]
        if alive:
            yield f"Not dead in it: {_named(alive)} ({len(alive):,} of {len(inside):,})."
        if dead:
            yield f"Dead in it: {_named(dead)} ({len(dead):,})."


def _wanted(function: FunctionEvidence, inside: Sequence[FunctionEvidence]) -> Iterator[str]:
    """What is kept in a function that is not kept as a whole."""
    whole: list[str] = []
    for each in (function, *inside):
        if any(each.name.startswith(f"{name}.") for name in whole):
            continue
        of = "" if each is function else f" of {plain_name(each.name)}"
        if holds(each.keep):
            whole.append(each.name)
            yield plain_name(each.name)
            continue
        for found in each.dead_lines:
            if holds(found.keep):
                lines = "line" if found.first == found.last else "lines"
                yield f"{lines} {line_range(found.first, found.last)}{of}"


def _named(functions: Sequence[FunctionEvidence]) -> str:
    return named([plain_name(each.name) for each in functions], MAX_NAMES)


def _line(function: FunctionEvidence) -> int:
    return function.line


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
