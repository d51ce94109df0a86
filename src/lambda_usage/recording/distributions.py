"""Which distributions lie in the package, and which were imported.

Reads files, so it has no place on the response path.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

_DIST_INFO = re.compile(r"(?P<name>[^-]+)-(?P<version>.+)\.dist-info$")
_MODULE_FILE = re.compile(rb'^"?([^,\n"]+\.(?:py|pyc|so|pyd))"?,', re.MULTILINE)
_NO_MODULES = frozenset({"..", "bin", "__pycache__"})
"""Folders in a RECORD whose Python files nobody imports."""


@dataclass(frozen=True, slots=True)
class ShippedDistribution:
    """A distribution that lies under the root and holds modules."""

    version: str
    modules: frozenset[str]
    """Names of its top-level modules; those within a namespace package as ``top.second``."""
    places: frozenset[str]
    """Where they lie, relative to the root: ``top``, ``top.py`` or ``top/second``."""


def read_distributions(root: str) -> dict[str, ShippedDistribution]:
    """The distributions under *root* that hold modules, by name.

    What has none (stubs, data, a ``.pth`` file that leads elsewhere) is nothing to import.
    """
    try:
        folders = sorted(os.listdir(root))  # noqa: PTH208
    except OSError:
        return {}
    found = {}
    for each in folders:
        match = _DIST_INFO.match(each)
        if match and (places := _places(os.path.join(root, each, "RECORD"))):  # noqa: PTH118
            modules = frozenset(filter(None, map(_module, places)))
            found[match["name"]] = ShippedDistribution(match["version"], modules, places)
    return found


def _places(record: str) -> frozenset[str]:
    try:
        with open(record, "rb") as file:  # noqa: PTH123
            content = file.read()
    except OSError:
        return frozenset()
    files = {
        tuple(name.decode("utf-8", "replace").split("/")[:2])
        for name in _MODULE_FILE.findall(content)
    }
    own = {parts for parts in files if not _foreign(parts[0])}
    regular = {parts[0] for parts in own if len(parts) == 2 and parts[1].startswith("__init__.")}
    return frozenset(parts[0] if parts[0] in regular else "/".join(parts) for parts in own)


def _foreign(top: str) -> bool:
    return top in _NO_MODULES or top.endswith((".dist-info", ".data"))


def _module(place: str) -> str:
    """The name under which ``sys.modules`` would know a place; empty if it cannot."""
    parts = [each.partition(".")[0] for each in place.split("/")]
    return ".".join(parts) if all(each.isidentifier() for each in parts) else ""


def loaded_places(root: str, files: Iterable[str]) -> set[str]:
    """Where modules were loaded from, in the form of :attr:`ShippedDistribution.places`.

    Args:
        root: The folder under which they lie.
        files: Files that were loaded without leaving a trace in ``sys.modules``.
    """
    found = set()
    known = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    for file in (*known, *files):
        if isinstance(file, str) and file.startswith(root + os.sep):
            top, _, rest = file[len(root) + 1 :].replace(os.sep, "/").partition("/")
            found |= {top, f"{top}/{rest.partition('/')[0]}"}
    return found


def is_imported(distribution: ShippedDistribution, loaded: set[str]) -> bool:
    """Whether any module of a distribution was loaded, under its own name or another.

    Distributions that share a module's name count as imported together.
    """
    if not distribution.modules.isdisjoint(sys.modules):
        return True
    return not distribution.places.isdisjoint(loaded)
