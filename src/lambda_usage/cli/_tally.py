"""What came of a local run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lambda_usage.attach.local import told


@dataclass(slots=True)
class Tally:
    """Counts results and adds up times."""

    invocations: int = 0
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    """By the exception's type."""
    first_error: str = ""
    """What it said, and where."""

    def add(self, seconds: float, error: BaseException | None) -> None:
        """One invocation more."""
        self.invocations += 1
        self.seconds += seconds
        if error is not None:
            self.errors[type(error).__name__] += 1
            self.first_error = self.first_error or " ".join(told(error).split())

    def words(self, handler: str, store: str) -> str:
        """The summary, and what to do next."""
        failed = self.errors.total()
        times = "once" if self.invocations == 1 else f"{self.invocations:,} times"
        raised = ", ".join(f"{name} {number:,}" for name, number in self.errors.most_common())
        mean = self.seconds / self.invocations * 1000 if self.invocations else 0.0
        first = f"The first error: {self.first_error}\n" if self.first_error else ""
        digits = 2 if mean < 10 else 0
        return (
            f"Invoked {handler} {times}: {self.invocations - failed:,} returned, {failed:,} raised"
            f"{f' ({raised})' if raised else ''}; {mean:,.{digits}f} ms on average.\n"
            f"{first}Bundles are in {store}. Next: "
            f"lambda-usage report dead-code {store} --source . --min-days 0"
        )
