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
    """And loaded by none; or perhaps shipped, by one that should have been heard of and was not."""
    NOT_DEPLOYED = "not_deployed"
    DIFFERS = "differs"
    ELSEWHERE = "elsewhere"
    """Shipped, but under another path: the source directory is not what packages are made of."""


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
    source_functions: tuple[str, ...] = ()
    """Lambda functions that are deployed from this source, where others are not; they ought to
    report, too. Empty where any may be."""

    @property
    def awaited(self) -> tuple[str, ...]:
        """All that ought to report."""
        return tuple(dict.fromkeys((*self.expected_functions, *self.source_functions)))


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """One Lambda function (and alias) in the evidence."""

    name: str
    invocations: int
    inits: int
    windows: int
    days: int
    exposure: float = 0.0
    """Invocations that would have noticed a function had it run."""
    bundles_missing: int = 0
    """Of the processes that were last heard of as this function's, like the next."""
    processes_unfinished: int = 0
    last: str | None = None
    """When its newest bundle ends, or its newest day begins where bundles name another alias of
    their process: ISO 8601, UTC."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A true number of invocations, as somebody gave it, and how many of them are known."""

    lambda_function: str
    """With or without its alias; empty for all functions together."""
    invocations: int
    """How many there were."""
    heard: int
    """How many the bundles tell of; more than there were, where the two counts differ in time."""
    share: float
    """That no bundle tells of."""


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
    never_heard_of: tuple[Unheard, ...] = ()
    """Where true numbers of invocations were given."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something that the data cannot show."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Keep:
    """A suppression: somebody wants to keep code, whether it is used or not."""

    place: str
    """Where it is written: ``app/jobs.py:12``, or ``pyproject.toml`` and the pattern."""
    reason: str
    """In the user's words; empty where none was given."""
    until: str | None
    """Last day on which it holds, ``YYYY-MM-DD`` in UTC; ``None`` for ever."""
    expired: bool


class KeepState(StrEnum):
    """What became of a suppression."""

    HOLDS = "holds"
    """It keeps code that would be called dead, or might be later."""
    EXPIRED = "expired"
    """Its day is over: what it kept is reported like all other code."""
    NEEDLESS = "needless"
    """All that it keeps is used, or comes in no report."""
    MATCHES_NOTHING = "matches_nothing"
    """A pattern that means no code at all: what it was to keep may be called dead."""


@dataclass(frozen=True, slots=True)
class KeepEvidence:
    """One suppression, and what became of it."""

    keep: Keep
    state: KeepState
    functions: tuple[str, ...]
    """``file:name`` of what it keeps."""


@dataclass(frozen=True, slots=True)
class DeadRange:
    """Consecutive statements that never ran, as inclusive line numbers."""

    first: int
    last: int
    kind: RangeKind
    keep: Keep | None = None


@dataclass(frozen=True, slots=True)
class LambdaFunctionVerdict:
    """What one Lambda function alone says of a piece of code that it ships."""

    lambda_function: str
    verdict: Verdict
    exposure: float
    """Its trials, in the unit of the whole verdict."""
    days: int
    """Different days (UTC) with trials."""
    use_upper_bound: float | None
    """At 95 %: used in less than this share of trials. ``None`` for code that ran."""
    frequency: float | None
    """Estimated share of its invocations that run the code."""
    frequency_low: float | None
    frequency_high: float | None
    first_seen: str | None
    """First noticed run, ISO 8601, UTC; ``None`` where it never ran."""
    last_seen: str | None
    """Latest noticed run. Outside windows only the first run in each process is noticed."""
    reason: str


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
    last_line: int = 0
    first_seen: str | None = None
    """First noticed run in any Lambda function, ISO 8601, UTC."""
    last_seen: str | None = None
    """Latest noticed run; outside windows only the first run in each process is noticed."""
    lambda_functions: tuple[LambdaFunctionVerdict, ...] = ()
    """The same for each Lambda function that ships the file."""
    keep: Keep | None = None
    """The suppression that covers all of it. The verdict is what it would be without."""
    keep_inside: tuple[Keep, ...] = ()
    """Suppressions that hold for a part of it: nobody can delete the one and keep the other."""


@dataclass(frozen=True, slots=True)
class StatementEvidence:
    """One statement, or the header of a compound one, and what is known of its lines."""

    first: int
    last: int
    """Inclusive. Statements of nested functions may lie between."""
    function: str
    """Qualified name of the function, class or module whose body it stands in."""
    verdict: Verdict
    """``unproven`` too where it never ran in a function that ran, on too thin evidence."""
    kind: RangeKind
    invocations: float
    """Estimated number of invocations that ran it, at the least; 0 where no window did."""
    ran: bool = False
    """Seen to run, in whatever phase; an ``unproven`` one may have run at startup."""


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """One source file."""

    file: str
    state: FileState
    dead_lines: tuple[DeadRange, ...]
    lines: int = 0
    """Number of lines in the file."""
    lambda_functions: tuple[str, ...] = ()
    """Those that ship it, in whatever version, by name; but for those that are left out."""
    statements: tuple[StatementEvidence, ...] = ()
    """In order of their first lines. Left out of the JSON form."""
    left_out: tuple[str, ...] = ()
    """Lambda functions, aliases included, that on the user's word ship another file of this path:
    what they ran of it says nothing about this one."""


@dataclass(frozen=True, slots=True)
class DependencyEvidence:
    """The verdict on one distribution that lies in deployment packages beside the code."""

    name: str
    version: str
    """With commas, oldest first, where Lambda functions ship several."""
    verdict: Verdict
    """``used`` where any of its modules was imported; ``dead`` or ``unproven`` elsewhere."""
    exposure: float
    """Invocations of the Lambda function that has the fewest, among those that ship it."""
    days: int
    """Days of the Lambda function that has the fewest."""
    lambda_functions: tuple[LambdaFunctionVerdict, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DeadCodeReport:
    """Which code the fleet does not use, and on what evidence."""

    evidence: Evidence
    blind_spots: tuple[BlindSpot, ...]
    thresholds: Thresholds
    files: tuple[FileEvidence, ...]
    functions: tuple[FunctionEvidence, ...]
    dependencies: tuple[DependencyEvidence, ...] = ()
    """By name."""
    keeps: tuple[KeepEvidence, ...] = ()
    """Suppressions, in order of place."""

    @property
    def left_out(self) -> dict[str, tuple[str, ...]]:
        """By file: the Lambda functions that are left out."""
        return {each.file: each.left_out for each in self.files if each.left_out}


@dataclass(frozen=True, slots=True)
class PathShare:
    """How much of one Lambda function's own traffic takes a path."""

    lambda_function: str
    share: float
    """Estimated share of its invocations."""
    share_low: float
    share_high: float
    invocations: float
    """Estimated number of its invocations that took it."""


@dataclass(frozen=True, slots=True)
class PathLines:
    """The lines of one file that a path ran."""

    file: str
    lines: tuple[tuple[int, int], ...]
    """Inclusive ranges, in order."""


@dataclass(frozen=True, slots=True)
class PathTrace:
    """A window of a path whose trace can be looked up in the user's own tracing."""

    id: str
    """As OpenTelemetry writes it (32 hexadecimal digits) or as X-Ray does (``1-…-…``)."""
    time: str
    """When the window began, ISO 8601, UTC."""
    duration_s: float | None
    """Its wall time in seconds, net of recording; ``None`` where it is not known."""
    lambda_function: str
    """Whose window it was."""


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
    invocations: float = 0.0
    """Estimated number of invocations that took it."""
    lambda_functions: tuple[PathShare, ...] = ()
    """Those whose invocations took it, by name."""
    files: tuple[PathLines, ...] = ()
    """What it ran, by file: in the version of the source where that is at hand, else in the
    version that took it most often."""
    function_lines: tuple[int, ...] = ()
    """First line of each of ``functions``, which tells those of one name apart: in the source
    where that is at hand, else in the version with most traffic."""
    traces: tuple[PathTrace, ...] = ()
    """Of its latest windows, newest first, where the function's user lets trace ids leave it."""


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
