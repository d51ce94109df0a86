"""What was counted since the last bundle."""

from __future__ import annotations

import time
from collections import Counter

from lambda_usage.recording.tally import Tally


class Batch:
    """The counts that one bundle tells of. Existence is not in here: it only ever grows."""

    __slots__ = ("costs", "losses", "tallies")

    def __init__(
        self,
        tallies: dict[str, Tally] | None = None,
        costs: dict[str, float] | None = None,
        losses: Counter[str] | None = None,
    ) -> None:
        """Take over what was counted.

        Args:
            tallies: By alias.
            costs: What recording and delivery cost: seconds (``…_s``) and bytes (``…_bytes``).
            losses: What was not seen or not delivered, by what it was.
        """
        self.tallies = {} if tallies is None else tallies
        self.costs = {} if costs is None else costs
        self.losses: Counter[str] = Counter() if losses is None else losses

    @property
    def invocations(self) -> int:
        """Of all aliases."""
        return sum(each.invocations for each in self.tallies.values())

    @property
    def windows(self) -> int:
        """Of all aliases."""
        return sum(each.windows.windows for each in self.tallies.values())

    @property
    def inits(self) -> int:
        """Of all aliases."""
        return sum(each.inits for each in self.tallies.values())

    @property
    def day(self) -> str:
        """The day on which it began, ``YYYY-MM-DD`` in UTC; empty where nothing happened."""
        firsts = [each.first_time for each in self.tallies.values() if each.first_time]
        return time.strftime("%Y-%m-%d", time.gmtime(min(firsts))) if firsts else ""

    def absorb(self, older: Batch) -> None:
        """Add what *older* counted: its bundle is certainly not stored."""
        for alias, tally in older.tallies.items():
            self.tallies.setdefault(alias, Tally()).absorb(tally)
        for name, amount in older.costs.items():
            self.costs[name] = self.costs.get(name, 0.0) + amount
        self.losses.update(older.losses)


class Totals:
    """How much a process has counted so far."""

    __slots__ = ("inits", "invocations", "losses", "windows")

    def __init__(
        self,
        invocations: int = 0,
        windows: int = 0,
        inits: int = 0,
        losses: Counter[str] | None = None,
    ) -> None:
        self.invocations = invocations
        self.windows = windows
        self.inits = inits
        self.losses: Counter[str] = Counter() if losses is None else losses
        """Those of the agent's own, by what they were; delivery keeps its own."""

    def plus(self, batch: Batch, sign: int) -> Totals:
        """With what *batch* counted, or without it."""
        losses = self.losses.copy()
        for what, number in batch.losses.items():
            losses[what] += sign * number
        return Totals(
            self.invocations + sign * batch.invocations,
            self.windows + sign * batch.windows,
            self.inits + sign * batch.inits,
            losses,
        )
