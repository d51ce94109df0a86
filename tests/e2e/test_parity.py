"""With the layer, a function answers and fails exactly as without it.

Each case runs in AWS's emulator bare, and then with each way of attaching; responses are compared
whole: message, type, and every line of the trace.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator import Emulator, Invocation
from tests.support.pythons import PythonEnv

RAISING = '''# The import
class NoSuchOrder(LookupError):
    """An error of the application's own."""

    def __init__(self, order):
        super().__init__(f"no order {order!r}")


def find(order):
    raise NoSuchOrder(order)


def forever(number):
    return forever(number + 1)


# The decorator
def handler(event, context):
    kind = event["kind"]
    if kind == "plain":
        return 1 / 0
    if kind == "custom":
        return find("A1")
    if kind == "chained":
        try:
            find("A2")
        except NoSuchOrder as error:
            raise RuntimeError("the order service failed") from error
    if kind == "implicitly chained":
        try:
            find("A3")
        except NoSuchOrder:
            return {}["status"]
    if kind == "no message":
        raise ValueError
    if kind == "group":
        raise ExceptionGroup("several", [ValueError(1), KeyError("two")])
    if kind == "recursion":
        return forever(1)
    if kind == "attribute":
        return event.status
    if kind == "not json":
        return {"context": object()}
    if kind == "SystemExit":
        raise SystemExit(3)
    if kind == "nothing":
        return None
    return {"event": event, "function": context.function_name}
'''

# Comments make room, so that line numbers stay.
DECORATED = RAISING.replace(
    "# The import", "from lambda_usage import coverage_handler  # The import"
).replace("# The decorator", "@coverage_handler  # The decorator")

IMPORT_FAULTS: Mapping[str, tuple[str, str]] = {
    "missing module": ("nowhere.handler", ""),
    "missing module in a package": ("package/missing.handler", ""),
    "missing module of the module": ("app.handler", "import nowhere\n\ndef handler(e, c): ...\n"),
    "missing name": ("app.handler", "from package import nothing\n\ndef handler(e, c): ...\n"),
    "nested missing module": ("app.handler", "import package.broken\n\ndef handler(e, c): ...\n"),
    "syntax error": ("app.handler", "def handler(event, context):\n    return (\n"),
    "nested syntax error": ("app.handler", "import package.unparsable\n"),
    "indentation": ("app.handler", "def handler(event, context):\nreturn 1\n"),
    "missing attribute": ("app.handler", "def other(event, context): ...\n"),
    "missing dotted attribute": ("app.handlers.handler", "class handlers: ...\n"),
    "error at import": ("app.handler", "TABLE = {}\nVALUE = TABLE['missing']\n"),
    "attribute error at import": ("app.handler", "import os\nVALUE = os.no_such_attribute\n"),
    "error in a helper at import": (
        "app.handler",
        "def setting(name):\n    raise RuntimeError(f'no {name}')\n\nVALUE = setting('depth')\n",
    ),
    "exit at import": ("app.handler", "raise SystemExit(4)\n"),
    "bad handler name": ("handler", ""),
    "built-in module": ("sys.handler", ""),
    "empty handler part": ("app.", "def handler(e, c): ...\n"),
}

KINDS = (
    "fine", "nothing", "plain", "custom", "chained", "implicitly chained", "no message", "group",
    "recursion", "attribute", "not json", "SystemExit", "fine",
)  # fmt: skip


class Ways:
    """Environments that attach the layer, by name."""

    def __init__(self, opt: Path, store: Path) -> None:
        self._common = {"COVERAGE_S3_BUCKET": str(store)}
        self._wrapper = str(opt / "lambda-usage")

    def wrapper(self, handler: str) -> tuple[str, dict[str, str]]:
        return handler, {**self._common, "AWS_LAMBDA_EXEC_WRAPPER": self._wrapper}

    def redirect(self, handler: str) -> tuple[str, dict[str, str]]:
        return "lambda_usage.handler", {**self._common, "COVERAGE_HANDLER": handler}

    def both(self, handler: str) -> tuple[str, dict[str, str]]:
        redirected, variables = self.redirect(handler)
        return redirected, {**variables, "AWS_LAMBDA_EXEC_WRAPPER": self._wrapper}

    def disabled(self, handler: str) -> tuple[str, dict[str, str]]:
        attached, variables = self.wrapper(handler)
        return attached, {**variables, "COVERAGE_ENABLED": "false"}


@pytest.fixture
def ways(layer_opt: Path, tmp_path: Path) -> Ways:
    return Ways(layer_opt, tmp_path / "store")


@pytest.fixture
def task_root(tmp_path: Path) -> Path:
    root = tmp_path / "task"
    (root / "package").mkdir(parents=True)
    (root / "package" / "__init__.py").write_text("")
    (root / "package" / "broken.py").write_text("import not_installed_anywhere\n")
    (root / "package" / "unparsable.py").write_text("value = = 1\n")
    return root


@pytest.mark.parametrize("way", ["wrapper", "redirect", "both", "disabled"])
def test_results_and_errors_are_the_functions_own(
    python_env: PythonEnv, task_root: Path, layer_opt: Path, ways: Ways, way: str
) -> None:
    (task_root / "app.py").write_text(RAISING)
    bare = _answers(python_env, task_root, "app.handler", {}, layer_opt)
    handler, variables = getattr(ways, way)("app.handler")
    assert _answers(python_env, task_root, handler, variables, layer_opt) == bare
    _mean_something(bare)


def test_results_and_errors_are_the_functions_own_with_the_decorator(
    python_env: PythonEnv, task_root: Path, layer_opt: Path, tmp_path: Path
) -> None:
    (task_root / "app.py").write_text(RAISING)
    bare = _answers(python_env, task_root, "app.handler", {}, layer_opt)
    assert DECORATED.count("@coverage_handler") == 1
    (task_root / "app.py").write_text(DECORATED)
    variables = {"COVERAGE_S3_BUCKET": str(tmp_path / "store")}
    assert _answers(python_env, task_root, "app.handler", variables, layer_opt) == bare
    assert list((tmp_path / "store").rglob("*.coverage"))


@pytest.mark.parametrize("fault", IMPORT_FAULTS)
def test_import_faults_are_the_functions_own(
    python_env: PythonEnv, task_root: Path, layer_opt: Path, ways: Ways, fault: str
) -> None:
    handler, source = IMPORT_FAULTS[fault]
    (task_root / "app.py").write_text(source or "def handler(event, context): ...\n")
    bare = _failure(python_env, task_root, handler, {}, layer_opt)
    for way in (ways.wrapper, ways.redirect):
        attached, variables = way(handler)
        assert _failure(python_env, task_root, attached, variables, layer_opt) == bare
    assert fault == "exit at import" or bare["errorType"]


def _answers(
    env: PythonEnv, task_root: Path, handler: str, variables: Mapping[str, str], opt: Path
) -> list[Any]:
    with Emulator(env, task_root, handler, opt=opt, variables=variables) as emulator:
        return [_comparable(emulator.invoke({"kind": kind})) for kind in KINDS]


def _failure(
    env: PythonEnv, task_root: Path, handler: str, variables: Mapping[str, str], opt: Path
) -> Any:
    with Emulator(env, task_root, handler, opt=opt, variables=variables) as emulator:
        return _comparable(emulator.invoke({}))


def _comparable(invocation: Invocation) -> Any:
    text = invocation.body.decode()
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "(request id)", text)
    text = re.sub(r" at 0x[0-9a-f]+", " at (address)", text)
    try:
        payload = json.loads(text)
    except json.JSONDecodeError:
        return text
    if isinstance(payload, dict) and payload.get("errorType") == "RecursionError":
        # What calls the handler takes a place or two of the thousand on the stack, which decides
        # where exactly, and on 3.11 with which words, the end is reached.
        payload["errorMessage"] = payload["errorMessage"].partition(" while ")[0]
        payload["stackTrace"] = payload["stackTrace"][:3]
    return payload


def _mean_something(answers: list[Any]) -> None:
    """The cases fail as they are meant to; otherwise equal answers prove nothing."""
    by_kind = dict(zip(KINDS, answers, strict=True))
    assert by_kind["fine"]["function"] == "function"
    assert by_kind["nothing"] is None
    assert by_kind["plain"]["errorType"] == "ZeroDivisionError"
    assert by_kind["custom"]["errorType"] == "NoSuchOrder"
    assert len(by_kind["custom"]["stackTrace"]) == 2
    assert by_kind["chained"]["errorMessage"] == "the order service failed"
    assert by_kind["recursion"]["errorType"] == "RecursionError"
    assert by_kind["SystemExit"]["errorType"] == "Runtime.ExitError"
    assert json.dumps(by_kind["custom"]["stackTrace"]).count("app.py") == 2
