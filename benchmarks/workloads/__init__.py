"""The handlers that everything is measured on, and how their packages are made.

Each becomes a folder as Lambda would have it in /var/task: ``handler.py`` with its libraries beside
it. Those libraries stand for the user's own code, so they are in scope for every contender.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from examples.test_platform.deploy.catalog import SOURCE, functions
from examples.test_platform.deploy.packages import build_package
from examples.test_platform.deploy.traffic import events
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
    vendored: bool = False
    """Whether libraries beside it count too, which by default are none of the user's own code."""
    events: tuple[Any, ...] = ({},)
    variables: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    """Whether it is wall time that matters."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables of every process that runs it, whichever the contender."""
        patterns = ",".join(self.include) if self.vendored else ""
        return {
            "BENCH_HANDLER": self.handler,
            "BENCH_INCLUDE": ":".join(self.include),
            "COVERAGE_INCLUDE_PATTERNS": patterns,
            "COVERAGE_S3_BUCKET": "bench",
            **self.variables,
        }


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
SAMPLE_FUNCTION = "get-results"
SAMPLE_EVENTS = 40
"""As many as one environment variable of a worker holds."""


def prepare(name: str, env: PythonEnv, variables: Mapping[str, str]) -> Workload:
    """The workload called *name* for *env*.

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
    return Workload(
        name,
        plan.title,
        root,
        "handler.handler",
        (str(root / "handler.py"), *(f"{root / module}/*" for module in plan.modules)),
        vendored=bool(plan.modules),
        variables=variables,
        waits=plan.waits,
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


def _sample(env: PythonEnv, variables: Mapping[str, str]) -> Workload:
    """The sample backend's function that answers what was measured; it only reads."""
    described = functions()[SAMPLE_FUNCTION]
    source = (SOURCE / path for path in described.files)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in source)).hexdigest()[:10]
    root = FOLDER / f"{SAMPLE}-{env.version}-{digest}"
    with locked(f"task-{root.name}"):
        if not root.exists():
            made = root.with_suffix(".partial")
            shutil.rmtree(made, ignore_errors=True)
            made.parent.mkdir(parents=True, exist_ok=True)
            build_package(SAMPLE_FUNCTION, made, env)
            made.rename(root)
            _compile(env, root)
    own = sorted({path.partition("/")[0] for path in described.files})
    return Workload(
        SAMPLE,
        PLANS[SAMPLE].title,
        root,
        described.handler,
        tuple(f"{root / each}/*" for each in own),
        events=tuple(events(SAMPLE_FUNCTION, SAMPLE_EVENTS)),
        variables={**variables, **variables_of_sample(), "POWERTOOLS_TRACE_DISABLED": "true"},
    )


def variables_of_sample() -> dict[str, str]:
    """The sample backend's environment, which says how its tables are called."""
    return dict(functions()[SAMPLE_FUNCTION].variables)
