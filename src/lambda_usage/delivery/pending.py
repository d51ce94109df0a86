"""Counts that wait for a bundle."""

from __future__ import annotations

import time
from collections import Counter

from lambda_usage.delivery.batch import Batch, Totals
from lambda_usage.recording.tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Pending:
    """Of one process. Called under the agent's lock."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        """What was counted since the last bundle, by alias."""
        self.costs: dict[str, float] = {}
        """What was given back of what recording and delivery cost."""
        self.losses: Counter[str] = Counter()
        """What was not seen or not delivered since the last bundle, by what it was."""
        self.inits = 0
        """The process's own init, until it is counted for the alias that it serves first."""
        self._told = Totals()

    def tally(self, alias: str) -> Tally:
        """The counts of *alias*."""
        tally = self.tallies.get(alias)
        if tally is None:
            tally = self.tallies[alias] = Tally()
            if self.inits:
                tally.inits, self.inits = self.inits, 0
        return tally

    def take(self, costs: Mapping[str, float], *, final: bool) -> Batch:
        """What waits, with *costs*; *final* with an init that served nobody."""
        if final and self.inits:
            self.tally("").at(time.time())
        batch = Batch(self.tallies, self.costs, self.losses)
        for name, amount in costs.items():
            batch.costs[name] = batch.costs.get(name, 0.0) + amount
        self.tallies, self.costs, self.losses = {}, {}, Counter()
        self._told = self._told.plus(batch, 1)
        return batch

    def give_back(self, batch: Batch) -> None:
        """Let what was taken wait again: it cannot be delivered now."""
        mine = Batch(self.tallies, self.costs, self.losses)
        mine.absorb(batch)
        self._told = self._told.plus(batch, -1)

    def totals(self) -> Totals:
        """Invocations and windows since the process began."""
        return self._told.plus(Batch(self.tallies, losses=self.losses), 1)

    def paths(self) -> int:
        """Distinct paths of windows that wait."""
        return sum(len(each.paths) for each in list(self.tallies.values()))
