"""Variables that make no sense fail at the start, and say which it is."""

from __future__ import annotations

import pytest

from usage_combiner.settings import SettingsError, read_settings


def test_a_bucket_is_enough() -> None:
    settings = read_settings({"COVERAGE_S3_BUCKET": "bucket"})
    assert settings.store == "s3://bucket/coverage/"
    assert (settings.output_bucket, settings.output_prefix) == ("bucket", "combined/")
    assert (settings.thresholds.min_exposure, settings.thresholds.min_days) == (1000, 14)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "COVERAGE_S3_BUCKET is not set"),
        ({"COVERAGE_S3_BUCKET": "b", "COMBINER_MIN_DAYS": "-1"}, "COMBINER_MIN_DAYS is '-1'"),
        ({"COVERAGE_S3_BUCKET": "b", "COMBINER_SCHEDULE_DAYS": "x"}, "COMBINER_SCHEDULE_DAYS"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(variables: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_settings(variables)


@pytest.mark.parametrize(
    ("prefix", "output"),
    [
        ("coverage/", "coverage/"),
        ("coverage/", "coverage/combined/"),
        ("", "combined/"),
        ("a/b", "a"),
    ],
)
def test_results_may_not_lie_where_bundles_are_read(prefix: str, output: str) -> None:
    variables = {
        "COVERAGE_S3_BUCKET": "bucket",
        "COVERAGE_S3_PREFIX": prefix,
        "COMBINER_OUTPUT_PREFIX": output,
    }
    with pytest.raises(SettingsError, match="results cannot go to"):
        read_settings(variables)
    assert read_settings({**variables, "COMBINER_OUTPUT_BUCKET": "another"})


def test_a_folder_beside_with_a_similar_name_is_another_one() -> None:
    assert read_settings({"COVERAGE_S3_BUCKET": "b", "COMBINER_OUTPUT_PREFIX": "coverage-all"})
