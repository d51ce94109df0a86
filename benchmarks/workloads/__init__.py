"""The handlers that everything is measured on, and how their packages are made.

Each becomes a folder as Lambda would have it in /var/task: ``handler.py`` with its libraries beside
it. Those libraries stand for the user's own code, so they are in scope for every contender.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.paths import BUILD, locked
from tests.support.pythons import PythonEnv, uv

SOURCES = Path(__file__).parent
FOLDER = BUILD.resolve() / "bench" / "tasks"
TINY_FUNCTIONS = 1260


@dataclass(frozen=True, slots=True)
class Workload:
    """One handler, ready to be called."""

    name: str
    title: str
    root: Path
    handler: str
    include: tuple[str, ...]
    """What counts, as absolute paths and globs."""
    events: tuple[Any, ...] = ({},)
    variables: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    """Whether it is wall time that matters."""


@dataclass(frozen=True, slots=True)
class _Plan:
    title: str
    requirements: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    waits: bool = False
    emulated: bool = False
    """Whether it is measured in the emulator too."""


PLANS: Mapping[str, _Plan] = {
    "hot_loop": _Plan("hot loop", emulated=True),
    "tiny_functions": _Plan("1,260 tiny functions"),
    "docutils_page": _Plan("docutils", ("docutils==0.22.2",), ("docutils",)),
    "jinja2_page": _Plan("Jinja2", ("jinja2==3.1.6",), ("jinja2",)),
    "jsonschema_check": _Plan("jsonschema", ("jsonschema==4.25.1",), ("jsonschema", "referencing")),
    "waiting": _Plan("waiting on I/O", waits=True),
    "sample_backend": _Plan("sample backend", emulated=True),
}
SAMPLE = "sample_backend"
SAMPLE_FUNCTION = "test-data"


def prepare(name: str, env: PythonEnv, variables: Mapping[str, str]) -> Workload | None:
    """The workload called *name* for *env*; ``None`` where this checkout does not have it.

    Args:
        name: As in :data:`PLANS`.
        env: Whose Python the libraries are for.
        variables: What its handler needs to reach the servers of the benchmark.
    """
    if name == SAMPLE:
        return _sample(env, variables)
    plan = PLANS[name]
    source = _tiny_functions() if name == "tiny_functions" else _source(name)
    digest = hashlib.sha256(f"{source}{plan.requirements}".encode()).hexdigest()[:10]
    root = FOLDER / f"{name}-{env.version}-{digest}"
    with locked(f"task-{root.name}"):
        if not (root / "handler.py").exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(parents=True)
            if plan.requirements:
                uv("pip", "install", "--quiet", "--python", str(env.executable),
                   "--target", str(root), *plan.requirements)  # fmt: skip
            (root / "handler.py").write_text(source)
            _compile(env, root)
    include = (str(root / "handler.py"), *(f"{root / module}/*" for module in plan.modules))
    return Workload(
        name, plan.title, root, "handler.handler", include, waits=plan.waits, variables=variables
    )


def _source(name: str) -> str:
    return (SOURCES / f"{name}.py").read_text("utf-8")


def _tiny_functions() -> str:
    """Functions of one line, all called in each invocation: about 0.1 ms."""
    defs = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(TINY_FUNCTIONS))
    names = ", ".join(f"f{n}" for n in range(TINY_FUNCTIONS))
    return (
        f"{defs}FUNCTIONS = [{names}]\n\n\ndef handler(event, context):\n    total = 0\n"
        "    for function in FUNCTIONS:\n        total = function(total)\n    return total\n"
    )


def _compile(env: PythonEnv, root: Path) -> None:
    """Byte code beside the sources, which the real task root, being read-only, would not get."""
    subprocess.run(
        [env.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", root],
        check=False,
        stdout=subprocess.DEVNULL,
    )


def _sample(env: PythonEnv, variables: Mapping[str, str]) -> Workload | None:
    """The sample backend of examples/, with DynamoDB and the like from moto's server."""
    if find_spec("examples.test_platform.package") is None:
        return None
    raise NotImplementedError(json.dumps(sorted(variables)))
