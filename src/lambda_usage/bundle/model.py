"""The plain data between measuring and reporting.

A :class:`Bundle` holds what one process knows (or, after combining, what many do), split by
:class:`Origin`: the Lambda function, the runtime and the package that the data speaks of.
Everything in it is either *existence*, which only ever grows, or a *count*, which adds up:
that is why bundles may be lost, repeated or merged in any order.

Times are seconds since the Unix epoch, durations are seconds, days are ``YYYY-MM-DD`` in UTC.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from lambda_usage.bundle.code_key import UNKNOWN_ORDINAL as UNKNOWN_ORDINAL
from lambda_usage.bundle.code_key import CodeKey as CodeKey
from lambda_usage.bundle.groups import GROUPS
from lambda_usage.bundle.traced_window import TracedWindow as TracedWindow
from lambda_usage.bundle.traces import latest

SCHEMA = 1
"""Number of the bundle format; readers refuse a higher one."""

Weights = tuple[float, ...]
"""One weight for each of the :data:`GROUPS` groups."""

NO_WEIGHTS: Weights = (0.0,) * GROUPS


def add_weights(left: Weights, right: Weights) -> Weights:
    """The sum of two weight vectors, group by group."""
    return tuple(a + b for a, b in zip(left, right, strict=True))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where usage was seen. Data of different origins is never mixed."""

    function_name: str
    alias: str = ""
    version: str = ""
    region: str = ""
    runtime: str = ""
    """``python3.13``, say."""
    architecture: str = ""
    memory_mb: int = 0
    initialization_type: str = ""
    """``on-demand``, ``provisioned-concurrency``, ``snap-start``, ``lambda-managed-instances``."""
    recorder: str = ""
    """``monitoring`` or ``ctrace``."""
    attach: str = ""
    """``wrapper``, ``redirect``, ``decorator``, ``context`` or ``local``."""
    package: str = ""
    """Fingerprint of the shipped files: equal for all processes of one deployment package."""
    root: str = ""
    """The folder that paths are relative to, ``/var/task`` in Lambda."""

    @property
    def lambda_function(self) -> str:
        """The function and, after a colon, its alias, if it has one."""
        return f"{self.function_name}:{self.alias}" if self.alias else self.function_name

    @property
    def estimates(self) -> bool:
        """Whether a window's probability is that of an invocation.

        A ``CoverageContext`` block may stand under a condition of the user's own, so shares of
        invocations cannot be estimated from its windows.
        """
        return self.attach != "context"

    @property
    def observes_every_invocation(self) -> bool:
        """Whether existence is seen outside windows too."""
        return self.recorder == "monitoring"


class BundleId(NamedTuple):
    """Names a bundle for ever: a process and a number that counts up from 0 in it."""

    process_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """What is known of one bundle that went into the data."""

    id: BundleId
    origin: Origin
    final: bool
    """Written by a clean shutdown: nothing follows it."""
    first_time: float
    last_time: float
    lists_package: bool = False
    """Whether it names all files that the package ships."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """The trials of one origin on one day. All fields add up, ``weight_max`` by its maximum."""

    inits: int = 0
    """Observed inits: recording was on from before the handler's module was imported."""
    invocations: int = 0
    """Invocations seen by the agent (for ``context``: blocks entered)."""
    unsampled: int = 0
    """Invocations whose probability of being a window was 0."""
    windows: int = 0
    weight: float = 0.0
    """Sum of 1/p over windows."""
    weight_squared: float = 0.0
    """Sum of 1/p² over windows."""
    weight_max: float = 0.0
    """Largest 1/p of any window."""
    windows_voided: int = 0
    """Windows thrown away because another invocation overlapped them."""
    windows_blind: int = 0
    """Windows (``ctrace``) while threads ran that the recorder cannot see into."""
    weight_blind: float = 0.0
    """Sum of 1/p over those."""
    invocation_groups: Weights = NO_WEIGHTS
    """Invocations by trace group."""
    window_groups: Weights = NO_WEIGHTS
    """Σ1/p of windows by trace group."""

    def __add__(self, other: Exposure) -> Exposure:
        """The trials of both."""
        return Exposure(
            inits=self.inits + other.inits,
            invocations=self.invocations + other.invocations,
            unsampled=self.unsampled + other.unsampled,
            windows=self.windows + other.windows,
            weight=self.weight + other.weight,
            weight_squared=self.weight_squared + other.weight_squared,
            weight_max=max(self.weight_max, other.weight_max),
            windows_voided=self.windows_voided + other.windows_voided,
            windows_blind=self.windows_blind + other.windows_blind,
            weight_blind=self.weight_blind + other.weight_blind,
            invocation_groups=add_weights(self.invocation_groups, other.invocation_groups),
            window_groups=add_weights(self.window_groups, other.window_groups),
        )


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file in scope. ``path`` is relative to the origin's root and uses ``/``."""

    path: str
    hash: str
    """BLAKE2b-128 of the file's bytes, in hexadecimal; empty where it could not be read."""
    size: int
    loaded: bool
    body_seen: bool = True
    """False where the module was loaded before recording began: its body's lines are unknown."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution (PEP 376) that lies in the package and holds modules."""

    name: str
    """As its ``.dist-info`` folder spells it."""
    version: str
    imported: bool
    """Whether any of its modules had been imported when the bundle was made."""

    def __or__(self, other: Distribution) -> Distribution:
        """What both know of the same distribution."""
        version = max(self.version, other.version)  # one package ships one; no order matters
        return Distribution(self.name, version, self.imported or other.imported)


@dataclass(frozen=True, slots=True)
class Code:
    """What is known of one code object. Line sets hold line numbers of the file."""

    key: CodeKey
    hash: str
    """Of the byte code without positions: unchanged when the code moves within its file."""
    executable: frozenset[int]
    """Lines that this runtime can run (``co_lines``)."""
    init_lines: frozenset[int] = frozenset()
    invoke_lines: frozenset[int] = frozenset()
    first_seen: float = 0.0
    """0 where it never ran."""
    last_seen: float = 0.0
    """The latest *noticed* run; outside windows only first runs are noticed."""
    arcs: frozenset[tuple[int, int]] = frozenset()
    """Branches taken, as (line, next line); negative at entry and exit, as in coverage.py."""

    def __or__(self, other: Code) -> Code:
        """What both know of the same code."""
        firsts = [each.first_seen for each in (self, other) if each.first_seen]
        return Code(
            self.key,
            self.hash or other.hash,
            self.executable | other.executable,
            self.init_lines | other.init_lines,
            self.invoke_lines | other.invoke_lines,
            min(firsts, default=0.0),
            max(self.last_seen, other.last_seen),
            self.arcs | other.arcs,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How often something was seen in windows. Adds up."""

    windows: int = 0
    weight: float = 0.0
    """Sum of 1/p over those windows: estimates the number of invocations."""
    groups: Weights = NO_WEIGHTS
    """The same by trace group."""

    def __add__(self, other: Counts) -> Counts:
        """Counts of both."""
        return Counts(
            self.windows + other.windows,
            self.weight + other.weight,
            add_weights(self.groups, other.groups),
        )


@dataclass(frozen=True, slots=True)
class Path:
    """One way that windows took through the code: a set of lines, and what it cost."""

    id: str
    """Hash of the lines; stable between processes and across edits elsewhere in a file."""
    lines: dict[CodeKey, frozenset[int]]
    counts: Counts
    duration: float = 0.0
    """Summed wall time of its windows in seconds, weighted by 1/p, net of measured recording."""
    errors: float = 0.0
    """Σ1/p of windows whose handler raised."""
    traces: tuple[TracedWindow, ...] = ()
    """The latest windows, newest first, where the user lets trace ids leave the process."""

    def __add__(self, other: Path) -> Path:
        """The same path, with the windows of both."""
        lines = dict(self.lines)
        for key, found in other.lines.items():
            lines[key] = lines.get(key, frozenset()) | found
        return Path(
            self.id,
            lines,
            self.counts + other.counts,
            self.duration + other.duration,
            self.errors + other.errors,
            latest((*self.traces, *other.traces)),
        )


@dataclass(slots=True)
class OriginUsage:
    """All that is known of one origin."""

    exposures: dict[str, Exposure] = field(default_factory=dict)
    """By day."""
    files: dict[str, SourceFile] = field(default_factory=dict)
    """Shipped and loaded files in scope, by path."""
    codes: dict[CodeKey, Code] = field(default_factory=dict)
    """Code objects of every loaded file, run or not."""
    paths: dict[str, Path] = field(default_factory=dict)
    """The heaviest paths, by id."""
    other: dict[CodeKey, Counts] = field(default_factory=dict)
    """Counts of windows that are in no kept path, and of background threads."""
    other_paths: Counts = Counts()
    """Windows whose path was not kept."""
    distributions: dict[str, Distribution] = field(default_factory=dict)
    """Distributions that the package ships, by name."""
    losses: Counter[str] = field(default_factory=Counter)
    """What was dropped, by reason."""
    costs: dict[str, float] = field(default_factory=dict)
    """Own cost: seconds (``…_s``) and bytes (``…_bytes``)."""


@dataclass(slots=True)
class Bundle:
    """What one process, or after combining many, has seen."""

    bundles: dict[BundleId, BundleInfo] = field(default_factory=dict)
    origins: dict[Origin, OriginUsage] = field(default_factory=dict)


TOO_LARGE = "COVERAGE_INCLUDE_PATTERNS narrows what is recorded"
"""Ends the reason for which a bundle is refused that may be sound, and merely holds too much."""
UNREAD = "bundles too large to be read, of "
"""Begins the loss that tells of such bundles, before the name of their Lambda function."""


class BundleError(Exception):
    """A file that is no bundle, or one that cannot be understood; says which and why."""
