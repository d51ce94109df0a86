"""What was counted since the last bundle."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from lambda_usage.recording.tally import Tally


@dataclass(slots=True)
class Batch:
    """The counts that one bundle tells of. Existence is not in here: it only ever grows."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    """By alias."""
    costs: dict[str, float] = field(default_factory=dict)
    """What recording and delivery cost: seconds (``…_s``) and bytes (``…_bytes``)."""
    losses: Counter[str] = field(default_factory=Counter)
    """What was not seen or not delivered, by what it was."""

    @property
    def invocations(self) -> int:
        """Of all aliases."""
        return sum(each.invocations for each in self.tallies.values())

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
