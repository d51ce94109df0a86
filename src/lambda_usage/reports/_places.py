"""Finding the code that somebody names: ``app/jobs.py:Jobs.run``, ``jobs.py:12``, ``run``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from lambda_usage.evidence.model import DeadCodeReport, FunctionEvidence
from lambda_usage.reports._findings import MODULE

MAX_NAMED = 5


class PlaceError(LookupError):
    """A place that is not in the report, or not one place; in one line, with suggestions."""


@dataclass(frozen=True, slots=True)
class Place:
    """Code that somebody asked about."""

    function: FunctionEvidence
    """The module body where a file is meant."""
    line: int | None = None
    """The line that was asked about."""
    whole_file: bool = False


def find_place(report: DeadCodeReport, words: str) -> Place:
    """Find what is meant by ``FILE:NAME``, ``FILE:LINE``, ``FILE`` or ``NAME``.

    A file may be named by the end of its path, and a function by the end of its qualified name,
    where only one ends so.

    Raises:
        PlaceError: Nothing is meant, or several things may be.
    """
    file, colon, rest = words.rpartition(":")
    if not colon:
        files = _files(report, words)
        if not files:
            return Place(_function(report, report.functions, words, words))
        return Place(_body(report, _one(files, words)), whole_file=True)
    files = _files(report, file)
    if not files:
        hint = _hint(file, [each.file for each in report.files])
        raise PlaceError(f"the report knows no file {file}{hint}")
    path = _one(files, words)
    if rest.isdecimal():
        return _at_line(report, path, int(rest))
    if rest in ("", MODULE):
        return Place(_body(report, path), whole_file=True)
    members = [each for each in report.functions if each.file == path]
    return Place(_function(report, members, rest, words))


def place_name(function: FunctionEvidence) -> str:
    """``app/jobs.py:Jobs.run``."""
    return f"{function.file}:{function.name}"


def _files(report: DeadCodeReport, words: str) -> list[str]:
    paths = [each.file for each in report.files]
    words = words.removeprefix("./")
    exact = [path for path in paths if path == words]
    # somebody names the file from where the shell is, above or below the source directory
    longer = [path for path in paths if words.endswith(f"/{path}")]
    return exact or longer or [path for path in paths if words and path.endswith(f"/{words}")]


def _one(files: Sequence[str], words: str) -> str:
    if len(files) > 1:
        raise PlaceError(f"{words} may be in {_listed(files)}: name the file with its folder")
    return files[0]


def _body(report: DeadCodeReport, path: str) -> FunctionEvidence:
    for each in report.functions:
        if (each.file, each.name) == (path, MODULE):
            return each
    raise PlaceError(f"nothing of {path} has been judged")


def _at_line(report: DeadCodeReport, path: str, line: int) -> Place:
    file = next(each for each in report.files if each.file == path)
    if not 1 <= line <= file.lines:
        raise PlaceError(f"{path} has {file.lines:,} lines: there is no line {line:,}")
    around = [
        each for each in report.functions if each.file == path and each.line <= line <= _end(each)
    ]
    if not around:
        raise PlaceError(f"nothing in line {line:,} of {path} has been judged")
    innermost = min(around, key=lambda each: (_end(each) - each.line, each.name == MODULE))
    return Place(innermost, line)


def _end(function: FunctionEvidence) -> int:
    return max(function.line, function.last_line)


def _function(
    report: DeadCodeReport, members: Iterable[FunctionEvidence], name: str, words: str
) -> FunctionEvidence:
    members = [each for each in members if each.name != MODULE]
    exact = [each for each in members if each.name == name]
    found = exact or [each for each in members if each.name.endswith(f".{name}")]
    if not found:
        files = [each.file for each in report.files] if name == words else []
        raise PlaceError(f"the report knows no {words}{_hint(name, files, members)}")
    if len(found) > 1:
        same = len({place_name(each) for each in found}) < len(found)
        places = [f"{each.file}:{each.line}" if same else place_name(each) for each in found]
        raise PlaceError(f"{words} may be {_listed(places)}: name one of them")
    return found[0]


def _hint(words: str, files: Iterable[str], functions: Iterable[FunctionEvidence] = ()) -> str:
    """Places whose names look alike, whole or by their last part."""
    places: dict[str, str] = {}
    for file in files:
        places |= {file: file, file.rpartition("/")[2]: file}
    for each in functions:
        places |= {each.name: place_name(each), each.name.rpartition(".")[2]: place_name(each)}
    close = dict.fromkeys(places[each] for each in get_close_matches(words, places, n=MAX_NAMED))
    return f": did you mean {_listed(list(close))}?" if close else ": check the spelling"


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:MAX_NAMED])
    if len(names) > MAX_NAMED:
        shown.append(f"{len(names) - MAX_NAMED:,} more")
    return " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
