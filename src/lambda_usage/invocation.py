"""What the agent keeps of an invocation until it ends."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextvars import Token

    from lambda_usage.sampling.sampler import Draw

    Passing = tuple[Token[bool], float] | Token[bool]
    """All that is kept of an invocation that is neither a window nor timed: a token, and when it
    began, unless that was the gate's business."""


class Invocation:
    """What the agent keeps of a window until it ends, and of an invocation that is timed."""

    __slots__ = ("alias", "clock", "draw", "group", "opening", "started", "token", "trace")

    def __init__(self, token: Token[bool], alias: str, group: int, draw: Draw) -> None:
        self.token = token
        self.alias = alias
        self.group = group
        self.draw = draw
        self.trace: tuple[float, str] | None = None
        """When its window was opened and the id of its trace, where that may be kept and is."""
        self.opening = 0.0
        """CPU seconds that it took to open its window."""
        self.clock = 0.0
        """What the overhead's clock said before."""
        self.started = 0.0
