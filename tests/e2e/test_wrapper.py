"""The exec wrapper: it attaches, it passes on, and whatever is wrong, the function starts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv

SHOW = (
    'echo "handler=$_HANDLER real=$COVERAGE_HANDLER attach=$COVERAGE_ATTACH '
    'path=${PYTHONPATH-unset} $*"'
)

# As otel-instrument does: puts its own handler in front, and its folder on PYTHONPATH.
OTHER_WRAPPER = """#!/bin/sh
export ORIG_HANDLER="$_HANDLER"
export _HANDLER="other_wrapper.handler"
export PYTHONPATH="{opt}/python:$LAMBDA_RUNTIME_DIR"
exec "$@"
"""

OTHER_HANDLER = """
import os
from importlib import import_module

module, _, name = os.environ["ORIG_HANDLER"].rpartition(".")
inner = getattr(import_module(module.replace("/", ".")), name)

def handler(event, context):
    return {"outer": inner(event, context)}
"""

APP = """
def handler(event, context):
    return used(event)

def used(event):
    return event["number"] + 1

def unused():
    return 0
"""


@pytest.fixture
def opt(tmp_path: Path, layer_opt: Path) -> Path:
    """A copy of the layer that a test may add to."""
    copy = tmp_path / "opt"
    subprocess.run(["cp", "-r", layer_opt, copy], check=True)
    return copy


@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
class TestInAnyShell:
    def test_it_puts_our_handler_in_front(self, opt: Path, shell: str) -> None:
        done = _run(opt, shell, {"_HANDLER": "app.handler"}, "a b", "*")
        assert done == (
            "handler=lambda_usage.handler real=app.handler attach=wrapper path=unset a b *",
            "",
        )

    def test_applied_twice_it_changes_nothing_more(self, opt: Path, shell: str) -> None:
        variables = {"_HANDLER": "app.handler", "COVERAGE_NEXT_WRAPPER": str(opt / "lambda-usage")}
        out, error = _run(opt, shell, variables)
        assert out.startswith("handler=lambda_usage.handler real=app.handler attach=wrapper")
        assert error == ""

    @pytest.mark.parametrize("value", ["false", "FALSE", "0", "no", "off"])
    def test_disabled_it_changes_nothing(self, opt: Path, shell: str, value: str) -> None:
        variables = {"_HANDLER": "app.handler", "COVERAGE_ENABLED": value}
        assert _run(opt, shell, variables) == (
            "handler=app.handler real= attach= path=unset ",
            "",
        )

    def test_disabled_it_still_passes_on(self, opt: Path, shell: str) -> None:
        _script(opt / "next", '#!/bin/sh\nexport _HANDLER=next.handler\nexec "$@"\n')
        variables = {
            "_HANDLER": "app.handler",
            "COVERAGE_ENABLED": "false",
            "COVERAGE_NEXT_WRAPPER": str(opt / "next"),
        }
        assert _run(opt, shell, variables)[0].startswith("handler=next.handler real= ")

    def test_without_a_handler_the_function_starts(self, opt: Path, shell: str) -> None:
        out, error = _run(opt, shell, {})
        assert out.startswith("handler= real= ")
        assert "_HANDLER is not set" in error

    @pytest.mark.parametrize("kind", ["missing", "not executable", "folder", "no interpreter"])
    def test_a_next_wrapper_that_is_no_use_is_left_out(
        self, opt: Path, shell: str, kind: str
    ) -> None:
        following = opt / "next"
        if kind == "not executable":
            following.write_text("#!/bin/sh\n")
        elif kind == "folder":
            following.mkdir()
        elif kind == "no interpreter":
            _script(following, "#!/nowhere/at/all\n")
        variables = {"_HANDLER": "app.handler", "COVERAGE_NEXT_WRAPPER": str(following)}
        out, error = _run(opt, shell, variables, "a b")
        assert out.startswith("handler=lambda_usage.handler real=app.handler attach=wrapper")
        assert out.endswith(" a b")
        assert "going on without it" in error

    def test_it_leaves_the_handler_alone_where_our_package_is_out_of_reach(
        self, opt: Path, shell: str
    ) -> None:
        variables = {"_HANDLER": "app.handler", "PYTHONPATH": "/usr/share:/nowhere"}
        out, error = _run(opt, shell, variables)
        assert out == "handler=app.handler real= attach= path=/usr/share:/nowhere "
        assert "cannot be imported" in error
        variables["PYTHONPATH"] += f":{opt}/python"
        assert _run(opt, shell, variables)[0].startswith("handler=lambda_usage.handler")


def test_another_layers_wrapper_works_after_ours(
    python_env: PythonEnv, opt: Path, tmp_path: Path
) -> None:
    task = tmp_path / "task"
    task.mkdir()
    (task / "app.py").write_text(APP)
    (opt / "python" / "other_wrapper.py").write_text(OTHER_HANDLER)
    _script(opt / "other-wrapper", OTHER_WRAPPER.format(opt=opt))
    variables = {
        "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
        "COVERAGE_NEXT_WRAPPER": str(opt / "other-wrapper"),
        "COVERAGE_S3_BUCKET": str(tmp_path / "store"),
    }
    with Emulator(python_env, task, "app.handler", opt=opt, variables=variables) as emulator:
        answers = [emulator.invoke({"number": number}).payload for number in range(3)]
    assert answers == [{"outer": 1}, {"outer": 2}, {"outer": 3}]
    assert list((tmp_path / "store").rglob("*.coverage")), emulator.log


def test_a_broken_package_of_ours_does_not_break_the_function(
    python_env: PythonEnv, opt: Path, tmp_path: Path
) -> None:
    task = tmp_path / "task"
    task.mkdir()
    (task / "app.py").write_text(APP)
    package = opt / "python" / "lambda_usage"
    (package / "agent.py").write_text("syntax error here\n")
    shutil.rmtree(package / "__pycache__")  # its byte code, which would be used in its place
    variables = {
        "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
        "COVERAGE_S3_BUCKET": str(tmp_path / "store"),
    }
    with Emulator(python_env, task, "app.handler", opt=opt, variables=variables) as emulator:
        assert emulator.invoke({"number": 1}).payload == 2
    assert any("lambda-usage could not be loaded" in line for line in emulator.function_log)


def _run(opt: Path, shell: str, variables: Mapping[str, str], *arguments: str) -> tuple[str, str]:
    done = subprocess.run(
        [shell, opt / "lambda-usage", "sh", "-c", SHOW, "sh", *arguments],
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.removesuffix("\n"), done.stderr


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
