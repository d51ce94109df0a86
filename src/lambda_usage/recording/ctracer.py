"""coverage.py's C tracer, loaded on its own.

``import coverage`` costs a function several times as much (benchmarks/imports.py); the tracer is
one extension module of it that needs nothing else. It can be initialised only once in a process,
so it is taken from where the user's ``import coverage`` would look, and handed over when
that import asks for it.

Its attributes are those of coverage.py 7.x's ``CTracer`` (coverage/ctracer/tracer.h); each must be
set, since it takes an absent one for a null pointer.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    ExtensionFileLoader,
    ModuleSpec,
    PathFinder,
)
from importlib.util import module_from_spec, spec_from_file_location

from lambda_usage.recording.window import RecorderUnavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType, ModuleType
    from typing import Any

    InScope = Callable[[str, CodeType], bool]
    """Whether to trace a file, given its name and the first code object of it that runs."""

_MODULE = "coverage.tracer"
_loaded: Any = None


def load_ctracer() -> Any:
    """The extension module.

    Raises:
        RecorderUnavailable: coverage.py is absent, or was built without its C tracer.
    """
    global _loaded
    module = _loaded or sys.modules.get(_MODULE)
    if module is None:
        path = _extension()
        spec = spec_from_file_location(_MODULE, path, loader=ExtensionFileLoader(_MODULE, path))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.meta_path.insert(0, _HandOver(module))
        _loaded = module
    if not hasattr(module, "CTracer"):
        raise RecorderUnavailable("coverage.py's C tracer was loaded twice in this process")
    return module


class _HandOver:
    """Finds the extension for ``import coverage``: it is initialised already, and only once."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:
        if name != _MODULE:
            return None
        return ModuleSpec(name, self, origin=self._module.__file__)  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, _module: ModuleType) -> None:
        """Nothing is left to do."""


def _extension() -> str:
    spec = PathFinder.find_spec("coverage", [*sys.path, *_in_our_layer()])
    for folder in (spec and spec.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            path = os.path.join(folder, "tracer" + suffix)  # noqa: PTH118 - light imports here
            if os.path.isfile(path):  # noqa: PTH113
                return path
    raise RecorderUnavailable(
        "Python 3.11 needs coverage.py with its C tracer: add coverage>=7.17.3 to the package "
        "or use the layer"
    )


def _in_our_layer() -> list[str]:
    """The layer's site-packages, which are not on the path where a wrapper sets PYTHONPATH.

    OpenTelemetry's does (opentelemetry-lambda issue 1714).
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return [os.path.join(os.path.dirname(package), "lib", version, "site-packages")]  # noqa: PTH118, PTH120


class TracerFactory:
    """Makes tracers that note arcs in the files that *in_scope* accepts."""

    def __init__(self, in_scope: InScope) -> None:
        self._module = load_ctracer()
        self._in_scope = in_scope
        self._decisions: dict[str, Any] = {}

    def forget(self, filename: str) -> None:
        """Ask anew whether *filename* is in scope."""
        self._decisions.pop(filename, None)

    def make(self, data: dict[str, set[int]]) -> Any:
        """A tracer that is yet to be started; it adds packed arcs to *data* by file name."""
        tracer = self._module.CTracer()
        tracer.data = data
        tracer.trace_arcs = True
        tracer.should_trace = self._should_trace
        tracer.should_trace_cache = self._decisions
        tracer.lock_data = tracer.unlock_data = object  # a call that does nothing: the GIL locks
        tracer.file_tracers = {}
        for name in (
            "check_include",
            "concur_id_func",
            "disable_plugin",
            "should_start_context",
            "switch_context",
            "warn",
        ):
            setattr(tracer, name, None)
        return tracer

    def _should_trace(self, filename: str, frame: FrameType) -> Any:
        decision = self._module.CFileDisposition()
        decision.original_filename = decision.canonical_filename = filename
        decision.source_filename = filename
        decision.trace = self._in_scope(filename, frame.f_code)
        decision.reason = ""
        decision.file_tracer = None
        decision.has_dynamic_filename = False
        return decision


def unpack_arc(packed: int) -> tuple[int, int]:
    """(from line, to line) of a packed arc; negative at entry and exit of a code object."""
    first, second = packed & 0xFFFFFFF, packed >> 28 & 0xFFFFFFF
    return (-first if packed >> 56 & 1 else first, -second if packed >> 57 & 1 else second)
