"""Hears of code objects as they are loaded, or finds those that already are.

Arming code where it is loaded costs nothing for the libraries that are not in scope; a global
PY_START event would call back once for every code object of every library (measured: 15-30 ms
while a handler imports boto3 and friends). ``get_code`` is the one place through which every
importer gets a module's code, and it returns before the module runs: no frame of ours is on the
stack when the user's code raises.
"""

from __future__ import annotations

import gc
import sys
from importlib.machinery import SourceFileLoader, SourcelessFileLoader
from types import (
    AsyncGeneratorType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    OnCode = Callable[[CodeType], None]

_IMPORTLIB = "<frozen importlib._bootstrap_external>"
# the class that all loaders of source inherit ``get_code`` from, importlib.abc's included
_LOADERS: tuple[Any, ...] = (
    next(each for each in SourceFileLoader.__mro__ if "get_code" in each.__dict__),
    SourcelessFileLoader,
)
_ORIGINAL = "_lambda_usage_original"


class LoadHook:
    """Calls *on_code* with each module's code object before the module runs."""

    def __init__(self, on_code: OnCode) -> None:
        self._on_code = on_code

    def install(self) -> None:
        """Start listening. Loaders of other tools that build on Python's own are heard too."""
        for loader in _LOADERS:
            self._wrap(loader)

    def remove(self) -> None:
        """Stop listening."""
        for loader in _LOADERS:
            original = getattr(loader.__dict__.get("get_code"), _ORIGINAL, None)
            if original is not None:
                loader.get_code = original

    def _wrap(self, loader: Any) -> None:
        original = loader.get_code
        original = getattr(original, _ORIGINAL, original)
        on_code = self._on_code

        def get_code(self: Any, fullname: str) -> CodeType | None:
            code: CodeType | None = original(self, fullname)
            if code is not None:
                on_code(code)
            return code

        # the import system trims runs of its own frames from tracebacks; ours must not split one
        get_code.__code__ = get_code.__code__.replace(co_filename=_IMPORTLIB)
        setattr(get_code, _ORIGINAL, original)
        loader.get_code = get_code


def codes_in_memory() -> Iterator[CodeType]:
    """The code objects of all living functions, generators, coroutines and frames."""
    for each in gc.get_objects():
        kind = type(each)
        if kind is FunctionType:
            yield each.__code__
        elif kind is GeneratorType:
            yield each.gi_code
        elif kind is CoroutineType:
            yield each.cr_code
        elif kind is AsyncGeneratorType:
            yield each.ag_code
    for frame in list(sys._current_frames().values()):
        yield from _stack(frame)


def _stack(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back
