"""Which files count: the function's own code, not what was vendored beside it.

A file is in scope if it lies under the task root and belongs to no distribution installed there.
Distributions are known by their ``.dist-info`` folders; one installed from a local folder
(``direct_url.json`` with a ``file:`` URL, PEP 610) is the user's own and stays in scope. Patterns
override: ``include`` says what counts, vendored or not; ``exclude`` says what does not.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "dist-packages"})
_LIBRARIES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120
_OURS = tuple(
    os.path.join(_LIBRARIES, name, "")  # noqa: PTH118
    for name in ("lambda_usage", "coverage_wrapper")
)
_DIST_INFO = ".dist-info"


class Scope:
    """Decides which files count. Paths it returns are relative to the root, with ``/``."""

    def __init__(self, root: str, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.root = os.path.abspath(root)  # noqa: PTH100 - pathlib costs the function an import
        self._include = tuple(include)
        self._exclude = tuple(exclude)
        self._cache: dict[str, str | None] = {}
        self._vendored: frozenset[str] | None = None
        self._own_code: set[str] = set()
        self.loaded_elsewhere: set[str] = set()
        """Files below the root that were loaded and are out of scope."""

    def own(self, module: str) -> None:
        """Count the top-level package of *module* (the handler's) as the user's own."""
        self._own_code.add(module.replace("/", ".").partition(".")[0])

    def loaded(self, filename: str) -> str | None:
        """As :meth:`relative`, for a file from which code was loaded."""
        path = self.relative(filename)
        if path is None and filename.startswith(self.root):
            self.loaded_elsewhere.add(filename)
        return path

    def relative(self, filename: str) -> str | None:
        """The path of *filename* in reports, or ``None`` where it is out of scope."""
        try:
            return self._cache[filename]
        except KeyError:
            path = self._cache[filename] = self._decide(filename)
            return path

    def _decide(self, filename: str) -> str | None:
        if filename.startswith("<"):  # generated code has no source to report on
            return None
        full = os.path.abspath(filename)  # noqa: PTH100
        if full.startswith(_OURS):
            return None
        inside = full.startswith(self.root + os.sep)
        path = full[len(self.root) + 1 :] if inside else full
        path = path.replace(os.sep, "/")
        if self._matches(self._exclude, path, full):
            return None
        if self._include:
            return path if self._matches(self._include, path, full) else None
        return path if inside and not self._skipped(path) and not self._is_vendored(path) else None

    @staticmethod
    def _matches(patterns: Sequence[str], path: str, full: str) -> bool:
        if not patterns:
            return False
        from fnmatch import fnmatchcase  # with re, which few functions have to pay for

        return any(fnmatchcase(path, each) or fnmatchcase(full, each) for each in patterns)

    @staticmethod
    def _skipped(path: str) -> bool:
        return any(
            part in _SKIPPED_FOLDERS or part.startswith(".") for part in path.split("/")[:-1]
        )

    def _is_vendored(self, path: str) -> bool:
        top, _, rest = path.partition("/")
        name = top if rest else top.removesuffix(".py")
        if name in self._own_code:
            return False
        if self._vendored is None:
            self._vendored = frozenset(_vendored_names(self.root))
        second = f"{top}/{rest.partition('/')[0]}"
        return top in self._vendored or second in self._vendored

    def shipped(self) -> Iterator[str]:
        """The absolute paths of the user's own Python files, those out of scope included."""
        for folder, folders, files in os.walk(self.root):
            if "pyvenv.cfg" in files:  # a virtual environment
                folders.clear()
                continue
            folders[:] = sorted(
                each
                for each in folders
                if each not in _SKIPPED_FOLDERS and not each.startswith(".")
            )
            for each in sorted(files):
                full = os.path.join(folder, each)  # noqa: PTH118
                if not each.endswith(".py"):
                    continue
                if self.relative(full) is not None or self._left_out(full):
                    yield full

    def below_root(self, filename: str) -> str:
        """The path of a file relative to the root, whether it is in scope or not."""
        return os.path.relpath(filename, self.root).replace(os.sep, "/")

    def _left_out(self, filename: str) -> bool:
        """Whether it is the patterns that put the user's own file out of scope."""
        path = self.below_root(filename)
        return not self._skipped(path) and not self._is_vendored(path)


def _dist_infos(root: str) -> list[str]:
    try:
        return sorted(each for each in os.listdir(root) if each.endswith(_DIST_INFO))  # noqa: PTH208
    except OSError:
        return []


def _vendored_names(root: str) -> Iterator[str]:
    """Top-level names, or ``top/second`` for namespace packages, that distributions own."""
    for dist_info in _dist_infos(root):
        folder = os.path.join(root, dist_info)  # noqa: PTH118
        if _is_local(_read(folder, "direct_url.json")):
            continue
        yield from _owned_names(folder)


def _owned_names(dist_info: str) -> Iterator[str]:
    """Top-level names, or ``top/second`` for namespace packages, that a distribution owns."""
    pairs = _top_two(_read(dist_info, "RECORD"))
    regular = {top for top, second in pairs if not second or second == "__init__.py"}
    for top, second in pairs:
        if top.endswith(_DIST_INFO) or top == "..":
            continue
        yield top if top in regular else f"{top}/{second}"


def _top_two(record: bytes) -> set[tuple[str, str]]:
    """The first two parts of all paths in a RECORD (PEP 376); the second may be empty.

    A RECORD may have thousands of lines: those that agree up to their second slash are looked into
    only once.
    """
    beginnings = {
        line[: line.find(b"/", line.find(b"/") + 1) + 1] or line for line in record.split(b"\n")
    }
    found = set()
    for each in beginnings:
        text = each.decode("utf-8", "replace")
        quoted = text.startswith('"')  # a path with a comma is
        path = text[1:].partition('"')[0] if quoted else text.partition(",")[0].rstrip("\r")
        top, _, rest = path.partition("/")
        if top:
            found.add((top, rest.partition("/")[0]))
    return found


def _is_local(direct_url: bytes) -> bool:
    return b'"file:' in direct_url and b'"dir_info"' in direct_url


def _read(folder: str, name: str) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123
            return file.read()
    except OSError:
        return b""
