"""What telemetry may send is a short, closed list."""

from __future__ import annotations

import re

from lambda_usage.telemetry.definitions import (
    COUNTER,
    GAUGE,
    HISTOGRAM,
    METRICS,
    OTHER,
    REASON,
    SPAN_ATTRIBUTES,
)

NAMES = [each.name for each in METRICS]
MOST_SERIES = 40
"""Of one process: what a cardinality limit would have to be, were there one."""


def test_names_are_our_own_dotted_and_unique() -> None:
    spans = [each.name for each in SPAN_ATTRIBUTES]
    attributes = [each.attribute.name for each in METRICS if each.attribute]
    for names in (NAMES, spans):
        assert len(set(names)) == len(names)
    for name in NAMES + spans + attributes:
        assert re.fullmatch(r"lambda_usage(\.[a-z]+)+", name), name
        assert not name.endswith("total"), name


def test_units_are_those_of_ucum() -> None:
    for each in METRICS:
        assert each.unit in ("s", "By", "1") or re.fullmatch(r"\{[a-z]+\}", each.unit), each.name
        assert each.kind in (COUNTER, GAUGE, HISTOGRAM)
        assert (each.unit == "s") is each.name.endswith((".time", ".duration")), each.name
        assert bool(each.bounds) is (each.kind == HISTOGRAM), each.name
        assert list(each.bounds) == sorted(set(each.bounds)), each.name


def test_the_series_of_a_process_are_few_whatever_it_does() -> None:
    series = sum(len(each.attribute.values) if each.attribute else 1 for each in METRICS)
    assert series <= MOST_SERIES


def test_each_value_of_an_attribute_says_what_it_means() -> None:
    for each in METRICS:
        if each.attribute:
            assert each.kind == COUNTER, "a gauge or a histogram is not told apart"
            values = [value for value, _ in each.attribute.values]
            assert len(set(values)) == len(values)
            assert all(meaning for _, meaning in each.attribute.values)
    assert OTHER in dict(REASON.values)
