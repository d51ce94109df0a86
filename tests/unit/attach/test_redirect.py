"""Handler redirect: the handler behaves as it does where Lambda calls it directly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.attach.bootstrap import find_handler, public_attribute
from tests.unit.support import log_lines, run_fresh, write_files

APP = """\
import sys

class Handler:
    def __call__(self, event, context):
        return ["object", event]

def handler(event, context):
    return ["function", event]

def failing(event, context):
    try:
        inner(event)
    except LookupError as error:
        raise ValueError("message") from error

def inner(event):
    raise LookupError(event)

def exiting(event, context):
    sys.exit(3)

instance = Handler()
bound = Handler().__call__
"""
SCRIPT = """\
import lambda_usage
print(lambda_usage.handler("event", None))
"""


@pytest.fixture
def task(tmp_path: Path) -> Path:
    return write_files(
        tmp_path,
        {
            "app.py": APP,
            "pkg/__init__.py": "",
            "pkg/mod.py": APP,
            "pkg/sub/__init__.py": "",
            "pkg/sub/deep.py": APP,
            "broken.py": "raise OSError('at import')\n",
            "syntax.py": "def f(:\n",
        },
    )


def environment(task: Path, handler: str) -> dict[str, str]:
    return {
        "COVERAGE_HANDLER": handler,
        "COVERAGE_S3_BUCKET": str(task / "store"),
        "LAMBDA_TASK_ROOT": str(task),
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("app.handler", "function"),
        ("pkg.mod.handler", "function"),
        ("pkg/mod.handler", "function"),
        ("pkg/sub/deep.handler", "function"),
        ("pkg.sub/deep.handler", "function"),
        ("app.instance", "object"),
        ("app.bound", "object"),
    ],
)
def test_the_handler_is_found_as_lambda_finds_it(name: str, kind: str, task: Path) -> None:
    done = run_fresh(SCRIPT, task, environment(task, name))
    assert done.stdout == f"['{kind}', 'event']\n", done.stderr
    (bundle,) = (task / "store").rglob("*.coverage")
    assert bundle.name.endswith("-000000.coverage")


@pytest.mark.parametrize("name", ["", "lambda_usage.handler"])
def test_without_a_handler_of_ones_own_it_says_so(name: str, task: Path) -> None:
    script = """\
        import lambda_usage
        try:
            lambda_usage.handler
        except AttributeError as error:
            print(error)
        """
    done = run_fresh(script, task, {"COVERAGE_HANDLER": name} if name else {})
    log, said = done.stdout.splitlines()
    assert json.loads(log)["level"] == "ERROR"
    assert "COVERAGE_HANDLER" in json.loads(log)["message"]
    assert "COVERAGE_HANDLER" in said


@pytest.mark.parametrize("bucket", [True, False])
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("gone.handler", "ModuleNotFoundError: No module named 'gone'"),
        ("app.gone", "AttributeError: module 'app' has no attribute 'gone'"),
        ("broken.handler", "OSError: at import"),
        ("syntax.handler", "SyntaxError: "),
        ("handler", "ValueError: Bad handler 'handler'"),
    ],
)
def test_import_faults_are_the_users_own(name: str, error: str, bucket: bool, task: Path) -> None:
    script = """\
        import lambda_usage
        try:
            lambda_usage.handler
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
        """
    variables = environment(task, name)
    if not bucket:
        del variables["COVERAGE_S3_BUCKET"]
    done = run_fresh(script, task, variables)
    assert done.stdout.startswith(error), done.stderr


def test_an_error_at_import_shows_none_of_our_files(task: Path) -> None:
    frames = frames_of("lambda_usage.handler", task, "broken.handler")
    assert frames[-1] == ["broken.py", "<module>"]
    assert {name for name, _ in frames[1:-1]} == {"bootstrap.py"}


def frames_of(expression: str, task: Path, handler: str) -> list[Any]:
    """The frames of the error that *expression* raises, after the script's own."""
    script = f"""\
        import json, os, traceback
        import lambda_usage
        try:
            {expression}
        except BaseException as error:
            frames = traceback.extract_tb(error.__traceback__)
            names = [(os.path.basename(each.filename), each.name) for each in frames]
            print(json.dumps([each for each in names if not each[0].startswith("<frozen")]))
        """
    # importing fetches code through a hook of ours; only what is left on the stack matters
    done = run_fresh(script, task, environment(task, handler))
    found: list[Any] = json.loads(done.stdout)
    return [each for each in found if each[0] != "__init__.py" or each[1] != "import_module"]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("app.failing", [["app.py", "failing"]]),
        ("app.exiting", [["app.py", "exiting"]]),
    ],
)
def test_between_lambda_and_the_users_frames_are_only_files_called_bootstrap(
    name: str, own: list[list[str]], task: Path
) -> None:
    frames = frames_of("lambda_usage.handler({}, None)", task, name)
    assert frames[0] == ["<string>", "<module>"]
    between = frames[1 : -len(own)]
    assert between
    assert {name for name, _ in between} == {"bootstrap.py"}
    assert frames[-len(own) :] == own


@pytest.mark.parametrize(
    "decorated",
    [
        "@coverage_handler\ndef user(event, context):\n    raise ValueError\n",
        "@coverage_handler()\nasync def user(event, context):\n    raise ValueError\n",
        "def user(event, context):\n    with CoverageContext():\n        raise ValueError\n",
        "async def user(event, context):\n    async with CoverageContext():\n"
        "        raise ValueError\n",
    ],
)
def test_the_same_holds_for_the_decorator_and_the_block(decorated: str, task: Path) -> None:
    write_files(
        task,
        {"own.py": "from lambda_usage import CoverageContext, coverage_handler\n" + decorated},
    )
    script = """\
        import asyncio, inspect, os, traceback
        import own
        try:
            result = own.user({}, None)
            if inspect.iscoroutine(result):
                result.send(None)
        except ValueError as error:
            print(error.__context__)
            for each in traceback.extract_tb(error.__traceback__):
                print(os.path.basename(each.filename))
        """
    done = run_fresh(script, task, environment(task, ""))
    context, *files = done.stdout.split()
    assert context == "None"
    assert files[0] == "<string>", done.stderr
    assert files[-1] == "own.py"
    assert set(files[1:-1]) <= {"bootstrap.py"}


def test_the_handler_is_made_once(task: Path) -> None:
    script = """\
        import lambda_usage
        print(lambda_usage.handler is lambda_usage.handler)
        from lambda_usage import handler
        print(handler is lambda_usage.handler)
        """
    done = run_fresh(script, task, environment(task, "app.handler"))
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_init_ends_though_a_first_import_failed(task: Path) -> None:
    script = """\
        import importlib, lambda_usage
        from pathlib import Path
        from lambda_usage.attach.starting import state
        try:
            lambda_usage.handler
        except ModuleNotFoundError:
            Path("late.py").write_text("handler = print")
        importlib.invalidate_caches()
        agent, _ = state()
        agent.handler_loaded = lambda: print("loaded")
        lambda_usage.handler
        """
    done = run_fresh(script, task, environment(task, "late.handler"))
    assert done.stdout == "loaded\n", done.stderr


def test_where_recording_is_off_the_handler_is_the_users_own_object(task: Path) -> None:
    script = """\
        import lambda_usage, app
        print(lambda_usage.handler is app.handler)
        """
    variables = environment(task, "app.handler") | {"COVERAGE_ENABLED": "false"}
    done = run_fresh(script, task, variables)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_damaged_agent_does_not_keep_the_function_from_running(task: Path) -> None:
    script = """\
        import sys
        sys.modules["lambda_usage.agent"] = None
        import lambda_usage
        print(lambda_usage.handler("event", None))
        """
    done = run_fresh(script, task, environment(task, "app.handler"))
    log, result = done.stdout.splitlines()
    assert result == "['function', 'event']"
    assert json.loads(log)["level"] == "ERROR"
    assert log_lines(done.stderr) == []


def test_the_runtime_clients_own_search_is_used_where_there_is_one(task: Path) -> None:
    script = """\
        import sys, types
        runtime = types.ModuleType("awslambdaric.bootstrap")
        def find(name):
            import app
            return lambda event, context: [name, event]
        runtime._get_handler = find
        sys.modules["awslambdaric.bootstrap"] = runtime
        import lambda_usage
        print(lambda_usage.handler("event", None))
        """
    done = run_fresh(script, task, environment(task, "app.handler"))
    assert done.stdout == "['app.handler', 'event']\n", done.stderr


def test_a_missing_attribute_that_the_runtime_client_reports_is_a_fault(task: Path) -> None:
    script = """\
        import sys, types
        runtime = types.ModuleType("awslambdaric.bootstrap")
        class FaultException(Exception):
            pass
        runtime.FaultException = FaultException
        runtime.build_fault_result = lambda error, _: {
            "errorType": error[0].__name__, "errorMessage": str(error[1]), "stackTrace": []
        }
        def find(name):
            raise AttributeError("of the user's module")
        runtime._get_handler = find
        sys.modules["awslambdaric.bootstrap"] = runtime
        import lambda_usage
        try:
            lambda_usage.handler
        except FaultException as fault:
            print(fault.args, fault.__cause__, fault.__suppress_context__)
        """
    done = run_fresh(script, task, environment(task, "app.handler"))
    assert done.stdout == "('AttributeError', \"of the user's module\", []) None True\n", (
        done.stderr
    )


def test_a_name_without_a_dot_is_refused() -> None:
    with pytest.raises(ValueError, match=r"MODULE\.FUNCTION"):
        find_handler("handler")


def test_an_unknown_attribute_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_thing'"):
        public_attribute("no_such_thing")
