"""The Lambda function: ``usage_combiner.handler.lambda_handler``."""

from __future__ import annotations

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from lambda_usage.combine.stores import open_store
from usage_combiner.events import due, is_sqs
from usage_combiner.periods import Period
from usage_combiner.results import UNCHANGED, Outcome, Workplace, bring_up_to_date
from usage_combiner.settings import read_settings
from usage_combiner.shelf import Shelf
from usage_combiner.work import Work

NAMED = 20
"""More broken bundles than these are only counted in the log; the summary names all."""

logger = Logger(service="usage-combiner")
metrics = Metrics(namespace="lambda-usage", service="usage-combiner")
# One account may hold several combiners, one for each environment: an alarm is for one of them.
metrics.set_default_dimensions(function_name=os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"))
# Named modules only: to patch all that X-Ray knows imports every one that is installed.
tracer = Tracer(service="usage-combiner", patch_modules=["botocore"])

_settings = read_settings(os.environ)
_client = boto3.client(
    "s3",
    config=Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 3},
    ),
)
_place = Workplace(
    open_store(_settings.store),
    Shelf(_client, _settings.output_bucket, _settings.output_prefix),
    _settings,
)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Brings up to date what the event makes due.

    Returns:
        For messages of SQS those that failed, for all else the summary of each period.
    """
    work = Work(_place, _combine)
    if not is_sqs(event):
        return {"periods": [_shown(each) for each in work.do(due(event, _settings))]}

    def on_message(record: SQSRecord) -> None:
        work.do(due(record.json_body, _settings))

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event, on_message, processor, context)
    failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    if failed:
        metrics.add_metric("MessagesFailed", MetricUnit.Count, len(failed))
        reasons = {f"{type(error).__name__}: {error}" for _, error, _ in processor.exceptions}
        logger.error(
            "messages failed; they come again, and then to the dead-letter queue",
            extra={"messages": failed[:NAMED], "count": len(failed), "reasons": sorted(reasons)},
        )
    return answer


@tracer.capture_method(capture_response=False)
def _combine(period: Period) -> Outcome:
    try:
        outcome = bring_up_to_date(_place, period)
    except Exception:
        metrics.add_metric("PeriodsFailed", MetricUnit.Count, 1)
        logger.exception("a period failed", extra={"period": str(period)})
        raise
    unchanged = outcome.status == UNCHANGED
    metrics.add_metric("PeriodsUnchanged" if unchanged else "PeriodsCombined", MetricUnit.Count, 1)
    metrics.add_metric("RacesLost", MetricUnit.Count, outcome.races_lost)
    if not unchanged:
        _tell(outcome)
    return outcome


def _tell(outcome: Outcome) -> None:
    broken = outcome.summary.get("broken", [])
    if broken and outcome.period.is_day:  # longer periods have those of their days
        metrics.add_metric("BundlesSetAside", MetricUnit.Count, len(broken))
    logger.info(
        "a period was combined",
        extra={
            "period": str(outcome.period),
            "status": outcome.status,
            "bundles": outcome.summary.get("bundles", 0),
            "no_reports": outcome.summary.get("no_reports"),
        },
    )
    for each in broken[:NAMED]:
        logger.warning(
            "a bundle was set aside",
            extra={
                "period": str(outcome.period),
                "bundle": each["name"],
                "reason": each["reason"],
            },
        )


def _shown(outcome: Outcome) -> dict[str, Any]:
    return {**outcome.summary, "period": str(outcome.period), "status": outcome.status}
