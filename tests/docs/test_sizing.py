"""docs/sizing.md says what its commands print and what the accepted benchmarks found."""

from __future__ import annotations

import json
from pathlib import Path

from scripts import sizing

PAGE = (Path(__file__).parents[2] / "docs" / "sizing.md").read_text(encoding="utf-8")


def test_the_table_of_months_is_what_the_command_prints() -> None:
    printed = "\n".join(sizing.months())
    assert printed in PAGE, "python scripts/sizing.py months prints it anew"


def test_the_fleets_months_are_those_of_the_simulation() -> None:
    (fleet,) = (
        part["facts"]["fleet"]
        for part in json.loads(sizing.RESULTS.read_text(encoding="utf-8"))["parts"]
        if "fleet" in part["facts"]
    )
    dollars = {each["functions"]: each["ours"]["dollars_per_month"] for each in fleet["fleets"]}
    assert f"${dollars[1_000]:.0f} a month" in PAGE
    assert f"10,000 ${dollars[10_000]:.0f}" in PAGE


def test_a_small_bundle_is_as_large_as_the_table_says() -> None:
    lines, size = sizing.bundle(1, 1)
    assert f"| 1 | {lines} | 1 | {size:,} |" in PAGE
