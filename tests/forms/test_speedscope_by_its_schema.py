"""The flame graph, held against speedscope's own schema, and against the paths that it is of."""

from __future__ import annotations

import io
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from lambda_usage.evidence.model import HotPathsReport, PathEvidence, PathShare
from lambda_usage.reports.speedscope import write_speedscope
from tests.forms import made

SCHEMA = json.loads((Path(__file__).parent / "schemas/speedscope.schema.json").read_text("utf-8"))

functions = st.sampled_from([f"{file}:{name}" for file in ("a.py", "b|c.py") for name in "fghij"])
paths = st.builds(
    made.path,
    st.uuids().map(str),
    st.lists(functions, max_size=6, unique=True),
    st.floats(0.001, 1e6),
    st.none() | st.floats(0, 60),
    st.lists(st.sampled_from(["orders", "nightly"]), max_size=2, unique=True),
)


def written(report: HotPathsReport) -> tuple[Any, tuple[str, ...]]:
    out = io.StringIO()
    notes = write_speedscope(report, out)
    document = json.loads(out.getvalue())
    Draft7Validator(SCHEMA).validate(document)
    return document, notes


def stacks(document: Any, profile: int) -> list[tuple[tuple[str, ...], float]]:
    """What a viewer draws: stacks of frames, from the bottom, and how long each lasts."""
    frames = [f"{each['file']}:{each['name']}" if "file" in each else each["name"]
              for each in document["shared"]["frames"]]  # fmt: skip
    found: list[tuple[tuple[str, ...], float]] = []
    stack: list[str] = []
    clock = document["profiles"][profile]["startValue"]
    for event in document["profiles"][profile]["events"]:
        assert event["at"] >= clock
        if event["at"] > clock:
            found.append((tuple(stack), event["at"] - clock))
        clock = event["at"]
        if event["type"] == "O":
            stack.append(frames[event["frame"]])
        else:
            assert stack.pop() == frames[event["frame"]]
    assert stack == []
    assert clock == document["profiles"][profile]["endValue"]
    return found


def share_of_each(found: Sequence[tuple[tuple[str, ...], float]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for stack, weight in found:
        for name in stack[1:]:
            total[name] += weight  # type: ignore[assignment]
    return total


@settings(max_examples=80)
@given(st.lists(paths, max_size=12))
def test_every_function_is_as_wide_as_the_invocations_that_ran_it(
    chosen: list[PathEvidence],
) -> None:
    document, _ = written(made.hot_paths(chosen))
    found = share_of_each(stacks(document, 0))
    expected: Counter[str] = Counter()
    for path in chosen:
        for name in path.functions:
            expected[name] += path.invocations  # type: ignore[assignment]
    assert found.keys() == expected.keys()
    for name, weight in expected.items():
        assert math.isclose(found[name], weight, rel_tol=1e-6, abs_tol=1e-6)


@settings(max_examples=80)
@given(st.lists(paths, max_size=12))
def test_seconds_are_means_times_invocations(chosen: list[PathEvidence]) -> None:
    document, notes = written(made.hot_paths(chosen))
    timed = [path for path in chosen if path.duration_mean_s is not None]
    assert len(document["profiles"]) == (2 if timed else 1)
    assert bool(notes) == (len(timed) < len(chosen))
    if timed:
        seconds = sum(path.invocations * (path.duration_mean_s or 0) for path in timed)
        assert document["profiles"][1]["unit"] == "seconds"
        assert math.isclose(document["profiles"][1]["endValue"], seconds, rel_tol=1e-6)


def test_what_requests_share_is_the_base_and_what_tells_them_apart_the_tips() -> None:
    common = ["a.py:handler", "a.py:route"]
    report = made.hot_paths(
        [
            made.path("1", [*common, "b.py:get"], 60),
            made.path("2", [*common, "b.py:put", "c.py:check"], 30),
            made.path("3", ["a.py:handler"], 10),
        ]
    )
    found = stacks(written(report)[0], 0)
    assert found == [
        (("orders", "a.py:handler", "a.py:route", "b.py:get"), 60),
        (("orders", "a.py:handler", "a.py:route", "b.py:put", "c.py:check"), 30),
        (("orders", "a.py:handler"), 10),
    ]


def test_each_lambda_function_stands_at_the_bottom_with_its_own_invocations() -> None:
    both = made.path("3", ["a.py:f"], 100)
    each = [PathShare("nightly", 0.2, 0.1, 0.3, 30.0), PathShare("orders", 0.9, 0.8, 1.0, 70.0)]
    report = made.hot_paths(
        [
            made.path("1", ["a.py:f"], 50, lambda_functions=["orders"]),
            made.path("2", ["a.py:f", "a.py:g"], 40, lambda_functions=["nightly"]),
            replace(both, lambda_functions=tuple(each)),
        ]
    )
    document, _ = written(report)
    assert stacks(document, 0) == [
        (("orders", "a.py:f"), 120),
        (("nightly", "a.py:f", "a.py:g"), 40),
        (("nightly", "a.py:f"), 30),
    ]
    seconds = Counter[str]()
    for stack, time in stacks(document, 1):
        seconds[stack[0]] += time  # type: ignore[assignment]
    assert math.isclose(seconds["orders"], 120 * 0.2)
    assert math.isclose(seconds["nightly"], 70 * 0.2)


def test_a_path_of_which_nobody_is_known_to_have_taken_it_is_there_all_the_same() -> None:
    report = made.hot_paths([made.path("1", ["a.py:f"], 50, lambda_functions=[])])
    assert stacks(written(report)[0], 0) == [(("any Lambda function", "a.py:f"), 50)]


def test_the_name_of_a_profile_says_what_a_level_means() -> None:
    document, _ = written(made.hot_paths([made.path("1", ["a.py:f"])]))
    for profile in document["profiles"]:
        assert profile["name"].endswith('a level means "also ran", not "called by"')


def test_functions_come_with_their_place() -> None:
    document, _ = written(made.hot_paths([made.path("1", ["a.py:C.f"])]))
    assert {"name": "C.f", "file": "a.py", "line": 3} in document["shared"]["frames"]


def test_a_path_may_be_longer_than_python_has_stack() -> None:
    names = [f"a.py:f{number}" for number in range(5_000)]
    ((stack, _),) = stacks(written(made.hot_paths([made.path("1", names)]))[0], 0)
    assert len(stack) == 5_001


def test_no_path_is_an_empty_profile() -> None:
    document, notes = written(made.hot_paths([]))
    assert document["profiles"][0]["events"] == []
    assert notes == ()
