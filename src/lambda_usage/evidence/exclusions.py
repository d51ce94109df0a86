"""Lines that coverage.py's settings leave out of account."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from importlib.util import decode_source
from pathlib import Path

import coverage
from coverage.exceptions import CoverageException

from lambda_usage.evidence.scopes import SourceProblem

# Where coverage.py looks, in its order, and what shows that a file is meant for it.
_CONFIG_FILES = (
    (".coveragerc", ""),
    (".coveragerc.toml", ""),
    ("setup.cfg", "[coverage:"),
    ("tox.ini", "[coverage:"),
    ("pyproject.toml", "[tool.coverage."),
)


class Exclusions:
    """The exclusion settings of a project, read by coverage.py itself."""

    def __init__(self, directories: Sequence[Path]) -> None:
        """Take the settings of the first directory that has any.

        Args:
            directories: Where to look, in this order. A problem names files relative to the first.
        """
        self.problem: SourceProblem | None = None
        config = next(filter(None, map(config_file, directories)), None)
        try:
            self._coverage = _configured(str(config) if config else False)
            self._pattern = _pattern(self._coverage)
        except (CoverageException, OSError, ValueError, re.error) as error:
            place = Path(os.path.relpath(str(config), directories[0])).as_posix()
            self.problem = SourceProblem(place, _one_line(error).replace(str(config), place))
            self._coverage = _configured(False)
            self._pattern = _pattern(self._coverage)

    def lines(self, path: Path, content: bytes) -> frozenset[int]:
        """The excluded lines of a file; for a statement of many lines, its first.

        Args:
            path: The file.
            content: Its bytes, which can be parsed.

        Raises:
            CoverageException: The file cannot be understood.
        """
        # coverage.py's analysis takes most of the time of reading a tree, and where nothing
        # matches it has nothing to say. It reads a file with these very changes to its text.
        text = decode_source(content).replace("\f", " ") + "\n"
        if self._pattern is None or not self._pattern.search(text):
            return frozenset()
        _, _, excluded, _, _ = self._coverage.analysis2(str(path))
        return frozenset(excluded)

    def close(self) -> None:
        """Let go of coverage.py's data, which holds nothing but has a database."""
        self._coverage.get_data().close(force=True)


def config_file(directory: Path) -> Path | None:
    """The file in a directory that holds coverage.py's settings, if there is one."""
    for name, marker in _CONFIG_FILES:
        path = directory / name
        try:
            if marker in path.read_text(encoding="utf-8"):
                return path
        except (OSError, UnicodeDecodeError):
            continue
    return None


def _configured(config: str | bool) -> coverage.Coverage:
    found = coverage.Coverage(data_file=None, config_file=config, messages=False)
    # Plugins trace; nothing is traced here, and they may not be installed.
    found.set_option("run:plugins", [])
    return found


def _pattern(settings: coverage.Coverage) -> re.Pattern[str] | None:
    """What an exclusion begins with, put together as coverage.py does it."""
    patterns = settings.get_exclude_list()
    if not patterns:
        return None
    joined = "|".join(f"(?:{each})" for each in patterns) if len(patterns) > 1 else patterns[0]
    return re.compile(joined, re.MULTILINE)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
