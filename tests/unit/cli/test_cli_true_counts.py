"""``--invocations``: the report states how many were never heard of. The store tells of 2,000."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lambda_usage.reports.json import json_schema

Cli = Callable[..., Any]
REPORTS = ("dead-code", "hot-paths")


@pytest.mark.parametrize("report", REPORTS)
def test_json_tells_the_share_of_all_and_of_each_function(
    report: str, cli: Cli, store: Path, source: Path
) -> None:
    done = cli(
        "report", report, store, "--source", source, "--format", "json",
        "--invocations", "4000", "--invocations", "orders=2500.0", "--invocations", "cron:live=10",
    )  # fmt: skip
    assert done.code == 0
    content = json.loads(done.out)
    jsonschema.validate(content, json_schema(report))
    assert content["evidence"]["never_heard_of"] == [
        {"lambda_function": "", "invocations": 4000, "heard": 2000, "share": 0.5},
        {"lambda_function": "cron:live", "invocations": 10, "heard": 0, "share": 1.0},
        {"lambda_function": "orders", "invocations": 2500, "heard": 2000, "share": 0.2},
    ]
    (told,) = [e["message"] for e in content["blind_spots"] if e["kind"] == "never_heard_of"]
    assert told == (
        "Never heard of: 2,000 of 4,000 invocations (50.00%), 10 of 10 invocations of cron:live "
        "(100.00%), 500 of 2,500 invocations of orders (20.00%). What only they ran is not seen."
    )


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_forms_for_people_tell_it_beside_the_evidence_and_as_a_blind_spot(
    report: str, form: str, cli: Cli, store: Path, source: Path
) -> None:
    asked = ("report", report, store, "--source", source, "--format", form)
    done = cli(*asked, "--invocations", "orders=2500")
    words = " ".join(done.out.split())
    assert "80 % of 2,500 invocations of orders" in words
    assert "Never heard of: 500 of 2,500 invocations of orders (20.00%)" in words
    without = cli(*asked).out
    assert "Heard of" not in without
    assert "Never heard of" not in without


def test_where_all_were_heard_of_there_is_no_blind_spot(
    cli: Cli, store: Path, source: Path
) -> None:
    asked = ("report", "dead-code", store, "--source", source, "--invocations")
    exact = " ".join(cli(*asked, "2000").out.split())
    assert "100 % of 2,000 invocations Period" in exact
    assert "Never heard of" not in exact
    fewer = " ".join(cli(*asked, "1990").out.split())
    assert "100 % of 1,990 invocations (and 10 more: compare the same functions in" in fewer
    assert "Never heard of" not in fewer


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(
    "given",
    ["", "0", "-5", "many", "1.5", "1e6", "orders", "orders=", "=5", "orders=0", "orders=x", "nan",
     "1" * 40],
)  # fmt: skip
def test_what_is_no_number_is_2_and_says_how(
    given: str, report: str, cli: Cli, tmp_path: Path
) -> None:
    done = cli("report", report, tmp_path / "no-store", f"--invocations={given}")
    assert (done.code, done.out) == (2, "")
    assert done.lines == [
        f"lambda-usage: --invocations: {given!r} is neither a number above 0 nor NAME=NUMBER: "
        "--invocations 1300, or --invocations orders=1300"
    ]


@pytest.mark.parametrize(("name", "whose"), [("", "all functions"), ("orders=", "orders")])
def test_two_numbers_for_one_thing_are_2(name: str, whose: str, cli: Cli, store: Path) -> None:
    twice = (f"--invocations={name}5", f"--invocations={name}6")
    done = cli("report", "hot-paths", store, *twice)
    assert done.code == 2
    assert done.lines == [f"lambda-usage: --invocations: two numbers for {whose}: give one"]
