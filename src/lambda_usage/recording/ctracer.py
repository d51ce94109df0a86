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
_OLDEST, _UNKNOWN = (7, 17, 3), (8, 0, 0)
_loaded: Any = None


def load_ctracer() -> Any:
    """The extension module.

    Raises:
        RecorderUnavailable: coverage.py is absent, or was built without its C tracer.
    """
    global _loaded
    module = _loaded or _users()
    if module is None:
        path, shared = _extension()
        spec = spec_from_file_location(_MODULE, path, loader=ExtensionFileLoader(_MODULE, path))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        if shared:
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


def _users() -> ModuleType | None:
    """The tracer of a coverage.py that the user has imported, if it is one that we know."""
    module = sys.modules.get(_MODULE)
    file = getattr(module, "__file__", None)
    return module if file and _is_new_enough(os.path.dirname(file)) else None  # noqa: PTH120


def _extension() -> tuple[str, bool]:
    """Where the tracer lies, and whether it is the one that ``import coverage`` will ask for.

    A coverage.py that the user has vendored shadows the layer's. An older one has another tracer,
    which it must keep, and which is no use to us.
    """
    folder = _coverage_folder(sys.path)
    if folder and _is_new_enough(folder):
        path = _tracer_in(folder)
        if path:
            return path, True
    ours = _coverage_folder(_in_our_layer())
    path = _tracer_in(ours) if ours else ""
    if path:
        return path, folder in ("", ours)
    if folder and not _is_new_enough(folder):
        raise RecorderUnavailable(
            f"the package brings a coverage.py that is too old ({folder}): Python 3.11 needs "
            "coverage>=7.17.3, or the layer's",
            "an older coverage.py in the package",
        )
    raise RecorderUnavailable(
        "Python 3.11 needs coverage.py with its C tracer: add coverage>=7.17.3 to the package "
        "or use the layer",
        "no C tracer",
    )


def _coverage_folder(path: list[str]) -> str:
    spec = PathFinder.find_spec("coverage", path)
    folders = list((spec and spec.submodule_search_locations) or ())
    return folders[0] if folders else ""


def _tracer_in(folder: str) -> str:
    for suffix in EXTENSION_SUFFIXES:
        path = os.path.join(folder, "tracer" + suffix)  # noqa: PTH118 - light imports here
        if os.path.isfile(path):  # noqa: PTH113
            return path
    return ""


def _is_new_enough(folder: str) -> bool:
    """Whether a coverage.py has the tracer that we know, by its ``version_info``."""
    try:
        with open(os.path.join(folder, "version.py"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            _, _, text = file.read().partition("\nversion_info = ")
        numbers = text.partition("(")[2].split(",")[:3]
        return _OLDEST <= tuple(map(int, numbers)) < _UNKNOWN
    except (OSError, ValueError):
        return False


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
