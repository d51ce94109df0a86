"""The zip's requirements and the image's definition name what is there, and all that is needed."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from combiner import build

ROOT = Path(__file__).parents[3]
DOCKERFILE = (ROOT / "combiner" / "Dockerfile").read_text("utf-8")
README = (ROOT / "combiner" / "README.md").read_text("utf-8")

COMMAND_LINE_ONLY = {"rich", "typer"}
IN_RUNTIME = {"boto3"}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", line)[0] for line in requirements if line[:1] not in "#"}


def test_the_function_ships_every_library_of_the_reading_side() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = names(project["optional-dependencies"]["cli"]) - COMMAND_LINE_ONLY - IN_RUNTIME
    shipped = names(build.REQUIREMENTS.read_text("utf-8").splitlines())
    assert shipped == needed | {"aws-lambda-powertools"}


def test_the_image_copies_what_is_there_and_starts_the_handler_of_the_readme() -> None:
    for source in re.findall(r"^COPY (\S+)", DOCKERFILE, re.M):
        assert (ROOT / source).exists(), source
    found = re.search(r"^CMD (.*)$", DOCKERFILE, re.M)
    assert found
    (handler,) = json.loads(found[1])
    assert f"handler `{handler}`" in README
    module, _, name = handler.rpartition(".")
    spec = find_spec(module)  # importing it needs the function's environment
    assert spec
    assert spec.origin
    assert f"\ndef {name}(" in Path(spec.origin).read_text("utf-8")


def test_zip_and_image_are_for_the_same_python() -> None:
    assert f"python:{build.PYTHON}\n" in DOCKERFILE
    assert f"`python{build.PYTHON}`" in README


@pytest.mark.parametrize(
    "path",
    ["scipy/special/_ufuncs.so", "scipy/version.py", "numpy/_core/x.py", "jinja2/py.typed"],
)
def test_what_is_used_of_the_libraries_is_shipped(path: str) -> None:
    assert build.is_needed(Path(path))


@pytest.mark.parametrize(
    "path",
    [
        "scipy/stats/x.py",
        "numpy/_core/tests/x.py",
        "botocore/data/s3.json",
        "boto3-1.43.1.dist-info/METADATA",
        "six.py",
        "a1_coverage.pth",
        "numpy-2.4.6.dist-info/RECORD",  # differs from one folder to the next
    ],
)
def test_what_is_in_the_runtime_or_unused_is_not(path: str) -> None:
    assert not build.is_needed(Path(path))
