"""A value of the context that makes no sense is refused, with what to write instead."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from infra.context import Context, ContextError, check_keys, read_context
from tests.infra.synthesise import GUIDE, LAYER


def read(**values: Any) -> Context:
    return read_context(values.get)


def test_all_may_be_left_out() -> None:
    assert read() == Context("dev", (), 1.0, 0.01, False, "", "", "")
    assert read(environment="", regions="", sample_rate="", examples="") == read()


def test_values_come_as_text_from_the_command_line_and_as_json_from_cdk_json() -> None:
    text = read(regions="eu-west-1, us-east-1,eu-west-1", sample_rate="0.5", examples="true")
    assert text == read(regions=["eu-west-1", "us-east-1"], sample_rate=0.5, examples=True)
    assert text.regions == ("eu-west-1", "us-east-1")


@pytest.mark.parametrize(
    ("key", "value", "advice"),
    [
        ("environment", "Prod", "lower-case letters and digits"),
        ("environment", "load-test", "lower-case letters and digits"),  # the name of a stack
        ("environment", "a" * 17, "up to 16"),  # a bucket's name has 63 characters
        ("regions", "Ireland", "regions=eu-west-1,us-east-1"),
        ("sample_rate", "0", "above 0 up to 1"),
        ("sample_rate", "2", "above 0 up to 1"),
        ("sample_rate", "nan", "above 0 up to 1"),
        ("overhead_budget", "1%", "above 0 up to 1"),
        ("examples", "no", "true or false"),
        ("collector_layer", "otel", "ARN"),
        ("collector_gateway", "collector.example.com", "https://"),
        ("collector_gateway", "https://collector.example.com/v1/metrics", "without a path"),
        ("alarm_topic", "on-call", "ARN"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write(key: str, value: str, advice: str) -> None:
    with pytest.raises(ContextError) as error:
        read(**{key: value})
    assert key in str(error.value)
    assert value in str(error.value)
    assert advice in str(error.value)


def test_a_key_that_is_misspelt_is_refused_and_the_cdks_own_are_not() -> None:
    check_keys([each.name for each in fields(Context)])
    check_keys(["aws:cdk:version-reporting", "@aws-cdk/core:stackRelativeExports", "cdk-migrate"])
    with pytest.raises(ContextError, match=r"has no enviroment: choose environment, regions"):
        check_keys(["sample_rate", "enviroment"])


def test_a_collector_needs_somewhere_to_send_to() -> None:
    with pytest.raises(ContextError, match="collector_gateway: write both"):
        read(collector_layer=LAYER)


def test_the_guide_has_a_line_on_each() -> None:
    tables = [line for line in GUIDE.read_text("utf-8").splitlines() if line.startswith("| `")]
    for each in fields(Context):
        assert any(f"`{each.name}`" in line.split("|")[1] for line in tables), each.name


def test_the_longest_names_fit_into_a_buckets() -> None:
    longest = read(environment="a" * 16)
    assert len(f"{longest.name}-123456789012-ap-southeast-1") <= 63
