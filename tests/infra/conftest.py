"""One synthesis, and one deployment of it, for all tests here."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.artefacts import ARCHITECTURES
from lambda_usage.version import __version__
from tests.infra.deployment import Deployment, deployed
from tests.support.paths import ROOT


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Zips with the names of those that are built; what is in them does not matter here."""
    folder = tmp_path_factory.mktemp("dist")
    for kind in ("layer-", "layer-otel-", "combiner-"):
        for arch in ARCHITECTURES:
            path = folder / f"lambda-usage-{kind}{__version__}-{arch}.zip"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(path.stem, b"")
    return folder


@pytest.fixture(scope="session")
def assemblies(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cloud assembly for each context."""
    if importlib.util.find_spec("aws_cdk") is None:  # importing it takes seconds
        pytest.skip("no CDK: make setup, or pip install -e '.[infra]'")
    out = tmp_path_factory.mktemp("assemblies")
    done = subprocess.run(
        [sys.executable, "-m", "tests.infra.synthesise", str(dist), str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def deployment(assemblies: Path) -> Iterator[Deployment]:
    """The stack with the examples, deployed."""
    with deployed(assemblies / "examples", "lambda-usage-dev") as found:
        yield found


@pytest.fixture(scope="session")
def functions(deployment: Deployment) -> dict[str, Any]:
    """The configuration of each function, by its logical name without the hash."""
    client = deployment.client("lambda")
    return {
        name[:-8]: client.get_function_configuration(FunctionName=deployment.ids[name])
        for name in deployment.names("AWS::Lambda::Function")
    }
