"""The health check says what is so, and can be called as a handler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import lambda_usage
from lambda_usage import health
from lambda_usage.agent import Agent
from lambda_usage.attach import starting
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.delivery.targets import UploadError
from lambda_usage.sampling.overhead import Overhead

from .fakes import make_agent
from .support import run_fresh, write_files


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agent:
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path / "task"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found, _, _ = make_agent(tmp_path)
    found.dispatch._courier = None  # the real one
    monkeypatch.setattr(starting, "_agent", found)
    monkeypatch.setattr(starting, "_reason", "")
    return found


def test_it_is_in_the_public_api() -> None:
    assert lambda_usage.health_check_handler is health.health_check_handler


def test_a_process_that_records_and_delivers_is_healthy(agent: Agent) -> None:
    agent.overhead = Overhead(agent.settings, traced=False)
    handler = recorded(lambda event, _context: [event] * 100_000, agent)
    for n in range(3):
        handler(n, None)
    agent.flush()
    handler(3, None)
    state = health.health_check_handler()
    assert (state["status"], state["coverage_enabled"]) == ("healthy", True)
    assert (state["invocations"], state["windows"]) == (4, 4)
    assert state["last_upload"]["s3_key"].endswith("-000000.coverage")
    assert state["spool"] == {"bundles": 0, "bytes": 0, "problem": ""}
    assert (state["errors"], state["last_error"], state["losses"]) == (0, "", {})
    assert state["delivery_cpu_s"] > 0
    assert (state["probability"], state["overhead_budget"]) == (1.0, 1.0)
    assert state["overhead"] > 0
    assert state["problems"] == []


def test_a_store_that_fails_is_a_degraded_state(agent: Agent) -> None:
    def put(*_: object, **__: object) -> None:
        raise UploadError("HTTP 403 AccessDenied", lasting=True)

    agent.dispatch.courier._target.put = put  # type: ignore[method-assign]
    recorded(lambda event, _context: event, agent)({}, None)
    agent.flush()
    state = health.health_check_handler()
    assert (state["status"], state["coverage_enabled"]) == ("degraded", True)
    assert "AccessDenied" in state["last_upload_error"]
    assert state["spool"]["bundles"] == 1
    assert state["spool"]["bytes"] > 1000
    assert state["problems"] == ["the store keeps failing and is left alone for a while"]


def test_errors_of_our_own_are_a_degraded_state_and_then_the_end(agent: Agent) -> None:
    agent.failed(ValueError("with the user's secret in it"))
    state = health.health_check_handler()
    assert (state["status"], state["errors"]) == ("degraded", 1)
    assert "secret" not in json.dumps(state)
    for _ in range(2):
        agent.failed(ValueError())
    state = health.health_check_handler()
    assert (state["status"], state["coverage_enabled"]) == ("disabled", False)
    assert state["reason"] == "switched off after errors"


@pytest.mark.parametrize("arguments", [({}, None), ({"path": "/health"}, object())])
def test_called_as_a_handler_it_answers_api_gateway(
    arguments: tuple[object, object], agent: Agent
) -> None:
    response = health.health_check_handler(*arguments)
    assert set(response) == {"statusCode", "headers", "isBase64Encoded", "body"}
    assert response["statusCode"] == 200
    assert json.loads(response["body"])["status"] == "healthy"
    assert json.dumps(response)


def test_a_health_check_that_goes_wrong_says_so_and_raises_nothing(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> dict[str, Any]:
        raise RuntimeError

    monkeypatch.setattr(agent.dispatch, "health", broken)
    assert health.health_check_handler()["reason"] == "RuntimeError in the health check"


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"COVERAGE_ENABLED": "false", "COVERAGE_S3_BUCKET": "b"}, "COVERAGE_ENABLED is false"),
        ({}, "COVERAGE_S3_BUCKET is not set"),
        (
            {"COVERAGE_OVERHEAD_BUDGET": "0", "COVERAGE_S3_BUCKET": "b"},
            "COVERAGE_OVERHEAD_BUDGET is 0",
        ),
    ],
)
def test_where_nothing_is_recorded_it_says_why(
    variables: dict[str, str], reason: str, tmp_path: Path
) -> None:
    write_files(tmp_path, {"app.py": "def handler(event, context):\n    return event\n"})
    script = """
import json, lambda_usage
lambda_usage.handler({}, None)
print(json.dumps(lambda_usage.health_check_handler()))
"""
    done = run_fresh(script, tmp_path, {"COVERAGE_HANDLER": "app.handler", **variables})
    state = json.loads(done.stdout)
    assert (state["status"], state["coverage_enabled"], state["reason"]) == (
        "disabled",
        False,
        reason,
    )


def test_without_any_way_of_attaching_it_says_so_and_attaches_nothing(tmp_path: Path) -> None:
    script = """
import json, sys, lambda_usage
print(json.dumps(lambda_usage.health_check_handler()))
"""
    done = run_fresh(script, tmp_path, {"COVERAGE_S3_BUCKET": "b"})
    state = json.loads(done.stdout)
    assert state["reason"] == "lambda_usage is not attached to this function"
    assert done.stderr == ""
