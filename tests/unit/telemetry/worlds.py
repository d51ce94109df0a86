"""An agent that delivers to a folder, at once and in the same thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambda_usage.agent import Agent
from lambda_usage.attach.bootstrap import recorded
from lambda_usage.bundle.model import Bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from lambda_usage.settings import NO_LIMIT, Settings
from lambda_usage.telemetry.logs import Log
from tests.support.otlp import Receiver
from tests.unit.fakes import FakeRecorder, deliver_at_once

FUNCTION = {
    "AWS_LAMBDA_FUNCTION_NAME": "orders",
    "AWS_LAMBDA_FUNCTION_VERSION": "7",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/28/[7]abc",
    "AWS_REGION": "eu-central-1",
}


class World:
    """One process of a function."""

    def __init__(self, root: Path, **options: object) -> None:
        (root / "task").mkdir(exist_ok=True)
        self.store = root / "store"
        options = {"overhead_budget": 1.0, "max_windows_per_minute": NO_LIMIT, **options}
        settings = Settings(bucket=str(self.store), **options)  # type: ignore[arg-type]
        self.agent = Agent(settings, "wrapper", Log())
        self.recorder = FakeRecorder()
        self.agent.recorder = self.recorder
        self.agent.handler_loaded()
        deliver_at_once(self.agent)

    def invoke(self, times: int = 1) -> None:
        for _ in range(times):
            recorded(lambda *_: None, self.agent)({}, None)

    def flush(self) -> None:
        self.agent.dispatch.flush()

    def delivered(self) -> Bundle:
        return combine_store(open_store(str(self.store))).bundle


def prepare(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """The environment of a function without telemetry."""
    for name in ("ENDPOINT", "METRICS_ENDPOINT", "PROTOCOL", "METRICS_PROTOCOL"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)
    for name, value in {**FUNCTION, "LAMBDA_TASK_ROOT": str(root / "task")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TMPDIR", str(root))


def point_to(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """An OTLP endpoint is configured."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
