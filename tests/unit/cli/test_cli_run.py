"""``lambda-usage run``: a handler of one's own, in this process, without AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lambda_usage.cli._tally import Tally
from lambda_usage.cli.run import _read_events

HANDLER = """\
def handler(event, context):
    if event["amount"] < 0:
        raise ValueError("negative")
    return price(event["amount"])


def price(amount):
    return amount * 2


def legacy(amount):
    return amount
"""


@dataclass
class Project:
    """A folder with a handler and events; commands run in it, each in a process of its own."""

    folder: Path

    def run(self, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("COVERAGE_", "COV_", "AWS_"))
        }
        return subprocess.run(
            [sys.executable, "-m", "lambda_usage.cli", *args],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**clean, **variables},
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(HANDLER)
    events = [{"amount": number} for number in (1, 2, 3, -1)]
    (folder / "events.jsonl").write_text("\n".join(map(json.dumps, events)) + "\n\n")
    return Project(folder)


def test_a_local_run_feeds_a_report(project: Project) -> None:
    done = project.run(
        "run", "app.handler", "--events", "events.jsonl", "--store", "usage", "--repeat", "300"
    )
    assert done.returncode == 0, done.stderr
    assert "Invoked app.handler 1,200 times: 900 returned, 300 raised (ValueError 300)" in (
        done.stdout
    )
    assert "lambda-usage report dead-code usage --source . --min-days 0" in done.stdout

    report = project.run(
        "report", "dead-code", "usage", "--source", ".", "--min-days", "0", "--format", "json"
    )
    assert report.returncode == 0, report.stderr
    content = json.loads(report.stdout)
    verdicts = {each["name"]: each["verdict"] for each in content["functions"]}
    assert verdicts["handler"] == verdicts["price"] == "used"
    assert verdicts["legacy"] == ("dead" if sys.version_info >= (3, 12) else verdicts["legacy"])
    assert content["evidence"]["invocations"] == 1200


def test_where_trace_ids_are_allowed_paths_lead_to_x_rays_traces(project: Project) -> None:
    root, parent = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
    header = f"Root={root};Parent={parent};Sampled=1;Lineage=1:7de93fe2:0"
    variables = {"COVERAGE_TRACE_IDS": "true", "_X_AMZN_TRACE_ID": header}
    asked = ("run", "app.handler", "--events", "events.jsonl", "--store", "usage")
    assert project.run(*asked, **variables).returncode == 0
    report = project.run("report", "hot-paths", "usage", "--format", "json")
    paths = json.loads(report.stdout)["paths"]
    assert len(paths) == 2
    assert [[each["id"] for each in path["traces"]] for path in paths] == [[root], [root]]
    for bundle in (project.folder / "usage").rglob("*.coverage"):
        assert parent.encode() not in bundle.read_bytes()
        assert b"7de93fe2" not in bundle.read_bytes()


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        ("nowhere.handler", "No module named 'nowhere'; run this in the folder that would be"),
        ("app.nothing", "module 'app' has no attribute 'nothing'"),
        ("needy.handler", "'numbats' (needy.py:1); install what the function needs for"),
    ],
)
def test_a_handler_that_cannot_be_loaded_is_2_and_says_why(
    project: Project, handler: str, words: str
) -> None:
    (project.folder / "needy.py").write_text("import numbats\n")
    done = project.run("run", handler, "--events", "events.jsonl", "--store", "usage")
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert last.startswith("lambda-usage: ")
    assert words in last
    assert "bootstrap" not in last
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "events.jsonl holds no events"),
        ('{"a": 1}\n{oops\n', "line 2 of events.jsonl is no JSON"),
        (None, "cannot read the events in events.jsonl: No such file"),
    ],
)
def test_events_that_cannot_be_read_are_2(
    project: Project, content: str | None, words: str
) -> None:
    path = project.folder / "events.jsonl"
    path.unlink() if content is None else path.write_text(content)
    done = project.run("run", "app.handler", "--events", "events.jsonl", "--store", "usage")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_file_may_hold_one_event_over_several_lines(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"amount": 1, "lines": [1, 2]}, indent=2))
    assert _read_events(file) == [{"amount": 1, "lines": [1, 2]}]


def test_a_run_says_what_its_first_error_was_and_where(project: Project) -> None:
    done = project.run("run", "app.handler", "--events", "events.jsonl", "--store", "usage")
    assert "\nThe first error: ValueError: negative (app.py:3)\n" in done.stdout


def test_where_the_store_takes_nothing_a_run_is_3_and_names_no_bundles(project: Project) -> None:
    (project.folder / "a-file").write_text("")
    done = project.run("run", "app.handler", "--events", "events.jsonl", "--store", "a-file/usage")
    assert done.returncode == 3
    last = done.stderr.splitlines()[-1]
    assert last.startswith("lambda-usage: nothing was stored in a-file/usage: NotADirectoryError")
    assert done.stdout == ""


def test_a_handler_that_exits_does_not_choose_the_exit_code(project: Project) -> None:
    (project.folder / "exits.py").write_text(
        "def handler(event, context):\n    raise SystemExit(6)\n"
    )
    done = project.run("run", "exits.handler", "--events", "events.jsonl", "--store", "usage")
    assert done.returncode == 2 or "4 raised (SystemExit 4)" in done.stdout
    assert "SystemExit" in done.stdout + done.stderr


def test_the_summary_of_a_run_without_errors_is_short() -> None:
    tally = Tally()
    tally.add(0.002, None)
    assert tally.words("app.handler", "usage").startswith(
        "Invoked app.handler once: 1 returned, 0 raised; 2.00 ms on average."
    )
