"""Suppressions in ``pyproject.toml``.

[[tool.lambda-usage.keep]]
pattern = "app/admin/*.py:*"
until = 2027-03-01
reason = "quarterly audit"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from lambda_usage.evidence._keep_words import is_day
from lambda_usage.evidence.scopes import KeepPattern, SourceProblem

NAME = "pyproject.toml"

_TOOLS = ("lambda-usage", "lambda_usage")
_MENTIONED = re.compile(rb"lambda[-_]usage", re.IGNORECASE)
_KEYS = ("pattern", "until", "reason")
_FORM = "write [[tool.lambda-usage.keep]] with pattern, until and reason"


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
    folders: Iterable[Path],
) -> tuple[tuple[KeepPattern, ...], tuple[SourceProblem, ...]]:
    """Read the patterns of the first ``pyproject.toml`` that speaks of lambda-usage.

    An entry with a mistake holds as far as it can be read, as comments do.

    Args:
        folders: Where to look, in this order.
    """
    for folder in folders:
        try:
            content = (folder / NAME).read_bytes()
        except OSError:
            continue
        if not _MENTIONED.search(content):
            continue
        try:
            settings = _settings(tomllib.loads(content.decode("utf-8")))
        except ValueError as error:  # no UTF-8, or no TOML
            return (), (SourceProblem(NAME, f"{error}: what it keeps is unknown"),)
        if settings is not None:
            return _read(settings)
    return (), ()


def matches_file(pattern: str, path: str) -> bool:
    """Whether the file of a pattern is meant; ``*`` stands for ``/`` too."""
    return fnmatchcase(path, _parts(pattern)[0])


def matches_name(pattern: str, name: str) -> bool:
    """Whether a pattern that names functions means this qualified name."""
    return fnmatchcase(name, _parts(pattern)[1])


def names_functions(pattern: str) -> bool:
    """Whether a pattern means functions and classes, rather than whole files."""
    return bool(_parts(pattern)[1])


def _parts(pattern: str) -> tuple[str, str]:
    file, _, name = pattern.removeprefix("./").partition(":")
    return file, name


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
    settings: Mapping[str, object],
) -> tuple[tuple[KeepPattern, ...], tuple[SourceProblem, ...]]:
    problems = [
        SourceProblem(NAME, f"there is no tool.lambda-usage.{key}: {_FORM}")
        for key in settings
        if key != "keep"
    ]
    entries = settings.get("keep", [])
    if not isinstance(entries, list):
        problems.append(SourceProblem(NAME, f"tool.lambda-usage.keep is no list: {_FORM}"))
        entries = [entries]
    patterns = []
    for number, entry in enumerate(entries, start=1):
        found, mistakes = _pattern(entry)
        named = found.pattern if found else f"tool.lambda-usage.keep, entry {number}"
        problems += [SourceProblem(f"{NAME}: {named}", each) for each in mistakes]
        patterns += [found] if found else []
    return tuple(patterns), tuple(problems)


def _pattern(entry: object) -> tuple[KeepPattern | None, list[str]]:
    if not isinstance(entry, Mapping):
        return None, [f"it is no table: {_FORM}"]
    pattern = entry.get("pattern")
    if not isinstance(pattern, str) or not _parts(pattern)[0]:
        return None, ['it has no pattern, so it keeps nothing: write pattern = "FILE:NAME"']
    until, reason = entry.get("until"), entry.get("reason", "")
    day = _day(until)
    mistakes = list(_mistakes(entry))
    if until is not None and day is None:
        mistakes.append(f"until = {until} is no day: write until = YYYY-MM-DD")
    return KeepPattern(pattern, str(reason), day), mistakes


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
