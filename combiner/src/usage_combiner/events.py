"""What an event asks for.

S3 tells of new bundles itself, through SQS or through EventBridge; a schedule asks for the last
days and all that they are part of; and a person, or a program, names a day or a prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from lambda_usage.combine.stores import BUNDLE_SUFFIX
from usage_combiner.periods import ALL_TIME, Period, PeriodError, day, day_of, month, period
from usage_combiner.settings import Settings

Event = Mapping[str, Any]


class UnknownEventError(ValueError):
    """Nothing that the combiner knows; trying it again will not help."""


@dataclass(frozen=True, slots=True)
class Due:
    """What an event asks for, each period once."""

    days: tuple[Period, ...] = ()
    """To be brought up to date by themselves."""
    longer: tuple[Period, ...] = ()
    """To be brought up to date after those, with any of their days that never was."""
    whole: tuple[Period, ...] = ()
    """The same, but all of their days are looked at."""


def is_sqs(event: object) -> bool:
    """Whether it is a batch of messages, each of which holds an event."""
    records = event.get("Records") if isinstance(event, Mapping) else None
    return isinstance(records, list) and bool(records) and all(map(_is_message, records))


def _is_message(record: object) -> bool:
    return isinstance(record, Mapping) and record.get("eventSource") == "aws:sqs"


def due(event: object, settings: Settings) -> Due:
    """What an event asks for; nothing where it tells of what is no bundle of ours.

    Raises:
        UnknownEventError: It is none of those above.
    """
    try:
        if not isinstance(event, Mapping):
            raise TypeError
        if "Records" in event:
            return _told(_s3_records(event["Records"]), settings)
        if event.get("Event") == "s3:TestEvent":  # sent once, when notifications are set up
            return Due()
        if event.get("source") == "aws.s3":
            return _told(_s3_detail(event), settings)
        if event.get("detail-type") == "Scheduled Event":
            return _scheduled(datetime.fromisoformat(event["time"]).date(), settings)
        if "day" in event:
            return Due(days=(day(date.fromisoformat(event["day"])),))
        return _asked(period(event["prefix"]))
    except PeriodError as error:
        raise UnknownEventError(str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnknownEventError(
            "the combiner knows events of S3, direct, by SQS or by EventBridge, schedules, "
            '{"day": "2026-11-22"} and {"prefix": "2026/11/"}; this is something else'
        ) from error


def _s3_records(records: Iterable[Event]) -> Iterable[tuple[str, str]]:
    for record in records:
        s3 = record["s3"]
        if record["eventName"].startswith("ObjectCreated:"):
            yield s3["bucket"]["name"], unquote_plus(s3["object"]["key"])


def _s3_detail(event: Event) -> Iterable[tuple[str, str]]:
    detail = event["detail"]
    if event["detail-type"] == "Object Created":
        yield detail["bucket"]["name"], detail["object"]["key"]  # EventBridge quotes nothing


def _told(objects: Iterable[tuple[str, str]], settings: Settings) -> Due:
    days = {
        day_of(key.removeprefix(settings.prefix))
        for bucket, key in objects
        if bucket == settings.bucket
        and key.startswith(settings.prefix)
        and key.endswith(BUNDLE_SUFFIX)
    }
    return Due(days=tuple(sorted(each for each in days if each)))


def _scheduled(today: date, settings: Settings) -> Due:
    days = sorted(day(today - timedelta(days=back)) for back in range(settings.schedule_days))
    return Due(tuple(days), longer=(*sorted({month(each) for each in days}), ALL_TIME))


def _asked(prefix: Period) -> Due:
    return Due(days=(prefix,)) if prefix.is_day else Due(whole=(prefix,))
