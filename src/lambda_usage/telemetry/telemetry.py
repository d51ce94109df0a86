"""Who is told of what is recorded: spans and metrics, each from when there is somebody to tell."""

from __future__ import annotations

import sys

from lambda_usage.gate import MAY_NOT
from lambda_usage.sampling.trace import current_group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.agent import Agent
    from lambda_usage.telemetry.metrics import Metrics
    from lambda_usage.telemetry.spans import Spans


class Telemetry:
    """Of one process. What tells spans and metrics is imported only where there are any."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._metrics: Metrics | None = None
        self.spans: Spans | None = None
        """Told of each invocation, where the function has imported a library for spans."""
        self.brought_api = False
        """Whether it was our own export that imported OpenTelemetry's API, and nobody else."""

    @property
    def lets_pass(self) -> bool:
        """Whether the next invocations may pass the gate: the latest had no span to tell."""
        return self.spans is None or not self.spans.telling

    def group_to_pass(self) -> int:
        """The group of an invocation that asks to pass; :data:`MAY_NOT` if a span is to be told."""
        if self.spans is not None and self.spans.wanted():
            return MAY_NOT
        return current_group()

    @property
    def metrics(self) -> Metrics:
        """What sends metrics."""
        if self._metrics is None:
            from lambda_usage.telemetry.metrics import Metrics

            self._metrics = Metrics(self._agent)
        return self._metrics

    def handler_loaded(self) -> None:
        """The handler's module has imported what it imports."""
        self.look_for_spans()
        if "opentelemetry.sdk.metrics" in sys.modules:
            self.metrics.look_for_provider()

    def look_for_spans(self) -> None:
        """Find a library for spans, unless one was found: a handler may import it at any time."""
        if self.spans is not None:
            return
        api = sys.modules.get("opentelemetry.trace")
        if self.brought_api and getattr(api, "_TRACER_PROVIDER", api) is None:
            api = None  # nobody's but ours
        if api is not None or "aws_xray_sdk.core" in sys.modules:
            from lambda_usage.telemetry.spans import Spans

            self.spans = Spans(self._agent.recorder, self._agent.log, self._charge)

    def _charge(self, cost: float) -> None:
        self._agent.overhead.spans_told(cost)

    def delivered(self, *, final: bool) -> None:
        """Bundles have left, or could not: send metrics with them."""
        if self._agent.settings.metrics != "none":
            self.metrics.send(final=final)

    def before_snapshot(self) -> None:
        """Counters of the copies begin where those of this process end."""
        if self._agent.settings.metrics != "none":
            _ = self.metrics.readings

    def restored(self) -> None:
        """This process is a copy of the one that a snapshot was taken of."""
        if self._metrics is not None:
            self._metrics.restored()
