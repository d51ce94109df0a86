"""Every ``COVERAGE_*`` variable, in one frozen dataclass.

A value that makes no sense gives one warning and the default: a typing error in an environment
variable must never break a function.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import dataclass, field, fields
else:
    from lambda_usage._light import dataclass, field, fields

DEFAULT_PREFIX = "coverage/"
NO_LIMIT = 1e9
"""More windows than there can be in a minute."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for. Each field's ``variable`` is the environment variable it is from."""

    enabled: bool = field(default=True, metadata={"variable": "COVERAGE_ENABLED"})
    """Whether the agent does anything at all."""
    bucket: str = field(default="", metadata={"variable": "COVERAGE_S3_BUCKET"})
    """S3 bucket for bundles; a folder or ``file://`` URL serves for development."""
    prefix: str = field(default=DEFAULT_PREFIX, metadata={"variable": "COVERAGE_S3_PREFIX"})
    """What every key begins with."""
    include: tuple[str, ...] = field(default=(), metadata={"variable": "COVERAGE_INCLUDE_PATTERNS"})
    """Comma-separated globs; where given, only files that match one are in scope."""
    exclude: tuple[str, ...] = field(default=(), metadata={"variable": "COVERAGE_EXCLUDE_PATTERNS"})
    """Comma-separated globs; files that match one are out of scope."""
    branches: bool | None = field(default=None, metadata={"variable": "COVERAGE_BRANCH_COVERAGE"})
    """Whether to record branches; by default where the recorder can."""
    log_level: str = field(default="INFO", metadata={"variable": "COVERAGE_LOG_LEVEL"})
    """``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``."""
    upload_timeout: float = field(default=30.0, metadata={"variable": "COVERAGE_UPLOAD_TIMEOUT"})
    """Seconds that one upload may take over all attempts."""
    encryption: str = field(default="", metadata={"variable": "COVERAGE_S3_SSE"})
    """How S3 is to encrypt bundles: ``AES256``, ``aws:kms`` or ``aws:kms:dsse``; by default as
    the bucket says."""
    kms_key: str = field(default="", metadata={"variable": "COVERAGE_S3_KMS_KEY_ID"})
    """Id or ARN of the KMS key to encrypt bundles with."""
    sample_rate: float = field(default=1.0, metadata={"variable": "COVERAGE_SAMPLE_RATE"})
    """Upper limit of the probability that an invocation is a window, above 0 up to 1."""
    overhead_budget: float = field(default=0.01, metadata={"variable": "COVERAGE_OVERHEAD_BUDGET"})
    """Share of the handlers' wall time that windows and flushing may cost: the probability of a
    window is lowered, and flushing put off, rather than exceed it. 1 sets no limit; 0 switches
    everything off."""
    max_windows_per_minute: float = field(
        default=600.0, metadata={"variable": "COVERAGE_MAX_WINDOWS_PER_MINUTE"}
    )
    """Windows that one process may have in a minute; their probability is lowered ahead of time."""
    sampler: str = field(default="random", metadata={"variable": "COVERAGE_SAMPLER"})
    """``random``: each invocation by itself; ``trace``: by trace, so that all functions which
    sample with the same probability have windows of the same traces."""
    flush_interval: float = field(default=300.0, metadata={"variable": "COVERAGE_FLUSH_INTERVAL"})
    """Seconds between bundles of one process; longer where the budget affords fewer."""
    metrics: str = field(default="opentelemetry", metadata={"variable": "COVERAGE_METRICS"})
    """Where metrics go: ``opentelemetry``: through the application's meter provider, else to the
    OTLP endpoint that is configured; ``emf``: to CloudWatch, as lines in the log; or ``none``."""
    trace_ids: bool = field(default=False, metadata={"variable": "COVERAGE_TRACE_IDS"})
    """Whether bundles name, for each path, the latest five traces that took it and that somebody
    keeps, so that reports lead to them. Off, no bundle holds a trace id."""
    handler: str = field(default="", metadata={"variable": "COVERAGE_HANDLER"})
    """The real handler, where ours stands in front of it."""
    warnings: tuple[str, ...] = ()
    """What was wrong with the environment, in words."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from *environment*, the process's own by default. Never raises."""
        values = os.environ if environment is None else environment
        found: dict[str, object] = {}
        warnings: list[str] = []
        for each in fields(cls):
            variable = each.metadata.get("variable")
            text = values.get(variable, "").strip() if variable else ""
            if not text:
                continue
            try:
                found[each.name] = _PARSERS[each.name](text)
            except ValueError as error:
                default = each.default
                warnings.append(
                    f"{variable}={text[:80]!r} is not {error}; using the default, {_show(default)}."
                )
        _split_address(found)
        return cls(**found, warnings=tuple(warnings))  # type: ignore[arg-type]


def _split_address(found: dict[str, object]) -> None:
    """Take ``s3://bucket/folder`` for a bucket and the beginning of its prefix."""
    address = str(found.get("bucket", ""))
    if address.startswith("s3://"):
        bucket, _, folder = address.removeprefix("s3://").partition("/")
        found["bucket"] = bucket
        if folder.strip("/"):
            found["prefix"] = f"{folder.strip('/')}/{found.get('prefix', '')}"


def _show(default: object) -> str:
    return "what the recorder can do" if default is None else repr(default)


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in ("true", "1", "yes", "on"):
        return True
    if lowered in ("false", "0", "no", "off"):
        return False
    raise ValueError("true or false")


def _number(low: float, high: float, words: str, *, above: bool = False) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError(words) from None
        if not low <= value <= high or (above and value == low):  # NaN fails the comparison too
            raise ValueError(words)
        return value

    return parse


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _prefix(text: str) -> str:
    stripped = text.strip("/")
    return f"{stripped}/" if stripped else ""


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("DEBUG, INFO, WARNING or ERROR")
    return text.upper()


def _sampler(text: str) -> str:
    if text.lower() not in ("random", "trace"):
        raise ValueError("random or trace")
    return text.lower()


def _encryption(text: str) -> str:
    for known in ("AES256", "aws:kms", "aws:kms:dsse"):
        if text.lower() == known.lower():
            return known
    raise ValueError("AES256, aws:kms or aws:kms:dsse")


def _metrics(text: str) -> str:
    if text.lower() not in ("opentelemetry", "emf", "none"):
        raise ValueError("opentelemetry, emf or none")
    return text.lower()


_PARSERS: dict[str, Callable[[str], object]] = {
    "enabled": _boolean,
    "bucket": str,
    "prefix": _prefix,
    "include": _patterns,
    "exclude": _patterns,
    "branches": _boolean,
    "log_level": _level,
    "upload_timeout": _number(0, 3600, "a number of seconds from 0 to 3600", above=True),
    "encryption": _encryption,
    "kms_key": str,
    "sample_rate": _number(0, 1, "a number above 0, at most 1", above=True),
    "overhead_budget": _number(0, 1, "a share from 0 to 1"),
    "max_windows_per_minute": _number(0, NO_LIMIT, "a number above 0", above=True),
    "sampler": _sampler,
    "flush_interval": _number(0, 86400, "a number of seconds from 0 to 86400"),
    "metrics": _metrics,
    "trace_ids": _boolean,
    "handler": str,
}
