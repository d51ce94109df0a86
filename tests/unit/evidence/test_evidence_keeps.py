"""Suppressions in the dead-code report."""

from __future__ import annotations

from datetime import date

import pytest
from evidence_world import Counts, World, even, exposure, origin, over_days

from lambda_usage.evidence.dead_code import dead_code_report
from lambda_usage.evidence.inventory import read_inventory
from lambda_usage.evidence.model import DeadCodeReport, KeepState, Thresholds, Verdict

APP = """\
def handler(event):
    if event == "audit":
        # lambda-usage: keep reason="asked for twice a year"
        return audit(event)
    return None

# lambda-usage: keep until=2027-03-01 reason="year-end job"
def audit(event):
    return event

def gone(event):
    return event
"""
MONTH = over_days(15, exposure(invocations=200, inits=100, windows=200))


def report(world: World, today: date) -> DeadCodeReport:
    world.source(APP)
    world.ship(origin(), MONTH)
    world.saw(origin(), "handler", [2, 5])
    world.window(origin(), ["handler"], Counts(3000, 3000.0, even(3000.0)))
    return dead_code_report(world.bundle, read_inventory(world.root), Thresholds(), today=today)


@pytest.mark.parametrize(
    ("today", "expired"), [(date(2027, 3, 1), False), (date(2027, 3, 2), True)]
)
def test_what_is_kept_has_its_verdict_and_its_suppression(
    world: World, today: date, expired: bool
) -> None:
    found = {each.name: each for each in report(world, today).functions}
    keep = found["audit"].keep
    assert found["audit"].verdict is Verdict.DEAD
    assert keep is not None
    assert (keep.reason, keep.until, keep.expired) == ("year-end job", "2027-03-01", expired)
    assert found["gone"].keep is None
    assert found["handler"].keep is None


def test_dead_lines_within_a_used_function_can_be_kept(world: World) -> None:
    found = report(world, date(2026, 12, 1))
    (handler,) = [each for each in found.functions if each.name == "handler"]
    (kept,) = handler.dead_lines
    assert (kept.first, kept.last) == (4, 4)
    assert kept.keep is not None
    assert (kept.keep.place, kept.keep.reason) == ("app.py:3", "asked for twice a year")


def test_each_suppression_says_what_became_of_it(world: World) -> None:
    (world.root / "pyproject.toml").write_text(
        '[[tool.lambda-usage.keep]]\npattern = "app.py:handler"\nuntil = 2027-03-01\n'
        '[[tool.lambda-usage.keep]]\npattern = "nowhere/*.py"\n'
    )
    found = report(world, date(2027, 4, 1))
    assert {each.keep.place: each.state for each in found.keeps} == {
        "app.py:3": KeepState.HOLDS,
        "app.py:7": KeepState.EXPIRED,
        "pyproject.toml: app.py:handler": KeepState.EXPIRED,
        "pyproject.toml: nowhere/*.py": KeepState.MATCHES_NOTHING,
    }


def test_a_suppression_that_cannot_be_understood_is_a_blind_spot(world: World) -> None:
    world.source("# lambda-usage: keep until=soon\ndef f():\n    return 1\n", "odd.py")
    spots = {each.kind: each.message for each in report(world, date(2027, 4, 1)).blind_spots}
    assert "odd.py" in spots["keep_mistakes"]
