"""The parts that the other tests stand on do what they say."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.emulator import Emulator
from tests.support.paths import ROOT
from tests.support.pythons import VERSIONS, PythonEnv
from tests.support.s3_server import S3Server

APP = """
import sys

print("loaded")

def handler(event, context):
    print("called")
    if event.get("exit"):
        raise SystemExit(3)
    if event.get("raise"):
        raise ValueError("no")
    return {
        "arn": context.invoked_function_arn,
        "id": context.aws_request_id,
        "path": sys.path,
        "version": list(sys.version_info[:2]),
    }
"""


@pytest.fixture
def task_root(tmp_path: Path) -> Path:
    root = tmp_path / "task"
    root.mkdir()
    (root / "app.py").write_text(APP)
    return root


def test_the_emulator_runs_a_function_as_lambda_does(
    python_env: PythonEnv, task_root: Path, tmp_path: Path
) -> None:
    with Emulator(python_env, task_root, "app.handler", opt=tmp_path / "opt") as emulator:
        first = emulator.invoke({})
        second = emulator.invoke({"raise": True})
        third = emulator.invoke({"exit": True})
        fourth = emulator.invoke({})
        pids = emulator.runtime_pids()
    assert f"{first.payload['version'][0]}.{first.payload['version'][1]}" == python_env.version
    assert first.payload["id"] == first.request_id
    assert first.payload["path"][:3] == [
        str(task_root),
        str(tmp_path / f"opt/python/lib/python{python_env.version}/site-packages"),
        str(tmp_path / "opt/python"),
    ]
    assert first.function_log == ("loaded", "called")
    assert first.init_ms is not None
    assert first.rtdone_ms is not None
    assert second.payload["errorMessage"] == "no"
    assert second.init_ms is None
    assert third.payload["errorType"] == "Runtime.ExitError"
    assert fourth.function_log == ("loaded", "called"), "a new process after an exit"
    assert len(pids) == 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_the_layer_brings_only_the_half_that_belongs_in_a_function(layer_opt: Path) -> None:
    assert (layer_opt / "lambda-usage").stat().st_mode & 0o777 == 0o755
    package = layer_opt / "python" / "lambda_usage"
    assert (package / "bundle" / "model.py").exists()
    assert (package / "combine").exists()
    for absent in ("evidence", "reports", "cli"):
        assert not (package / absent).exists()
    assert {path.name for path in (layer_opt / "python").iterdir()} == {
        "lambda_usage",
        "coverage_wrapper",
        "lib",
    }
    folders = {f"python{version}" for version in VERSIONS}
    assert {path.name for path in (layer_opt / "python/lib").iterdir()} == folders
    for folder in folders:
        assert (layer_opt / f"python/lib/{folder}/site-packages/coverage/numbits.py").exists()
    assert not list(layer_opt.rglob("*.pth"))


ELF_MACHINE = 18
"""Where an ELF file says for which machine it is: man elf(5), e_machine."""


def another_clone(folder: Path) -> Path:
    """The sources in *folder*, as somebody else has them, who got them later."""
    for name in ("layer", "scripts", "src"):
        shutil.copytree(
            ROOT / name, folder / name, copy_function=shutil.copyfile,
            ignore=shutil.ignore_patterns("__pycache__", "*.so"),
        )  # fmt: skip
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)
    for wheels in (ROOT / "build" / "cache").glob("requirements*"):
        shutil.copytree(wheels, folder / "build" / "cache" / wheels.name)
    return folder


@pytest.mark.usefixtures("layer_opt")  # where it cannot be built, that says so
def test_the_layer_is_built_the_same_from_each_clone_by_anybody(tmp_path: Path) -> None:
    digests = set()
    for number, clone in enumerate((ROOT, another_clone(tmp_path / "clone"))):
        subprocess.run(
            [sys.executable, clone / "layer" / "build.py", "--output", tmp_path / str(number)],
            check=True,
            capture_output=True,
            umask=(0o022, 0o077)[number],
            env={
                **os.environ,
                "TZ": ("UTC", "Asia/Tokyo")[number],
                "LC_ALL": ("C", "C.UTF-8")[number],
            },
        )
        built = sorted((tmp_path / str(number)).glob("*.zip"))
        assert [path.stem.rpartition("-")[2] for path in built] == ["arm64", "x86_64"] * 2
        digests.add(tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in built))
    assert len(digests) == 1


def test_each_architecture_has_its_own_c_parts(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "layer/build.py", "--output", tmp_path],
        check=True,
        capture_output=True,
    )
    for arch, tag in (("arm64", "aarch64"), ("x86_64", "x86_64")):
        with zipfile.ZipFile(next(tmp_path.glob(f"*-layer-[0-9]*-{arch}.zip"))) as archive:
            found = {name.rpartition("/")[2]: name for name in archive.namelist() if ".so" in name}
            tracers = {
                f"tracer.cpython-{version.replace('.', '')}-{tag}-linux-gnu.so"
                for version in VERSIONS
            }
            assert set(found) == {"_gate.abi3.so", "_hits.abi3.so", *tracers}
            machines = {archive.read(name)[ELF_MACHINE] for name in found.values()}
        assert machines == {{"aarch64": 183, "x86_64": 62}[tag]}


def test_the_server_keeps_what_it_is_given(s3_server: S3Server, bucket: str) -> None:
    client = s3_server.client()
    client.put_object(Bucket=bucket, Key="folder/key", Body=b"body")
    assert s3_server.keys(bucket, "folder/") == ["folder/key"]
    assert s3_server.bucket() != bucket
