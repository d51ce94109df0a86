"""Lines that coverage.py's settings leave out of account."""

from __future__ import annotations

from collections.abc import Iterable
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

    def __init__(self, directories: Iterable[Path]) -> None:
        """Take the settings of the first directory that has any.

        Args:
            directories: Where to look, in this order.
        """
        self.problem: SourceProblem | None = None
        config = next(filter(None, map(config_file, directories)), None)
        try:
            self._coverage = _configured(str(config) if config else False)
        except (CoverageException, OSError, ValueError) as error:
            self.problem = SourceProblem(str(config), _one_line(error))
            self._coverage = _configured(False)

    def lines(self, path: Path) -> frozenset[int]:
        """The excluded lines of a file; for a statement of many lines, its first.

        Raises:
            CoverageException: The file cannot be understood.
        """
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


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
