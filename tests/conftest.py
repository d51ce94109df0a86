"""Fixtures on real parts. A part that cannot be had skips the test, saying which and why."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.support import pythons
from tests.support.combiner_zip import unpacked_function
from tests.support.layer import unpacked_layer
from tests.support.paths import Unavailable
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server
from tests.support.side_by_side import SideBySide

# No property is one of time: on a busy machine an example may take as long as it likes.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SideBySide:
    """Used with ``--numprocesses`` only."""
    return SideBySide(config, log)


def pytest_collection_finish() -> None:
    """Take what is loaded by now out of the garbage collector's sight.

    Thousands of tests and their libraries make a heap that no function has: each collection, and
    each search of ours for code in memory, would go through all of it.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", params=pythons.VERSIONS)
def python_env(request: pytest.FixtureRequest) -> PythonEnv:
    """A managed runtime's environment, for each supported Python."""
    found = pythons.found()
    if request.param not in found:
        pytest.skip(pythons.missing(request.param))
    try:
        return pythons.environment(found[request.param])
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 server, shared by all tests: take a bucket of your own."""
    server = S3Server()
    try:
        server.start()
    except Unavailable as reason:
        pytest.skip(str(reason))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def bucket(s3_server: S3Server) -> str:
    """A new, empty bucket."""
    return s3_server.bucket()


@pytest.fixture(scope="session")
def layer_opt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built layer, unpacked into a folder that stands for ``/opt``."""
    try:
        return unpacked_layer(tmp_path_factory.mktemp("layer"))
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def layer_zip(layer_opt: Path) -> Path:
    """The zip that was unpacked into ``layer_opt``."""
    return next((layer_opt.parent / "dist").glob("*.zip"))


@pytest.fixture(scope="session")
def combiner_task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The combiner function's zip, unpacked into a folder that stands for ``/var/task``."""
    try:
        return unpacked_function(tmp_path_factory.mktemp("combiner"))
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def otel_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of the layer with OpenTelemetry."""
    folder = tmp_path_factory.mktemp("otel")
    try:
        unpacked_layer(folder, "otel")
    except Unavailable as reason:
        pytest.skip(str(reason))
    return next((folder / "dist").glob("*.zip"))


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """``monkeypatch`` for fixtures of a module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
