"""A handler that is tried here behaves as it does without us, and leaves one bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.attach.local import LocalContext
from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import read_bundle
from tests.unit.fakes import total
from tests.unit.support import run_fresh, write_files

FILES = {
    "app.py": """\
        import sys

        def handler(event, context):
            if event == "fail":
                raise ValueError("no")
            if event == "exit":
                sys.exit(3)
            if event == "interrupt":
                raise KeyboardInterrupt
            return [event, context.function_name]

        def context(event, context):
            return [
                context.invoked_function_arn,
                context.get_remaining_time_in_millis() > 800_000,
                context.aws_request_id,
            ]
        """,
    "pkg/mod.py": "from app import handler\n",
    "broken.py": "def fail():\n    raise OSError('at import')\n\nfail()\n",
    "syntax.py": "def f(:\n",
    "unset.py": "handler = None\n",
}
SCRIPT = """
import json
from lambda_usage.attach.local import LocalRunError, run_local
results = []
try:
    for each in run_local({handler!r}, {events!r}, {store!r}, {repeat}):
        results.append([each.value, each.error and repr(each.error), each.duration >= 0])
except LocalRunError as error:
    print(json.dumps(str(error)))
except KeyboardInterrupt:
    print(json.dumps([*results, "interrupted"]))
else:
    print(json.dumps(results))
"""


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return write_files(tmp_path / "task", FILES)


def run(
    task: Path,
    events: list[str],
    handler: str = "app.handler",
    repeat: int = 1,
    store: str = "../store",
    **environment: str,
) -> Any:
    script = SCRIPT.format(handler=handler, events=events, store=store, repeat=repeat)
    done = run_fresh(script, task, environment)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def delivered(task: Path) -> list[Bundle]:
    return [read_bundle(each) for each in sorted((task.parent / "store").rglob("*.coverage"))]


def test_each_event_has_a_result_and_all_of_them_one_bundle(task: Path) -> None:
    results = run(task, ["one", "two"], repeat=3)
    assert results == [[[name, "app.handler"], None, True] for name in ["one", "two"] * 3]
    (bundle,) = delivered(task)
    (origin,) = bundle.origins
    assert (origin.attach, origin.function_name) == ("local", "app.handler")
    (info,) = bundle.bundles.values()
    assert info.final
    assert total([bundle], "invocations") == total([bundle], "windows") == 6
    assert total([bundle], "inits") == 1


def test_errors_and_exits_are_results_like_any_other(task: Path) -> None:
    results = run(task, ["fail", "exit", "fine"])
    assert results == [
        [None, "ValueError('no')", True],
        [None, "SystemExit(3)", True],
        [["fine", "app.handler"], None, True],
    ]
    (bundle,) = delivered(task)
    assert total([bundle], "windows") == 3
    (usage,) = bundle.origins.values()
    assert sum(path.errors for path in usage.paths.values()) == 2.0


def test_an_interrupt_ends_the_run_and_what_was_seen_is_delivered(task: Path) -> None:
    results = run(task, ["fine", "interrupt", "never"])
    assert results == [[["fine", "app.handler"], None, True], "interrupted"]
    (bundle,) = delivered(task)
    assert total([bundle], "invocations") == 2


def test_the_context_has_what_handlers_ask_of_it(task: Path) -> None:
    (first, second) = run(task, ["", ""], handler="app.context")
    assert first[0][:2] == second[0][:2] == ["", True]
    assert first[0][2] != second[0][2]
    assert LocalContext("x", deadline=0.0).get_remaining_time_in_millis() == 0


def test_the_functions_own_name_is_kept_where_there_is_one(task: Path) -> None:
    results = run(task, ["one"], handler="pkg/mod.handler", AWS_LAMBDA_FUNCTION_NAME="orders")
    assert results == [[["one", "orders"], None, True]]
    (bundle,) = delivered(task)
    assert [origin.function_name for origin in bundle.origins] == ["orders"]


@pytest.mark.parametrize("form", ["{}", "{}/", "file://{}"])
def test_a_store_may_be_named_in_several_ways(form: str, task: Path) -> None:
    store = form.format(task.parent / "store")
    run(task, ["one"], store=store, COVERAGE_S3_PREFIX="elsewhere")
    assert len(delivered(task)) == 1
    assert not (task.parent / "store" / "elsewhere").exists()


MISSING = [
    ("gone.handler", "ModuleNotFoundError: No module named 'gone'"),
    ("app.gone", "AttributeError: module 'app' has no attribute 'gone'"),
    ("handler", "ValueError: Bad handler 'handler'"),
    ("broken.handler", "OSError: at import"),
    ("syntax.handler", "SyntaxError: "),
]


@pytest.mark.parametrize(("handler", "why"), MISSING)
def test_a_handler_that_cannot_be_loaded_is_one_clear_error(
    handler: str, why: str, task: Path
) -> None:
    said = run(task, ["one"], handler=handler)
    assert said.startswith(f"cannot load {handler}: {why}")


@pytest.mark.parametrize("handler", [each for each, _ in MISSING])
def test_where_the_handler_cannot_be_loaded_nothing_is_delivered(handler: str, task: Path) -> None:
    assert isinstance(run(task, ["one"], handler=handler), str)
    assert delivered(task) == []


def test_an_error_at_import_is_told_with_its_place(task: Path) -> None:
    said = run(task, ["one"], handler="broken.handler")
    assert said.endswith("OSError: at import (broken.py:2)")


def test_where_recording_is_off_it_says_so(task: Path) -> None:
    said = run(task, ["one"], COVERAGE_ENABLED="false")
    assert "recording is off" in said
    assert delivered(task) == []


def test_a_handler_that_is_no_function_is_an_error_of_each_invocation(task: Path) -> None:
    (result,) = run(task, ["one"], handler="unset.handler")
    assert result[0] is None
    assert result[1].startswith("TypeError")
