"""Tries a layer: unpacked as into ``/opt``, with a function as in ``/var/task``, and nothing else.

The exec wrapper starts the interpreter with no environment but Lambda's, no site-packages and no
user's folder. What the function left is then read by the layer's own combining and coverage.py.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import urllib3

from layer.contents import Layer
from scripts.pythons import Python

INSIDE = Path(__file__).with_name("inside.py")
TIMEOUT_S = 120
FUNCTION = """\
from coverage_wrapper import coverage_handler


def used(number):
    return number + 1


def unused(number):
    return number - 1


@coverage_handler
def handler(event, context):
    return used(event["number"])
"""
RAN, DID_NOT = {5, 14}, {9}
"""Lines of it."""


class TrialFailed(Exception):
    """What was tried did not work; says what and how."""


def trial(layer: Layer, python: Python) -> Iterator[str]:
    """What is wrong with *layer* under *python*, a sentence each."""
    with tempfile.TemporaryDirectory(prefix="layer-") as name:
        folder = Path(name).resolve()
        try:
            _unpack(layer, folder / "opt")
            (folder / "var" / "task").mkdir(parents=True)
            (folder / "var" / "task" / "app.py").write_text(FUNCTION)
            recorded = _run(folder, python, [str(folder / "opt" / "lambda-usage")], "record")
            yield from _judged_recording(recorded, python)
            bundles = list((folder / "store").rglob("*.coverage"))
            if len(bundles) != 1:
                raise TrialFailed(f"the function left {len(bundles)} bundles, not one")
            yield from _judged_reading(_run(folder, python, [], "read", str(bundles[0])))
            if layer.variant == "otel":
                runtime = _runtime(folder / "var" / "runtime")
                yield from _judged_export(_run(folder, python, [], "export", str(runtime)))
        except TrialFailed as error:
            yield str(error)


def _unpack(layer: Layer, opt: Path) -> None:
    for entry in layer.entries:
        path = opt / entry.filename
        if not path.resolve().is_relative_to(opt):
            raise TrialFailed(f"{entry.filename!r} does not lie below /opt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(layer.data[entry.filename])
        path.chmod(entry.external_attr >> 16 & 0o777)


def _runtime(folder: Path) -> Path:
    """What a managed runtime has beside boto3, and the layer takes from there."""
    shutil.copytree(Path(urllib3.__file__).parent, folder / "urllib3")
    return folder


def _run(folder: Path, python: Python, wrapper: list[str], act: str, *arguments: str) -> Any:
    command = [str(python.executable), "-I", "-S", "-B", str(INSIDE), str(folder / "opt"), act]
    (folder / "tmp").mkdir(exist_ok=True)
    try:
        done = subprocess.run(
            [*wrapper, *command, *arguments],
            cwd=folder / "var" / "task",
            env=_variables(folder, python),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        last = (done.stdout.strip() or "null").splitlines()[-1]
        if done.returncode == 0:
            return json.loads(last)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise TrialFailed(f"cannot {act}: {error}") from error
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]  # our log
    raise TrialFailed(f"cannot {act}: {said[-1] if said else last}")


def _variables(folder: Path, python: Python) -> Mapping[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TMPDIR": str(folder / "tmp"),
        "LAMBDA_TASK_ROOT": str(folder / "var" / "task"),
        "AWS_LAMBDA_FUNCTION_NAME": "tried",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{python.version}",
        "_HANDLER": "app.handler",
        "COVERAGE_S3_BUCKET": str(folder / "store"),
    }


def _judged_recording(found: Any, python: Python) -> Iterator[str]:
    if found["handler"] != "lambda_usage.handler":
        yield f"the exec wrapper leaves the handler {found['handler']} in front"
    if found["answers"] != [1, 2, 3]:
        yield f"the function answers {found['answers']}, not [1, 2, 3]"
    if found["early"]:
        yield f"the function has to import {', '.join(found['early'])}"
    recorder = "ctrace" if python.version == "3.11" else "monitoring"
    expected = {"status": "healthy", "recorder": recorder, "attach": "wrapper", "problems": []}
    if found["health"] != expected:
        yield f"the health check says {found['health']}, not {expected}"
    if not found["native"]:
        yield "the callbacks in C are not used"


def _judged_reading(found: Any) -> Iterator[str]:
    counts = {name: found["summary"][name] for name in ("status", "inits", "invocations")}
    if counts != {"status": "success", "inits": 1, "invocations": 3}:
        yield f"combining finds {counts}"
    lines = set(found["lines"].get("app.py", ()))
    if not lines >= RAN or lines & DID_NOT:
        yield f"coverage.py reads that the lines {sorted(lines)} ran"


def _judged_export(found: Any) -> Iterator[str]:
    if found != {"received": {"/v1/metrics": 1, "/v1/traces": 1}, "from_layer": True}:
        yield f"OpenTelemetry exports {found}"
