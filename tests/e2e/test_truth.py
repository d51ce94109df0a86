"""What is said of a fixture application with every construct is what is true of it.

The application runs in AWS's emulator with the built layer, on every Python, at rate 1, and its
bundles go through a real S3 server. ``truth.json`` says what must come out; its ``on`` holds what
differs on one Python. That is 3.11, where a thread older than a window is not seen, and two lambdas
on one line are one place to the tracer. Threads make later windows blind there, which is why their
events come last, and functions with dead lines are called more often than there are such windows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, Thresholds
from tests.support.emulator import Emulator
from tests.support.paths import FIXTURES
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

FIXTURE = FIXTURES / "every_construct"
TASK = FIXTURE / "task"
Truth = dict[str, list[dict[str, Any]]]

HANDLERS = {"first": "app.handler", "second": "second.handler"}


@dataclass(frozen=True)
class Outcome:
    """What the application left behind."""

    env: PythonEnv
    bundle: Bundle
    report: DeadCodeReport
    errors: list[Any]


@pytest.fixture(scope="module")
def outcome(
    python_env: PythonEnv,
    layer_opt: Path,
    s3_server: S3Server,
    monkeypatch_module: pytest.MonkeyPatch,
) -> Outcome:
    bucket = s3_server.bucket()
    events = [json.loads(line) for line in (FIXTURE / "events.jsonl").read_text().splitlines()]
    errors = []
    for name, handler in HANDLERS.items():
        variables = {
            **s3_server.variables,
            "AWS_LAMBDA_EXEC_WRAPPER": str(layer_opt / "lambda-usage"),
            "COVERAGE_S3_BUCKET": bucket,
            "COVERAGE_FLUSH_INTERVAL": "0",
            "COVERAGE_OVERHEAD_BUDGET": "1",
            "COVERAGE_MAX_WINDOWS_PER_MINUTE": "1000000",
        }
        with Emulator(
            python_env, TASK, handler, opt=layer_opt, variables=variables, function_name=name
        ) as emulator:
            for each in events:
                if each["function"] == name:
                    answer = emulator.invoke(each["event"]).payload
                    if isinstance(answer, dict) and "errorType" in answer:
                        errors.append((each, answer))
    for name, value in s3_server.variables.items():
        monkeypatch_module.setenv(name, value)
    combined = combine_store(open_store(f"s3://{bucket}/coverage/"))
    assert combined.broken == ()
    report = dead_code_report(
        combined.bundle, read_inventory(TASK), Thresholds(min_exposure=1, min_days=0)
    )
    return Outcome(python_env, combined.bundle, report, errors)


@pytest.fixture(scope="module")
def truth(python_env: PythonEnv) -> Truth:
    truth: Truth = json.loads((FIXTURE / "truth.json").read_text())
    for entries in truth.values():
        for each in entries:
            each.update(each.pop("on", {}).get(python_env.version, {}))
    return truth


def test_the_application_runs_as_without_the_layer(outcome: Outcome) -> None:
    assert outcome.errors == []


def test_every_process_ended_with_a_final_bundle(outcome: Outcome) -> None:
    assert outcome.report.evidence.processes_unfinished == 0
    assert outcome.report.evidence.bundles_missing == 0


def test_every_invocation_is_counted_and_a_window(outcome: Outcome) -> None:
    sent = len((FIXTURE / "events.jsonl").read_text().splitlines())
    assert outcome.report.evidence.invocations == sent
    assert outcome.report.evidence.windows == sent
    assert outcome.report.evidence.inits == len(HANDLERS)


def test_verdicts_and_dead_lines_are_true(outcome: Outcome, truth: Truth) -> None:
    found = [
        (
            each.file, each.name, each.line, each.verdict.value,
            [[part.first, part.last, part.kind.value] for part in each.dead_lines],
        )
        for each in outcome.report.functions
        if not each.file.startswith("vendored_lib/")
    ]  # fmt: skip
    expected = [
        (file, each["name"], each["line"], each["verdict"], each["dead_lines"])
        for file, entries in sorted(truth.items())
        for each in entries
    ]
    assert [each for each in found if each not in expected] == []
    assert [each for each in expected if each not in found] == []
    assert len(found) == len(expected)


def test_phases_are_true(outcome: Outcome, truth: Truth) -> None:
    init, invoke = set(), set()
    for usage in outcome.bundle.origins.values():
        for key, code in usage.codes.items():
            if code.init_lines:
                init.add((key.path, key.qualname, key.first_line))
            if code.invoke_lines:
                invoke.add((key.path, key.qualname, key.first_line))
    phases = {(True, True): "both", (True, False): "init", (False, True): "invoke"}
    found, expected = {}, {}
    for file, entries in truth.items():
        places = [(file, each["name"], each["line"]) for each in entries]
        for place, each in zip(places, entries, strict=True):
            if places.count(place) == 1:  # lambdas on one line are told apart by their verdicts
                found[place] = phases.get((place in init, place in invoke), "never")
                expected[place] = each["phase"]
    assert {k: v for k, v in found.items() if v != expected[k]} == {}


def test_what_a_recorder_cannot_see_is_said(outcome: Outcome) -> None:
    kinds = {each.kind for each in outcome.report.blind_spots}
    assert ("ctrace" in kinds) == (outcome.env.version == "3.11")


def test_what_is_vendored_beside_it_does_not_count(outcome: Outcome) -> None:
    for origin, usage in outcome.bundle.origins.items():
        assert not any(path.startswith("vendored_lib") for path in usage.files)
        assert [*usage.distributions] == ["vendored_lib"]
        imported = usage.distributions["vendored_lib"].imported
        assert imported == (origin.function_name == "first")
    vendored = [each for each in outcome.report.functions if each.file.startswith("vendored_lib/")]
    assert {each.verdict.value for each in vendored} <= {"not_deployed"}
