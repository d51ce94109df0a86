"""An account that every invocation pays into and every window is paid from.

It says with which probability the next invocation may be a window so that both balance: the mean
income of an invocation over the mean cost of a window, corrected in proportion to the balance. All
of that is known before the invocation, which therefore has no part in its own probability: that is
what keeps estimates unbiased while the probability moves.
"""

from __future__ import annotations

_MEMORY = 1000
"""Invocations that the mean income remembers, where the period is not over sooner."""

_COSTS_MEMORY = 30
"""Windows that the mean cost remembers."""

_FREAK = 20.0
"""How many times the mean a single cost may count in it: the balance bears the rest."""

_SLACK = 0.1
"""Share of a period's income by which the balance may swing; less would make weights unequal."""

_WINDOWS_OF_SLACK = 1.5
"""As windows, where they cost so much that a period affords only a few of them."""

_MOST = 1.5
"""Correction with a full account. A balance above that is forfeited: there is no burst.

In debt the correction falls, but ever more slowly: the few windows that are drawn with a low
probability weigh much, and make estimates less certain.
"""


class Account:
    """Forgets by what has elapsed in the account's own unit, be it handler time or the clock's.

    Time in which nothing runs need not elapse: it then earns nothing and forgives nothing.
    """

    __slots__ = (
        "_balance",
        "_cost",
        "_costs",
        "_first_cost",
        "_first_income",
        "_income",
        "_incomes",
        "_least_swing",
        "_mean_cost",
        "_period",
        "_swing",
    )

    def __init__(
        self,
        allowance: float,
        period: float,
        *,
        first_income: float,
        first_cost: float,
    ) -> None:
        """Open an account.

        Args:
            allowance: The income of a whole period, in any unit; costs are in the same.
            period: After which time most is forgotten.
            first_income: What an invocation is taken to bring until some have.
            first_cost: What a window is taken to cost until some have.
        """
        self._period = period
        self._first_income = first_income
        self._first_cost = self._mean_cost = first_cost
        self._least_swing = _SLACK * allowance
        self._swing = max(self._least_swing, _WINDOWS_OF_SLACK * first_cost)
        self._balance = 0.0
        self._income = self._incomes = 0.0
        self._cost = self._costs = 0.0

    def expect(self, cost: float) -> None:
        """A window is taken to cost *cost* until some have been paid for."""
        if not self._costs:
            self._first_cost = self._mean_cost = cost
            self._swing = max(self._least_swing, _WINDOWS_OF_SLACK * cost)

    def earn(self, amount: float, elapsed: float, invocations: int = 1) -> None:
        """Some invocations bring *amount*; *elapsed* is how much of the period they took."""
        passed = elapsed / self._period
        aged = invocations / _MEMORY
        keep = 1 / (1 + (passed if passed > aged else aged))
        self._income = self._income * keep + amount
        self._incomes = self._incomes * keep + invocations
        balance = self._balance / (1 + passed) + amount
        most = (_MOST - 1) * self._swing
        self._balance = balance if balance < most else most

    def spend(self, cost: float) -> None:
        """A window has cost *cost*, as others will."""
        counted = min(cost, _FREAK * self._mean_cost)
        keep = 1 - 1 / _COSTS_MEMORY
        self._cost = self._cost * keep + counted
        self._costs = self._costs * keep + 1
        self._mean_cost = _mean(self._cost, self._costs, self._first_cost)
        self._swing = max(self._least_swing, _WINDOWS_OF_SLACK * self._mean_cost)
        self.spend_once(cost)

    def spend_once(self, cost: float) -> None:
        """Something has cost *cost* that says nothing of what windows will."""
        self._balance -= cost

    def probability(self) -> float:
        """Of the next invocation to be a window; positive, and above 1 where more is affordable."""
        balance = self._balance / self._swing
        correction = 1 + balance if balance >= 0 else 1 / (1 - balance)
        income = _mean(self._income, self._incomes, self._first_income)
        return correction * income / self._mean_cost


def _mean(total: float, count: float, prior: float) -> float:
    """The mean of what was seen; the prior's weight vanishes with the square of the count."""
    weight = 1 / (1 + count) ** 2
    return (total + weight * prior) / (count + weight)
