"""Reading a source directory."""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from coverage.exceptions import CoverageException

from lambda_usage.evidence._keep_comments import read_keeps
from lambda_usage.evidence._keep_patterns import (
    KeepsUnknownError,
    read_patterns,
    settings_folders,
)
from lambda_usage.evidence.exclusions import Exclusions
from lambda_usage.evidence.reading import read_scopes
from lambda_usage.evidence.scopes import Inventory, Scope, ScopeKind, SourceProblem, SourceUnit
from lambda_usage.recording.package import content_hash
from lambda_usage.recording.scope import Scope as FunctionScope

__all__ = ["KeepsUnknownError", "read_inventory"]

_SKIPPED = frozenset({"__pycache__", "venv", "node_modules"})
_SKIPPED_ENDINGS = (".egg-info", ".dist-info")


def read_inventory(root: Path) -> Inventory:
    """Read every Python file under a directory.

    Files that cannot be read or parsed become problems, never errors. coverage.py's exclusion
    settings are those of ``root``, else those of the working directory; suppressions are those of
    the nearest ``pyproject.toml`` that has any.

    Args:
        root: The source directory; paths in the inventory are relative to it.

    Raises:
        KeepsUnknownError: It cannot be told what is to be kept, so there must be no verdict.
    """
    patterns, mistakes = read_patterns(settings_folders(root, Path.cwd()), root)
    keep_problems = list(mistakes)
    with closing(Exclusions([root, Path.cwd()])) as exclusions:
        problems = [exclusions.problem] if exclusions.problem else []
        units: dict[str, SourceUnit] = {}
        scope = FunctionScope(str(root))
        for file in sorted(_python_files(root)):
            path = _named(file.relative_to(root))
            try:
                unit, found = _read(file, path, exclusions)
                keep_problems += found
                units[path] = replace(unit, vendored=scope.relative(str(file.absolute())) is None)
            except (OSError, SyntaxError, ValueError, CoverageException) as error:
                # coverage.py says where the file lies: that is the machine's and not the tree's
                reason = _reason(error).replace(str(file.resolve()), path)
                problems.append(SourceProblem(path, reason))
            except (RecursionError, MemoryError):
                problems.append(SourceProblem(path, "its expressions are nested too deeply"))
    return Inventory(
        root,
        units,
        tuple(problems),
        keep_patterns=patterns,
        keep_problems=tuple(keep_problems),
    )


def _named(file: Path) -> str:
    """The path with ``/``; bytes of it that are no UTF-8 are spelt out, as no report can say them.

    Nothing imports such a file, so it need not be called what recorders call it.
    """
    return os.fsencode(file.as_posix()).decode("utf-8", "backslashreplace")


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not _is_skipped(name)]
        yield from (Path(folder, name) for name in files if name.endswith(".py"))


def _is_skipped(folder: str) -> bool:
    return folder.startswith(".") or folder in _SKIPPED or folder.endswith(_SKIPPED_ENDINGS)


def _read(file: Path, path: str, exclusions: Exclusions) -> tuple[SourceUnit, list[SourceProblem]]:
    content = file.read_bytes()
    with warnings.catch_warnings():
        # Doubtful escapes and the like are the business of whoever runs the code.
        warnings.simplefilter("ignore")
        tree = ast.parse(content, filename=path)
        excluded = exclusions.lines(file, content)
    lines = content.count(b"\n") + 1
    reported = (_reported(scope, excluded) for scope in read_scopes(tree, path, lines))
    keeps, mistakes = read_keeps(content, lines)
    unit = SourceUnit(
        path, content_hash(content), tuple(filter(None, reported)), excluded, keeps=keeps
    )
    return unit, [SourceProblem(f"{path}:{each.line}", each.reason) for each in mistakes]


def _reported(scope: Scope, excluded: frozenset[int]) -> Scope | None:
    """A scope without its excluded statements; nothing if it is excluded itself."""
    if not excluded:
        return scope
    starts = {scope.line, scope.key.first_line}
    if scope.kind is not ScopeKind.MODULE and excluded & starts:
        return None
    kept = tuple(each for each in scope.statements if each.first not in excluded)
    return replace(scope, statements=kept)


def _reason(error: Exception) -> str:
    if isinstance(error, SyntaxError):
        where = f" in line {error.lineno}" if error.lineno else ""
        return f"{error.msg}{where}"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return " ".join(str(error).split()) or type(error).__name__
