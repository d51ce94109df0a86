"""What a recorder says of one window, or that it cannot be had."""

from __future__ import annotations


class RecorderUnavailable(Exception):
    """This process cannot record; says why."""

    def __init__(self, message: str, kind: str = "no recorder") -> None:
        super().__init__(message)
        self.kind = kind
        """In few words, for reports."""


class WindowHits:
    """What ran in one window, as integers of ``id(code) << LINE_BITS | line``."""

    __slots__ = ("blind", "callback_s", "callbacks", "displaced", "others", "own")

    def __init__(
        self,
        own: frozenset[int],
        others: frozenset[int],
        callbacks: int = 0,
        blind: bool = False,
        callback_s: float = 0.0,
        displaced: bool = False,
    ) -> None:
        self.own = own
        """By the thread of the invocation."""
        self.others = others
        """By other threads; their share of lines is a matter of timing, so no path holds them."""
        self.callbacks = callbacks
        """How often the recorder was called back."""
        self.blind = blind
        """Whether threads were running that the recorder cannot see into."""
        self.callback_s = callback_s
        """Seconds that a callback takes; 0 where that has not been measured yet."""
        self.displaced = displaced
        """Whether the function set a trace function of its own meanwhile, in the recorder's place:
        nobody knows how much was seen."""
