"""The layer's byte code: functions start from it, and it is the same whenever it is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layer.bytecode import compiled
from tests.support.pythons import PythonEnv

UNCHECKED = b"\1\0\0\0"
NATIVE = {
    "lambda_usage._gate",
    "lambda_usage.recording.ctracer",
    "lambda_usage.recording._hits",
}
"""What loads an extension module comes from its own file: the pack is for all architectures."""
SOURCES = {
    "python/one/__init__.py": b"NAMES = {'a', 'b', 'c'}\nWORD = 'word' in {'x', 'word', 'z'}\n",
    "python/one/two.py": b"def f():\n    return f.__code__.co_filename\n",
}
STARTING = """\
import sys
from importlib.machinery import SourceFileLoader

def refuse(self, data, path, **_):
    raise AssertionError(f"{path} had to be compiled")

sys.path.insert(0, sys.argv[1])
import lambda_usage.version  # before: the standard library may be without byte code
import dataclasses, inspect
SourceFileLoader.source_to_code = refuse
import lambda_usage.agent, lambda_usage.flush, lambda_usage.delivery.courier
import lambda_usage.attach.starting, lambda_usage.delivery.shutdown
import lambda_usage.recording.choice as choice
choice.make_recorder(branches=True, relative=lambda path: None)
print(lambda_usage.agent.__spec__.cached)
"""


def test_no_file_of_ours_is_compiled_when_a_function_starts(
    python_env: PythonEnv, layer_opt: Path
) -> None:
    done = subprocess.run(
        [python_env.executable, "-c", STARTING, layer_opt / "python"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    folder = layer_opt / "python" / "lambda_usage" / "__pycache__"
    tag = f"cpython-{python_env.version.replace('.', '')}"
    assert done.stdout.strip() == str(folder / f"agent.{tag}.pyc")


def test_every_source_of_the_layer_has_byte_code_that_is_never_compared_with_it(
    python_env: PythonEnv, layer_opt: Path
) -> None:
    own = layer_opt / "python" / "lambda_usage"
    tag = f"cpython-{python_env.version.replace('.', '')}"
    for source in own.rglob("*.py"):
        code = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        assert code.read_bytes()[4:8] == UNCHECKED


STARTED = """\
import os, sys
sys.path[:0] = sys.argv[1:]
import lambda_usage
assert lambda_usage.handler({}, None) == 1
assert 'Packed' not in {type(each).__name__ for each in sys.meta_path}
for name, module in list(sys.modules.items()):
    if name.startswith("lambda_usage."):
        assert os.path.exists(module.__file__)
        print(name, type(module.__loader__).__name__)
sys.stdout.flush()
os._exit(0)
"""


def loaders_of_a_start(env: PythonEnv, layer: Path, task: Path) -> dict[str, str]:
    """By module of ours: what loaded it, where a function in *task* starts."""
    (task / "app.py").write_text("def handler(event, context):\n    return 1\n")
    done = subprocess.run(
        [env.executable, "-c", STARTED, layer, task],
        env={
            "COVERAGE_HANDLER": "app.handler",
            "COVERAGE_S3_BUCKET": "none",
            "LAMBDA_TASK_ROOT": str(task),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines() if not line.startswith("{"))


def test_all_of_ours_that_a_cold_start_imports_comes_from_one_file(
    python_env: PythonEnv, layer_opt: Path, tmp_path: Path
) -> None:
    loaders = loaders_of_a_start(python_env, layer_opt / "python", tmp_path)
    alone = {name for name, loader in loaders.items() if loader != "_Loader"}
    assert alone - NATIVE == {
        "lambda_usage.attach",
        "lambda_usage.attach.bootstrap",
        "lambda_usage.attach.packed",
        "lambda_usage.version",
    }


@pytest.mark.parametrize("damage", ["of another Python", "cut off", "empty", "gone"])
def test_a_function_starts_without_that_file(
    python_env: PythonEnv, layer_opt: Path, tmp_path: Path, damage: str
) -> None:
    layer = tmp_path / "python"
    shutil.copytree(layer_opt / "python" / "lambda_usage", layer / "lambda_usage")
    tag = f"cpython-{python_env.version.replace('.', '')}"
    pack = layer / "lambda_usage" / "__pycache__" / f"start.{tag}.pack"
    whole = pack.read_bytes()
    if damage == "gone":
        pack.unlink()
    else:
        left = {"cut off": whole[:-9], "empty": b"", "of another Python": b"\0\0\r\n" + whole[4:]}
        pack.write_bytes(left[damage])
    loaders = loaders_of_a_start(python_env, layer, tmp_path)
    assert "lambda_usage.agent" in loaders
    assert "_Loader" not in loaders.values()


def test_byte_code_names_its_file_in_opt_and_is_the_same_each_time() -> None:
    once = compiled(Path(sys.executable), SOURCES, pack=False)
    assert once == compiled(Path(sys.executable), SOURCES, pack=False)
    assert len(once) == len(SOURCES)
    (two,) = (data for path, data in once.items() if path.startswith("python/one/__pycache__/two."))
    assert b"/opt/python/one/two.py" in two
