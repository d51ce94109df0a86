"""Every metric and every attribute of a span, by name: what telemetry sends, and documents say.

``docs/metrics.md`` is made from this by ``scripts/metrics.py``. Names are our own and dotted, units
are UCUM's, durations are in seconds, as OpenTelemetry's semantic conventions ask for. No file, no
line and no path is on any metric: each attribute has the few values that stand here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass
else:  # a function with spans pays for this at its start
    from lambda_usage._light import dataclass

SCOPE = "lambda_usage"
"""The instrumentation scope of all that follows."""

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a metric is told apart by."""

    name: str
    values: tuple[tuple[str, str], ...]
    """All that there are, each with what it means."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One instrument."""

    name: str
    kind: str
    unit: str
    description: str
    attribute: Attribute | None = None
    bounds: tuple[float, ...] = ()
    """Of a histogram's buckets."""


@dataclass(frozen=True, slots=True)
class SpanAttribute:
    """What is put on a span."""

    name: str
    type: str
    description: str
    windows_only: bool = False


DELIVERED, SPOOLED, FAILED = "delivered", "spooled", "failed"
OUTCOME = Attribute(
    "lambda_usage.outcome",
    (
        (DELIVERED, "the store took it"),
        (SPOOLED, "the store did not take it, as far as is known; it is kept and sent again"),
        (FAILED, "it could not be made, or neither disk nor memory took it"),
    ),
)

TRACED, FORKED, UNRECORDED, SWITCHED_OFF = "tracer", "fork", "no_recorder", "switched_off"
NOT_MADE, BUNDLE_DROPPED, DROPPED, MAYBE_DROPPED = (
    "bundle_not_made",
    "bundle_dropped",
    "dropped",
    "maybe_dropped",
)
EXPORT, OTHER = "metrics_export", "other"
REASON = Attribute(
    "lambda_usage.reason",
    (
        (TRACED, "inits and invocations beside another tracer"),
        (FORKED, "forked processes, of which nothing is heard"),
        (UNRECORDED, "processes that could not record"),
        (SWITCHED_OFF, "processes switched off after errors of our own"),
        (NOT_MADE, "invocations in bundles that could not be made"),
        (BUNDLE_DROPPED, "bundles dropped for want of room"),
        (DROPPED, "invocations in bundles that were dropped"),
        (MAYBE_DROPPED, "invocations in bundles that were dropped and may have arrived"),
        (EXPORT, "exports of these metrics that no endpoint took"),
        (OTHER, "anything else"),
    ),
)

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BYTES = (4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0)

INVOCATIONS = Metric(
    "lambda_usage.invocations", COUNTER, "{invocation}", "Invocations that were counted."
)
WINDOWS = Metric(
    "lambda_usage.windows", COUNTER, "{window}", "Invocations whose lines were recorded."
)
INITS = Metric("lambda_usage.inits", COUNTER, "{init}", "Starts of a process that were observed.")
OVERHEAD_TIME = Metric(
    "lambda_usage.overhead.time", COUNTER, "s", "What windows, spans and delivery have cost."
)
HANDLER_TIME = Metric(
    "lambda_usage.handler.time", COUNTER, "s", "How long handlers ran, recording left out."
)
LINES_NEW = Metric(
    "lambda_usage.lines.new", COUNTER, "{line}", "Lines that ran for the first time in a process."
)
UPLOADS = Metric(
    "lambda_usage.uploads", COUNTER, "{upload}", "Attempts to deliver a bundle.", OUTCOME
)
LOSSES = Metric(
    "lambda_usage.losses", COUNTER, "{loss}", "What was not seen or not delivered.", REASON
)
ERRORS = Metric("lambda_usage.errors", COUNTER, "{error}", "Errors of our own.")
PROBABILITY = Metric(
    "lambda_usage.sample.probability",
    GAUGE,
    "1",
    "With which probability an invocation is a window now.",
)
OVERHEAD_SHARE = Metric(
    "lambda_usage.overhead.share",
    GAUGE,
    "1",
    "What windows, spans and delivery have cost, as a share of the handlers' time.",
)
OVERHEAD_BUDGET = Metric(
    "lambda_usage.overhead.budget", GAUGE, "1", "The share that they may cost."
)
SPOOL_SIZE = Metric("lambda_usage.spool.size", GAUGE, "By", "Bundles that wait to be delivered.")
ACTIVE = Metric(
    "lambda_usage.active", GAUGE, "1", "1 while usage is recorded; 0 where the agent is off."
)
UPLOAD_DURATION = Metric(
    "lambda_usage.upload.duration",
    HISTOGRAM,
    "s",
    "How long an upload took that succeeded.",
    bounds=_SECONDS,
)
UPLOAD_SIZE = Metric(
    "lambda_usage.upload.size", HISTOGRAM, "By", "Size of a delivered bundle.", bounds=_BYTES
)

METRICS = (
    INVOCATIONS,
    WINDOWS,
    INITS,
    OVERHEAD_TIME,
    HANDLER_TIME,
    LINES_NEW,
    UPLOADS,
    LOSSES,
    ERRORS,
    PROBABILITY,
    OVERHEAD_SHARE,
    OVERHEAD_BUDGET,
    SPOOL_SIZE,
    ACTIVE,
    UPLOAD_DURATION,
    UPLOAD_SIZE,
)

SAMPLED = SpanAttribute("lambda_usage.sampled", "boolean", "Whether this invocation is a window.")
SAMPLE_PROBABILITY = SpanAttribute(
    "lambda_usage.sample.probability",
    "double",
    "With which probability that was drawn; 0 where it could not be a window.",
)
RECORDER = SpanAttribute(
    "lambda_usage.recorder", "string", "`monitoring` (3.12 and later) or `ctrace` (3.11)."
)
PATH_ID = SpanAttribute(
    "lambda_usage.path.id", "string", "The code path, as the hot-path report names it.", True
)
FUNCTIONS_EXECUTED = SpanAttribute(
    "lambda_usage.functions.executed",
    "int",
    "Functions, methods and lambdas in scope that ran.",
    True,
)
LINES_EXECUTED = SpanAttribute(
    "lambda_usage.lines.executed", "int", "Lines in scope that ran.", True
)
SPAN_LINES_NEW = SpanAttribute(
    "lambda_usage.lines.new", "int", "Lines that ran for the first time in this process.", True
)
OVERHEAD = SpanAttribute(
    "lambda_usage.overhead", "double", "What the window has cost, in seconds.", True
)

SPAN_ATTRIBUTES = (
    SAMPLED,
    SAMPLE_PROBABILITY,
    RECORDER,
    PATH_ID,
    FUNCTIONS_EXECUTED,
    LINES_EXECUTED,
    SPAN_LINES_NEW,
    OVERHEAD,
)
