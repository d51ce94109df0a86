"""What the evidence says: the plain data between judging and rendering.

The names are those of the published JSON; ``file`` is relative to the source directory.
Shares lie between 0 and 1. ``None`` means "not estimated", never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

REPORT_SCHEMA = 1
"""Number of the JSON form of both reports."""


class Verdict(StrEnum):
    """What the evidence supports."""

    USED = "used"
    STARTUP = "startup"
    DEAD = "dead"
    UNPROVEN = "unproven"
    NOT_DEPLOYED = "not_deployed"


class FileState(StrEnum):
    """What became of a source file in the fleet."""

    LOADED = "loaded"
    SHIPPED = "shipped"
    NOT_DEPLOYED = "not_deployed"
    DIFFERS = "differs"


class RangeKind(StrEnum):
    """What kind of code a dead range is."""

    CODE = "code"
    ERROR_HANDLING = "error-handling"
    STUB = "stub"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much evidence ``dead`` needs."""

    min_exposure: int = 1000
    min_days: int = 14
    expected_functions: tuple[str, ...] = ()
    """Lambda functions that ought to report; those never seen make every file unproven."""


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """One Lambda function (and alias) in the evidence."""

    name: str
    invocations: int
    inits: int
    windows: int
    days: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report rests on."""

    invocations: int
    inits: int
    exposure: float
    """Invocations that would have noticed a function had it run."""
    windows: int
    days: int
    bundles: int
    bundles_missing: int
    processes_unfinished: int
    first: str | None
    """ISO 8601, UTC."""
    last: str | None
    lambda_functions: tuple[LambdaFunction, ...]


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something that the data cannot show."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class DeadRange:
    """Consecutive statements that never ran, as inclusive line numbers."""

    first: int
    last: int
    kind: RangeKind


@dataclass(frozen=True, slots=True)
class FunctionEvidence:
    """The verdict on one function, class body or module body."""

    file: str
    name: str
    """Qualified name; ``<module>`` for a file's body."""
    line: int
    verdict: Verdict
    exposure: float
    """Trials of the Lambda function that has the fewest, among those that ship the file."""
    use_upper_bound: float | None
    """At 95 %: used in less than this share of invocations. ``None`` for code that ran."""
    frequency: float | None
    """Estimated share of invocations that run it."""
    frequency_low: float | None
    frequency_high: float | None
    dead_lines: tuple[DeadRange, ...]
    reason: str = ""
    """In words: why this verdict."""
    unit: str = "invocations"
    """What ``exposure`` counts: ``invocations``, or ``inits`` for what runs when a module loads."""


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """One source file."""

    file: str
    state: FileState
    dead_lines: tuple[DeadRange, ...]


@dataclass(frozen=True, slots=True)
class DeadCodeReport:
    """Which code the fleet does not use, and on what evidence."""

    evidence: Evidence
    blind_spots: tuple[BlindSpot, ...]
    thresholds: Thresholds
    files: tuple[FileEvidence, ...]
    functions: tuple[FunctionEvidence, ...]


@dataclass(frozen=True, slots=True)
class PathEvidence:
    """One way through the code."""

    id: str
    share: float
    share_low: float
    share_high: float
    windows: int
    duration_mean_s: float | None
    """Mean wall time in seconds, net of recording; ``None`` where the recorder slows code down."""
    errors: float
    """Estimated number of invocations on this path whose handler raised."""
    functions: tuple[str, ...]
    """``file:name`` of the functions on it, in source order."""


@dataclass(frozen=True, slots=True)
class FunctionFrequency:
    """How often a function is used."""

    file: str
    name: str
    line: int
    frequency: float
    frequency_low: float
    frequency_high: float
    windows: int


@dataclass(frozen=True, slots=True)
class HotPathsReport:
    """Where the traffic goes."""

    evidence: Evidence
    blind_spots: tuple[BlindSpot, ...]
    paths: tuple[PathEvidence, ...]
    functions: tuple[FunctionFrequency, ...]
    """Most frequent first."""
