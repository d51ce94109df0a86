"""PromQL, from the definitions of the metrics, so that a renamed metric cannot be asked for.

Processes of Lambda come and go, export with each upload, and many export only once. ``rate()`` and
``increase()`` need two samples, and leave out what the first of each series says: of a process that
exports once they see nothing. So what counters have grown by is told here by differences between
the last values of each process. A process never starts anew: each has a ``service.instance.id``.
"""

from __future__ import annotations

from lambda_usage.telemetry.definitions import COUNTER, GAUGE, Metric

WINDOW = "$__rate_interval"
"""As long as a step of the diagram, and at least four times :data:`STEP`."""
STEP = "10m"
"""The shortest step. Processes export with each upload: every five minutes, or up to twenty while
nothing new runs."""
LOOKBACK = "5m"
"""For how long Prometheus takes a sample for the present one."""
LIFE = "6h"
"""How long a process may stay silent and still be the same."""
REPORT = "2d"
"""How long a report is the latest: it should come daily."""

STORE = "job, instance, service_name, service_instance_id"
"""What tells reports of different stores apart; which of them there are is up to the receiver."""

FUNCTION = "faas_name"
ALIAS = "lambda_usage_alias"
_UNITS = {"s": "_seconds", "By": "_bytes"}


def name_of(metric: Metric) -> str:
    """What OpenTelemetry's rules for Prometheus make of a metric's name."""
    name = label_of(metric.name) + _UNITS.get(metric.unit, "")
    if metric.kind == GAUGE and metric.unit == "1":
        return f"{name}_ratio"
    return f"{name}_total" if metric.kind == COUNTER else name


def label_of(attribute: str) -> str:
    """What they make of an attribute's name."""
    return attribute.replace(".", "_")


def verdict(name: str) -> str:
    """Selects a verdict."""
    return f'lambda_usage_verdict="{name}"'


def grown(
    metric: Metric, where: str = "", *, by: str = FUNCTION, window: str = WINDOW, part: str = ""
) -> str:
    """By how much a counter has grown within a window, over all processes.

    Args:
        metric: The counter, or the histogram.
        where: Which series: matchers, with commas.
        by: The labels to keep; none adds up everything.
        window: How long.
        part: Of a histogram: ``_bucket``, ``_sum`` or ``_count``.
    """
    series = f"{name_of(metric)}{part}" + (f"{{{where}}}" if where else "")
    now = f"last_over_time({series}[{window}])"
    before = f"last_over_time({series}[{LIFE}] offset {window})"
    return f"sum{_by(by)} (\n  {now}\n  - ({before} or {now} * 0)\n)"


def a_minute(counted: str) -> str:
    """What has grown within :data:`WINDOW`, for each minute of it."""
    return f"{counted} * 60000 / ${{__rate_interval_ms}}"


def share(part: str, whole: str) -> str:
    """One by the other; nothing where there is nothing to be a share of."""
    return f"{part}\n/ ({whole} > 0)"


def now(
    metric: Metric, how: str, where: str = "", *, by: str = FUNCTION, window: str = WINDOW
) -> str:
    """A gauge over all processes that have told of it lately.

    Args:
        metric: The gauge.
        how: ``max``, ``min``, ``avg``, ``sum`` or ``count``.
        where: Which series: matchers, with commas.
        by: The labels to keep.
        window: What is lately.
    """
    series = name_of(metric) + (f"{{{where}}}" if where else "")
    return f"{how}{_by(by)} (last_over_time({series}[{window}]))"


def reported(metric: Metric, how: str, where: str = "", *, by: str = "") -> str:
    """A number of the latest report of each store.

    After an upgrade the same number comes with other labels (``telemetry_sdk_version``, say) for
    as long as both are the latest: it must not be added up twice.
    """
    if how != "sum":
        return now(metric, how, where, by=by, window=REPORT)
    labels = f"{by}, {STORE}" if by else STORE
    return f"sum{_by(by)} ({now(metric, 'max', where, by=labels, window=REPORT)})"


def quantile(metric: Metric, q: float, where: str = "", *, by: str = "") -> str:
    """A quantile of a histogram, over all processes."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({q:g}, {grown(metric, where, by=labels, part='_bucket')})"


def top(query: str, number: int = 10) -> str:
    """Only the largest."""
    return f"topk({number}, {query})"


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""
