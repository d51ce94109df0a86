"""With the inventory in S3 and no source at hand, reports are those made beside the source.

The fixture application with every construct and a PyPI package run with bundles going to a real S3
server; every command is a process of its own, and only the one that uploads sees the source.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packages.test_packages import HANDLERS, make_trial
from tests.support.paths import FIXTURES
from tests.support.s3_server import S3Server

EVERY_CONSTRUCT = FIXTURES / "every_construct"
REPORTS = [
    ("report", "dead-code", "--min-exposure", "1", "--min-days", "0", "--format", "json"),
    ("report", "dead-code", "--format", "text"),
    ("report", "hot-paths", "--format", "json"),
]


@dataclass(frozen=True)
class Project:
    """A source tree, and a store with what it left behind."""

    source: Path
    store: str
    server: S3Server
    elsewhere: Path
    """A folder where nothing is."""

    def run(self, *arguments: object, cwd: Path | None = None, **variables: str) -> str:
        """Run a command; its output."""
        done = subprocess.run(
            [sys.executable, "-m", "lambda_usage.cli", *map(str, arguments)],
            cwd=cwd or self.elsewhere,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith(("COVERAGE_", "AWS_"))},
                **self.server.variables,
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def upload(self, *options: str) -> str:
        """Upload the inventory; its address."""
        return self.run("inventory", self.source, "--store", self.store, *options).split()[-1]


@pytest.fixture(scope="module", params=["every_construct", "jinja2"])
def project(
    request: pytest.FixtureRequest, s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    folder = tmp_path_factory.mktemp(request.param).resolve()
    store = f"s3://{s3_server.bucket()}/coverage"
    (folder / "elsewhere").mkdir()
    variables = {}
    if request.param == "every_construct":
        source = folder / "task"
        shutil.copytree(EVERY_CONSTRUCT / "task", source)
        lines = (EVERY_CONSTRUCT / "events.jsonl").read_text().splitlines()
        events = [each["event"] for each in map(json.loads, lines) if each["function"] == "first"]
        (folder / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    else:
        made = make_trial(request.param, folder)
        source = made.task
        shutil.copy(HANDLERS / f"{request.param}.jsonl", folder / "events.jsonl")
        variables["COVERAGE_INCLUDE_PATTERNS"] = made.patterns
    project = Project(source, store, s3_server, folder / "elsewhere")
    events_file = folder / "events.jsonl"
    project.run(
        "run", "app.handler", "--events", events_file, "--store", store, cwd=source, **variables
    )
    return project


@pytest.fixture(scope="module")
def address(project: Project) -> str:
    """The inventory's, uploaded."""
    return project.upload()


@pytest.mark.parametrize("report", REPORTS, ids=" ".join)
@pytest.mark.usefixtures("address")
def test_a_report_without_the_source_is_that_with_it_to_the_byte(
    project: Project, report: tuple[str, ...]
) -> None:
    command, kind, *options = report
    with_source = project.run(command, kind, project.store, "--source", project.source, *options)
    assert project.run(command, kind, project.store, *options) == with_source
    if "dead-code" in report and "json" in report:
        verdicts = {each["verdict"] for each in json.loads(with_source)["functions"]}
        assert verdicts >= {"used", "dead"}


def test_the_same_tree_is_one_object_with_the_same_bytes(project: Project, address: str) -> None:
    client = project.server.client()
    bucket, key = address.removeprefix("s3://").split("/", 1)
    before = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    project.upload()
    assert project.server.keys(bucket, "coverage/inventory/") == [key]
    assert client.get_object(Bucket=bucket, Key=key)["Body"].read() == before
    client.close()


def test_a_combined_file_is_joined_with_the_address_of_the_inventory(
    project: Project, address: str, tmp_path: Path
) -> None:
    combined = tmp_path / "all.coverage"
    project.run("combine", project.store, "--output", combined)
    options = ("--min-days", "0", "--format", "json")
    with_source = project.run("report", "dead-code", combined, "--source", project.source, *options)
    joined = project.run("report", "dead-code", combined, "--inventory", address, *options)
    assert joined == with_source
