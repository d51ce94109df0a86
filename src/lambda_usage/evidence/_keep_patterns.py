"""Suppressions in ``pyproject.toml``.

[[tool.lambda-usage.keep]]
pattern = "app/admin/*.py:*"
until = 2027-03-01
reason = "quarterly audit"

A mistake in an entry does not keep it from holding. Where it cannot be known what is to be kept,
there must be no verdict, so that is an error.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from lambda_usage.evidence._keep_words import is_day
from lambda_usage.evidence.scopes import KeepPattern, SourceProblem

NAME = "pyproject.toml"

_TOOLS = ("lambda-usage", "lambda_usage")
_MENTIONED = re.compile(rb"lambda[-_]usage", re.IGNORECASE)
_KEYS = ("pattern", "until", "reason")
_FORM = "write [[tool.lambda-usage.keep]] with pattern, until and reason"


class KeepsUnknownError(Exception):
    """What somebody wants to keep cannot be known; in one line, with what to do."""


def settings_folders(root: Path, current: Path) -> list[Path]:
    """Where to look for ``pyproject.toml``, nearest first.

    The source directory, its parents as far as the repository or the working directory reaches,
    then the working directory.
    """
    root, current = root.absolute(), current.absolute()
    above = [root, *root.parents]
    ends = [n for n, each in enumerate(above) if each == current or (each / ".git").exists()]
    found = above[: ends[0] + 1] if ends else [root]
    return found if current in found else [*found, current]


def read_patterns(
    folders: Iterable[Path], root: Path
) -> tuple[tuple[KeepPattern, ...], tuple[SourceProblem, ...]]:
    """Read the patterns of the first ``pyproject.toml`` that speaks of lambda-usage.

    An entry with a mistake holds as far as it can be read, as comments do.

    Args:
        folders: Where to look, in this order.
        root: The source directory.

    Raises:
        KeepsUnknownError: It cannot be read, or it cannot be told what it keeps.
    """
    for folder in folders:
        try:
            content = (folder / NAME).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
        except OSError as error:
            raise _unknown(error.strerror or type(error).__name__, "make it readable") from error
        if not _MENTIONED.search(content):
            continue
        try:
            settings = _settings(tomllib.loads(content.decode("utf-8")))
        except ValueError as error:  # no UTF-8, or no TOML
            raise _unknown(str(error), "mend it") from error
        if settings is not None:
            return _read(settings, _base(folder, root))
    return (), ()


def matches_file(pattern: KeepPattern, path: str) -> bool:
    """Whether the file of a pattern is meant, or a folder around it; ``*`` stands for ``/`` too."""
    plain = _parts(pattern.pattern)[0]
    names = (path, f"{pattern.base}/{path}") if pattern.base else (path,)
    wanted = posixpath.normpath(plain.replace("\\", "/").lstrip("/") or ".")
    meant = ("*",) if wanted == "." else (plain, wanted, f"{wanted}/*")
    return any(fnmatchcase(name, each) for name in names for each in meant)


def matches_name(pattern: KeepPattern, name: str) -> bool:
    """Whether a pattern that names functions means this qualified name."""
    return fnmatchcase(name, _parts(pattern.pattern)[1])


def names_functions(pattern: KeepPattern) -> bool:
    """Whether a pattern means functions and classes, rather than whole files."""
    return bool(_parts(pattern.pattern)[1])


def why_nothing(pattern: KeepPattern, names: Mapping[str, Iterable[str]]) -> str:
    """Say why a pattern means no code, and what may have been meant.

    Args:
        pattern: The pattern.
        names: The qualified names of what is in each file, by path.
    """
    file, name = _parts(pattern.pattern)
    found = [path for path in names if matches_file(pattern, path)]
    if found:
        known = dict.fromkeys(each for path in found for each in names[path])
        places = f"no function or class of {found[0]}" + (" and others" if found[1:] else "")
        return f"it matches {places}, so it keeps nothing{_hint(name, known)}"
    # named from a folder above the source directory, or from one below
    partly = [each for each in names if file.endswith(f"/{each}") or each.endswith(f"/{file}")]
    return f"it matches no file, so it keeps nothing{_hint(partly[0] if partly else file, names)}"


def _hint(words: str, known: Iterable[str]) -> str:
    close = get_close_matches(words, list(known), n=1)
    return f": did you mean {close[0]}?" if close else ": correct it, or take it away"


def _unknown(what: str, remedy: str) -> KeepsUnknownError:
    return KeepsUnknownError(
        f"{NAME}: {what}: what it keeps is unknown, so nothing can be called dead: {remedy}"
    )


def _base(folder: Path, root: Path) -> str:
    """The source directory as seen from a folder above it."""
    folder, root = folder.absolute(), root.absolute()
    inside = root != folder and root.is_relative_to(folder)
    return root.relative_to(folder).as_posix() if inside else ""


def _parts(pattern: str) -> tuple[str, str]:
    file, _, name = pattern.partition(":")
    return file.removeprefix("./") or file, name


def _settings(content: Mapping[str, object]) -> Mapping[str, object] | None:
    tools = content.get("tool")
    if not isinstance(tools, Mapping):
        return None
    for name in _TOOLS:
        found = tools.get(name)
        if isinstance(found, Mapping):
            return found
    return None


def _read(
    settings: Mapping[str, object], base: str
) -> tuple[tuple[KeepPattern, ...], tuple[SourceProblem, ...]]:
    for key in settings:
        if key != "keep":
            raise _unknown(f"there is no tool.lambda-usage.{key}", _FORM)
    problems = []
    entries = settings.get("keep", [])
    if not isinstance(entries, list):
        problems.append(SourceProblem(NAME, f"tool.lambda-usage.keep is no list: {_FORM}"))
        entries = [entries]
    patterns = []
    for number, entry in enumerate(entries, start=1):
        found, mistakes = _pattern(entry, number, base)
        problems += [SourceProblem(f"{NAME}: {found.pattern}", each) for each in mistakes]
        patterns.append(found)
    return tuple(patterns), tuple(problems)


def _pattern(entry: object, number: int, base: str) -> tuple[KeepPattern, list[str]]:
    if isinstance(entry, str) and _parts(entry)[0]:
        return KeepPattern(entry, base=base), [f"it is no table: {_FORM}"]
    where = f"tool.lambda-usage.keep, entry {number}"
    if not isinstance(entry, Mapping):
        raise _unknown(f"{where}, is no table", _FORM)
    pattern = entry.get("pattern")
    if not isinstance(pattern, str) or not _parts(pattern)[0]:
        raise _unknown(f"{where}, has no pattern", 'write pattern = "FILE:NAME"')
    until, reason = entry.get("until"), entry.get("reason", "")
    day = _day(until)
    mistakes = list(_mistakes(entry))
    if until is not None and day is None:
        mistakes.append(f"until = {until} is no day: write until = YYYY-MM-DD")
    return KeepPattern(pattern, str(reason), day, base), mistakes


def _mistakes(entry: Mapping[str, object]) -> Iterator[str]:
    for key in entry:
        if key not in _KEYS:
            yield f"there is no {key}: {_FORM}"
    if not isinstance(entry.get("reason", ""), str):
        yield 'its reason is no text: write reason = "WORDS"'


def _day(value: object) -> str | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) and is_day(value) else None
