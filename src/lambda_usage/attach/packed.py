"""Takes the byte code of all that a cold start imports from one file, where the layer has it.

Finding, opening and checking forty small files takes as long as running what is in them. The file
is made by the layer's build; without it, each module comes from its own file.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from importlib.util import MAGIC_NUMBER, spec_from_file_location
    from types import CodeType
    from typing import Any
else:  # the same, without the modules around it
    from _frozen_importlib_external import (
        MAGIC_NUMBER,
        SourceFileLoader,
        spec_from_file_location,
    )

PACK = f"start.{sys.implementation.cache_tag}.pack"
"""Beside the byte code of the package itself."""


class Packed:
    """Finds the modules of the pack, while in a ``with`` block; each is taken out of it once."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._codes: dict[str, tuple[bool, CodeType]] = {}

    def __enter__(self) -> None:
        try:
            path = os.path.join(self._package, "__pycache__", PACK)  # noqa: PTH118
            with open(path, "rb") as file:  # noqa: PTH123
                if file.read(len(MAGIC_NUMBER)) != MAGIC_NUMBER:
                    return  # of another Python that calls itself the same, a beta of it say
                self._codes = marshal.loads(file.read())
        except (OSError, ValueError, EOFError, TypeError):
            return
        sys.meta_path.insert(0, self)

    def __exit__(self, *_: object) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """As a finder has it."""
        found = self._codes.pop(name, None)
        if found is None:
            return None
        is_package, code = found
        folder = os.path.join(os.path.dirname(self._package), *name.split("."))  # noqa: PTH118, PTH120
        path = os.path.join(folder, "__init__.py") if is_package else f"{folder}.py"  # noqa: PTH118
        loader = _Loader(name, path)
        loader.code = code
        return spec_from_file_location(
            name,
            path,
            loader=loader,
            submodule_search_locations=[folder] if is_package else None,
        )


class _Loader(SourceFileLoader):
    """One whose code is there already."""

    code: CodeType

    def get_code(self, _fullname: str) -> CodeType:
        # the layer may lie elsewhere than in /opt
        _imp._fix_co_filename(self.code, self.path)  # type: ignore[attr-defined]
        return self.code
