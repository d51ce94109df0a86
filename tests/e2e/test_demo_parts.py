"""What the demo rests on: its expectations, its traffic, and the packages that it deploys."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from examples.test_platform.deploy.catalog import PLATFORM, SOURCE, functions
from examples.test_platform.deploy.traffic import LANES, SHARES, events
from examples.test_platform.expectation import differences

Report = dict[str, list[dict[str, Any]]]


def as_expected() -> Report:
    """A report that says what expected.json does."""
    expected = json.loads((PLATFORM / "expected.json").read_text("utf-8"))
    report: Report = {"functions": [], "dependencies": []}
    for key, facts in expected["functions"].items():
        file, name = key.split(" ")
        name, _, line = name.partition(":")
        report["functions"].append({**_judged(facts), "file": file, "name": name, "line": line})
    for file in expected["not_deployed"]:
        report["functions"].append(
            {
                **_judged({"verdict": "not_deployed", "lambda_functions": {}, "dead_lines": []}),
                "file": file,
                "name": "<module>",
                "line": 1,
            }
        )
    for name, facts in expected["dependencies"].items():
        report["dependencies"].append({**_judged(facts), "name": name.replace("-", "_")})
    return report


def _judged(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "verdict": facts["verdict"],
        "lambda_functions": [
            {"lambda_function": name, "verdict": verdict}
            for name, verdict in facts["lambda_functions"].items()
        ],
        "dead_lines": [
            {"first": first, "last": last, "kind": kind}
            for first, last, kind in facts.get("dead_lines", [])
        ],
        "keep": {"reason": "because"} if facts.get("keep") else None,
    }


def function(report: Report, name: str) -> dict[str, Any]:
    return next(each for each in report["functions"] if each["name"] == name)


def test_a_report_that_says_what_is_expected_has_no_differences() -> None:
    assert differences(as_expected()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: function(r, "preflight").update(verdict="used"), "preflight: verdict"),
        (
            lambda r: function(r, "chunks")["lambda_functions"][0].update(verdict="dead"),
            "chunks: lambda_functions",
        ),
        (lambda r: function(r, "chunks")["lambda_functions"].pop(), "chunks: lambda_functions"),
        (lambda r: function(r, "evaluate")["dead_lines"].pop(), "evaluate: dead_lines"),
        (lambda r: function(r, "issue").update(keep=None), "issue: keep"),
        (lambda r: r["functions"].pop(0), "not reported"),
        (lambda r: r["functions"].append(function(r, "chunks")), "chunks: reported 2 times"),
        (
            lambda r: r["functions"].append({**function(r, "chunks"), "name": "surprise"}),
            "surprise: not expected",
        ),
        (lambda r: r["dependencies"][-1].update(verdict="dead"), "verdict: expected"),
        (lambda r: r["dependencies"].pop(), "not reported"),
        (
            lambda r: r["functions"].remove(
                next(each for each in r["functions"] if each["verdict"] == "not_deployed")
            ),
            "not reported",
        ),
    ],
)
def test_each_way_to_differ_is_told(change: Callable[[Report], object], said: str) -> None:
    report = copy.deepcopy(as_expected())
    change(report)

    found = differences(report)

    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize("name", SHARES)
def test_the_same_seed_gives_the_same_events(name: str) -> None:
    assert events(name, 200) == events(name, 200)
    assert events(name, 200) != events(name, 200, seed=1)


@pytest.mark.parametrize("name", SHARES)
def test_shares_are_of_a_thousand(name: str) -> None:
    assert sum(SHARES[name].values()) == 1000
    assert len(events(name, 1001)) == 1001


def test_all_runs_of_one_test_are_in_one_lane() -> None:
    lanes = defaultdict(set)
    for number, event in enumerate(events("run-test", 1000)):
        for run in json.loads(event["body"])["runs"]:
            lanes[run["test_id"]].add(number % LANES)

    lanes.pop("withdrawn-1")
    assert all(len(found) == 1 for found in lanes.values())


@pytest.mark.parametrize("name", functions())
def test_a_lambda_function_ships_all_that_its_files_import(name: str, tmp_path: Path) -> None:
    described = functions()[name]
    for path in described.files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / path, tmp_path / path)
    modules = [path.removesuffix(".py").replace("/", ".") for path in described.files]
    module, _, handler = described.handler.replace("/", ".").rpartition(".")
    code = f"import {', '.join(modules)}; assert callable({module}.{handler})"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={
            **os.environ,
            **dict(described.variables),
            "AWS_DEFAULT_REGION": "us-east-1",
            "PYTHONPATH": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
