"""What the agent keeps of an invocation until it ends."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token

    from lambda_usage.sampling.sampler import Draw


class Invocation:
    """What the agent keeps of an invocation until it ends."""

    __slots__ = ("alias", "certain", "clock", "draw", "group", "opening", "started", "token")

    def __init__(
        self, token: Token[bool], alias: str, group: int, draw: Draw, *, certain: bool
    ) -> None:
        self.token = token
        self.alias = alias
        self.group = group
        self.draw = draw
        self.certain = certain
        """Whether it is a window whatever that costs."""
        self.opening = 0.0
        """CPU seconds that it took to open its window."""
        self.clock = 0.0
        """What the overhead's clock said before."""
        self.started = 0.0
