"""Which periods an event makes due."""

from __future__ import annotations

from typing import Any

import pytest

from usage_combiner.events import Due, UnknownEventError, due, is_sqs
from usage_combiner.periods import ALL_TIME, Period
from usage_combiner.settings import read_settings

SETTINGS = read_settings({"COVERAGE_S3_BUCKET": "bucket"})
DAY = Period("2026/11/22/")
KEY = "coverage/2026/11/22/orders-p-000001.coverage"


def record(key: str = KEY, bucket: str = "bucket", name: str = "ObjectCreated:Put") -> Any:
    return {
        "eventSource": "aws:s3",
        "eventName": name,
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}},
    }


def through_eventbridge(key: str = KEY, kind: str = "Object Created") -> Any:
    detail = {"bucket": {"name": "bucket"}, "object": {"key": key}}
    return {"source": "aws.s3", "detail-type": kind, "detail": detail}


def scheduled(time: str, source: str = "aws.events") -> Any:
    return {"source": source, "detail-type": "Scheduled Event", "time": time, "detail": {}}


def test_a_new_bundle_makes_its_day_due() -> None:
    assert due({"Records": [record()]}, SETTINGS) == Due(days=(DAY,))
    assert due(through_eventbridge(), SETTINGS) == Due(days=(DAY,))


def test_many_bundles_make_each_day_due_once() -> None:
    keys = [f"coverage/2026/11/{day}/f-p-{n:06}.coverage" for n in range(3) for day in (23, 22)]
    found = due({"Records": [record(key) for key in keys]}, SETTINGS)
    assert found == Due(days=(DAY, Period("2026/11/23/")))


def test_s3_quotes_keys_and_eventbridge_does_not() -> None:
    settings = read_settings({"COVERAGE_S3_BUCKET": "bucket", "COVERAGE_S3_PREFIX": "a b+c"})
    quoted = "a+b%2Bc/2026/11/22/f-p-000001.coverage"
    plain = "a b+c/2026/11/22/f-p-000001.coverage"
    assert due({"Records": [record(quoted)]}, settings) == Due(days=(DAY,))
    assert due(through_eventbridge(plain), settings) == Due(days=(DAY,))


@pytest.mark.parametrize(
    "event",
    [
        {"Records": [record(bucket="another")]},
        {"Records": [record(name="ObjectRemoved:Delete")]},
        {"Records": [record("coverage/inventory/orders/ab.json.gz")]},
        {"Records": [record("coverage/2026/13/22/f-p-000001.coverage")]},
        {"Records": [record("other/2026/11/22/f-p-000001.coverage")]},
        {"Records": [record("coverage/2026/11/22/sub/f-p-000001.coverage")]},
        {"Records": []},
        through_eventbridge(kind="Object Deleted"),
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "bucket"},
    ],
)
def test_what_is_no_bundle_of_ours_makes_nothing_due(event: Any) -> None:
    assert due(event, SETTINGS) == Due()


@pytest.mark.parametrize(
    "name", ["usage.coverage", "dead-code.json", "report.html", "summary.json"]
)
@pytest.mark.parametrize("prefix", ["", "2026/", "2026/11/", "2026/11/22/"])
@pytest.mark.parametrize("store", ["coverage/", "combine/", "c/"])
def test_what_the_combiner_writes_makes_nothing_due(store: str, prefix: str, name: str) -> None:
    settings = read_settings({"COVERAGE_S3_BUCKET": "bucket", "COVERAGE_S3_PREFIX": store})
    key = f"{settings.output_prefix}{prefix}{name}"
    assert due({"Records": [record(key)]}, settings) == Due()
    assert due(through_eventbridge(key), settings) == Due()


@pytest.mark.parametrize("source", ["aws.events", "aws.scheduler"])
def test_a_schedule_makes_the_last_days_due_and_all_that_they_are_part_of(source: str) -> None:
    found = due(scheduled("2026-12-01T03:00:00Z", source), SETTINGS)
    assert found == Due(
        days=(Period("2026/11/29/"), Period("2026/11/30/"), Period("2026/12/01/")),
        longer=(Period("2026/11/"), Period("2026/12/"), ALL_TIME),
    )


def test_a_person_names_a_day_or_a_prefix() -> None:
    assert due({"day": "2026-11-22"}, SETTINGS) == Due(days=(DAY,))
    assert due({"prefix": "2026/11/22/"}, SETTINGS) == Due(days=(DAY,))
    assert due({"prefix": "2026/11/"}, SETTINGS) == Due(whole=(Period("2026/11/"),))
    assert due({"prefix": ""}, SETTINGS) == Due(whole=(ALL_TIME,))


@pytest.mark.parametrize("prefix", ["2026/11", "2026/11/22/orders", "2026/13/", "/", "0000/", 7])
def test_a_prefix_that_is_none_of_days_is_refused_rather_than_found_empty(prefix: object) -> None:
    with pytest.raises(UnknownEventError):
        due({"prefix": prefix}, SETTINGS)


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        None,
        "text",
        {"Records": [{"eventSource": "aws:kinesis"}]},
        {"Records": 7},
        {"day": "yesterday"},
        {"day": None},
        {"source": "aws.s3"},
        scheduled("soon"),
    ],
)
def test_anything_else_is_an_error_that_says_what_is_understood(event: object) -> None:
    with pytest.raises(UnknownEventError, match="the combiner knows events of S3"):
        due(event, SETTINGS)


def test_a_batch_of_messages_is_told_from_other_records() -> None:
    message = {"eventSource": "aws:sqs", "body": "{}"}
    assert is_sqs({"Records": [message, message]})
    for other in ({"Records": [record()]}, {"Records": [message, record()]}, {"Records": []}, None):
        assert not is_sqs(other)
