"""What invocations and windows add up to between two bundles."""

from __future__ import annotations

from lambda_usage.bundle.groups import GROUPS
from lambda_usage.recording.codes import LINE_BITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_usage.bundle.model import Counts, Exposure, Weights
    from lambda_usage.recording.window import WindowHits

    Traced = tuple[float, str, float, float]
    """When a window began, the id of its trace, its seconds, and callbacks in it."""

KEPT_PATHS = 64
"""Paths in a bundle; the windows of lighter ones are counted by code object alone."""

_LIVE_PATHS = 512
"""Distinct paths in memory, before the lighter half is folded into counts by code object."""

_SUMS = (
    "inits",
    "invocations",
    "unsampled",
    "windows_voided",
    "windows_blind",
    "weight_blind",
    "weight_squared",
)


class _Sum:
    """A growing ``Counts``."""

    __slots__ = ("groups", "weight", "windows")

    def __init__(self) -> None:
        self.windows = 0
        self.weight = 0.0
        self.groups = [0.0] * GROUPS

    def add(self, weight: float, group: int) -> None:
        self.windows += 1
        self.weight += weight
        self.groups[group] += weight

    def add_all(self, other: _Sum) -> None:
        self.windows += other.windows
        self.weight += other.weight
        self.groups = [a + b for a, b in zip(self.groups, other.groups, strict=True)]

    def counts(self) -> Counts:
        from lambda_usage.bundle.model import Counts  # no business of a cold start

        return Counts(self.windows, self.weight, tuple(self.groups))


class PathSum(_Sum):
    """What the windows of one path add up to."""

    __slots__ = ("callbacks", "duration", "errors", "traces")

    def __init__(self) -> None:
        super().__init__()
        self.duration = 0.0
        self.callbacks = 0.0
        self.errors = 0.0
        self.traces: tuple[Traced, ...] = ()
        """Of its latest windows, where trace ids may be kept."""

    def add_path(self, other: PathSum) -> None:
        self.add_all(other)
        self.duration += other.duration
        self.callbacks += other.callbacks
        self.errors += other.errors
        if other.traces:
            self.add_traces(other.traces)

    def add_traces(self, traces: tuple[Traced, ...]) -> None:
        from lambda_usage.bundle.traces import latest  # only where they may be kept

        self.traces = latest((*self.traces, *traces))


class Tally:
    """Counts of one process (for one alias) since its last bundle."""

    def __init__(self) -> None:
        self.inits = 0
        self.invocations = 0
        self.unsampled = 0
        self.windows_voided = 0
        self.windows_blind = 0
        self.weight_blind = 0.0
        self.weight_squared = 0.0
        self.weight_max = 0.0
        self.invocation_groups = [0.0] * GROUPS
        self.first_time = 0.0
        self.last_time = 0.0
        self.windows = _Sum()
        self.paths: dict[frozenset[int], PathSum] = {}
        self.other: dict[int, _Sum] = {}
        """By ``id(code)``: windows of paths that were not kept, and of background threads."""
        self.other_paths = _Sum()

    def at(self, now: float) -> None:
        """Something happened at *now*, in seconds since the epoch."""
        self.first_time = self.first_time or now
        self.last_time = now

    def invocation(self, group: int, now: float, *, sampled: bool) -> None:
        """Count an invocation; *sampled* if it could have been a window."""
        self.at(now)
        self.invocations += 1
        self.invocation_groups[group] += 1
        if not sampled:
            self.unsampled += 1

    def passed(self, groups: Sequence[int], first: float, last: float) -> None:
        """Count invocations that could have been windows; the first began at *first*."""
        self.at(first)
        self.last_time = last
        self.invocations += len(groups)
        for group in groups:
            self.invocation_groups[group] += 1

    def window(
        self,
        hits: WindowHits,
        weight: float,
        group: int,
        duration: float,
        *,
        error: bool,
        trace: tuple[float, str] | None = None,
    ) -> None:
        """Count a window of *weight* 1/p that took *duration* seconds.

        Args:
            hits: What ran in it.
            weight: 1/p.
            group: That of its trace.
            duration: In seconds.
            error: Whether the handler raised.
            trace: When it began and the id of its trace, where that may be kept and is.
        """
        self.windows.add(weight, group)
        self.weight_squared += weight * weight
        self.weight_max = max(self.weight_max, weight)
        if hits.blind:
            self.windows_blind += 1
            self.weight_blind += weight
        path = self.paths.get(hits.own)
        if path is None:
            if len(self.paths) >= _LIVE_PATHS:
                self.fold(_LIVE_PATHS // 2)
            path = self.paths[hits.own] = PathSum()
        path.add(weight, group)
        path.duration += weight * duration
        path.callbacks += weight * hits.callbacks
        path.errors += weight * error
        if trace is not None:
            path.add_traces(((*trace, duration, hits.callbacks),))
        if hits.others:
            for code in _codes(hits.others) - _codes(hits.own):
                self.other.setdefault(code, _Sum()).add(weight, group)

    def absorb(self, other: Tally) -> None:
        """Add what *other* counted in the same process: its bundle could not be delivered."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.weight_max = max(self.weight_max, other.weight_max)
        firsts = [each.first_time for each in (self, other) if each.first_time]
        self.first_time = min(firsts, default=0.0)
        self.last_time = max(self.last_time, other.last_time)
        groups = zip(self.invocation_groups, other.invocation_groups, strict=True)
        self.invocation_groups = [a + b for a, b in groups]
        self.windows.add_all(other.windows)
        for lines, path in other.paths.items():
            self.paths.setdefault(lines, PathSum()).add_path(path)
        for code, found in other.other.items():
            self.other.setdefault(code, _Sum()).add_all(found)
        self.other_paths.add_all(other.other_paths)
        if len(self.paths) > _LIVE_PATHS:
            self.fold(_LIVE_PATHS // 2)

    def fold(self, keep: int) -> None:
        """Turn all but the *keep* heaviest paths into counts by code object."""
        ranked = sorted(self.paths.items(), key=lambda item: item[1].weight, reverse=True)
        for lines, path in ranked[keep:]:
            del self.paths[lines]
            self.other_paths.add_all(path)
            for code in _codes(lines):
                self.other.setdefault(code, _Sum()).add_all(path)

    def exposure(self) -> Exposure:
        """The trials since the last bundle."""
        from lambda_usage.bundle.model import Exposure  # no business of a cold start

        groups: Weights = tuple(self.invocation_groups)
        return Exposure(
            inits=self.inits,
            invocations=self.invocations,
            unsampled=self.unsampled,
            windows=self.windows.windows,
            weight=self.windows.weight,
            weight_squared=self.weight_squared,
            weight_max=self.weight_max,
            windows_voided=self.windows_voided,
            windows_blind=self.windows_blind,
            weight_blind=self.weight_blind,
            invocation_groups=groups,
            window_groups=tuple(self.windows.groups),
        )


def _codes(hits: frozenset[int]) -> set[int]:
    return {hit >> LINE_BITS for hit in hits}
