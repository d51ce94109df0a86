"""What all metrics of one process say now, read from the agent when somebody asks."""

from __future__ import annotations

import time
from collections import Counter

from lambda_usage.agent import CANNOT_RECORD, FORKED_PROCESSES, GIVEN_UP
from lambda_usage.telemetry import definitions
from lambda_usage.telemetry.definitions import Metric
from lambda_usage.windows import BESIDE_TRACER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from lambda_usage.agent import Agent

    Series = tuple[Metric, str]
    """A metric, and the value of its attribute; empty where it has none."""
    Values = dict[Series, float]


def reason_of(words: str) -> str:
    """The one of the few reasons that a loss is counted under, whatever its words."""
    from lambda_usage.delivery import waiting  # no business of a cold start

    if words.startswith(CANNOT_RECORD):
        return definitions.UNRECORDED
    reasons = {
        BESIDE_TRACER: definitions.TRACED,
        FORKED_PROCESSES: definitions.FORKED,
        GIVEN_UP: definitions.SWITCHED_OFF,
        waiting.DROPPED: definitions.BUNDLE_DROPPED,
        waiting.DROPPED_INVOCATIONS: definitions.DROPPED,
        waiting.DROPPED_UNSURE: definitions.MAYBE_DROPPED,
    }
    return reasons.get(words, definitions.OTHER)


class Readings:
    """Of one process. Counters begin at 0, and begin again in a restored copy of it."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.exports_lost = 0
        self._base: Values = {}
        self.since = agent.started
        """When counters began, in seconds since the epoch."""

    def restart(self) -> None:
        """Count from now on: what came before was another process."""
        self._base, self.since = self._counted(), time.time()
        self.take_arrivals()

    def go_on(self, last: Values) -> None:
        """Count on from *last*, whatever the agent says now of the time before."""
        now = self._counted()
        self._base = {series: value - last.get(series, 0.0) for series, value in now.items()}

    def counters(self) -> Values:
        """All counters; those with an attribute only where they are not 0."""
        base = self._base
        found = {each: value - base.get(each, 0.0) for each, value in self._counted().items()}
        return {each: value for each, value in found.items() if value or not each[1]}

    def gauges(self) -> Values:
        """All gauges that have a value now."""
        agent = self._agent
        courier = agent.dispatch.courier_so_far
        found: Values = {
            (definitions.PROBABILITY, ""): agent.overhead.sampler.probability,
            (definitions.OVERHEAD_BUDGET, ""): agent.settings.overhead_budget,
            (definitions.SPOOL_SIZE, ""): 0 if courier is None else courier.room.size,
            (definitions.ACTIVE, ""): 0 if agent.off else 1,
        }
        share = agent.overhead.share()
        if share is not None:
            found[definitions.OVERHEAD_SHARE, ""] = share
        return found

    def take_arrivals(self) -> list[tuple[float, int]]:
        """Seconds and bytes of the uploads that succeeded since this was last asked."""
        courier, found = self._agent.dispatch.courier_so_far, []
        while courier is not None and courier.arrivals:
            found.append(courier.arrivals.popleft())
        return found

    def _counted(self) -> Values:
        agent = self._agent
        totals, (cost, ran) = agent.totals(), agent.spent()
        found: Values = {
            (definitions.INVOCATIONS, ""): totals.invocations,
            (definitions.WINDOWS, ""): totals.windows,
            (definitions.INITS, ""): totals.inits,
            (definitions.OVERHEAD_TIME, ""): cost,
            (definitions.HANDLER_TIME, ""): ran,
            (definitions.LINES_NEW, ""): agent.recorder.registry.lines_seen,
            (definitions.ERRORS, ""): agent.errors,
        }
        outcomes, losses = self._delivery()
        for words, number in totals.losses.items():
            losses[reason_of(words)] += number
        found.update(((definitions.UPLOADS, outcome), n) for outcome, n in outcomes.items())
        found.update(((definitions.LOSSES, reason), n) for reason, n in losses.items())
        return found

    def _delivery(self) -> tuple[Counter[str], Counter[str]]:
        """Attempts by outcome, and losses by reason, each loss once however often it is stated."""
        dispatch = self._agent.dispatch
        outcomes = Counter({definitions.FAILED: dispatch.failed})
        losses = Counter(
            {definitions.EXPORT: self.exports_lost, definitions.NOT_MADE: dispatch.not_made}
        )
        courier = dispatch.courier_so_far
        if courier is not None:
            outcomes.update(courier.outcomes)
            for words, number in courier.room.dropped.items():
                losses[reason_of(words)] += number
        return outcomes, losses
