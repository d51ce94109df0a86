"""What holds for whatever a fleet may have seen."""

from __future__ import annotations

import tempfile
from pathlib import Path

from evidence_world import Counts, World, even, exposure, origin, over_days
from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_usage.evidence.model import DeadCodeReport, Verdict

APP = """\
def f(a):
    if a:
        b = [x for x in a]
        return b
    def g():
        return 1
    return lambda: (
        g)

class C:
    def m(self):
        try:
            self.n()
        except ValueError:
            return 1
        return 2
"""
NAMES = ("<module>", "f", "f.<locals>.g", "f.<locals>.<lambda>", "C", "C.m")

sightings = st.tuples(
    st.sampled_from(NAMES),
    st.sets(st.integers(1, APP.count("\n"))),
    st.booleans(),
)
origins = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["orders", "billing"]),
        "version": st.sampled_from(["1", "2"]),
        "recorder": st.sampled_from(["monitoring", "ctrace"]),
        "invocations": st.sampled_from([0, 50, 5000]),
        "days": st.integers(1, 20),
        "loaded": st.booleans(),
        "same": st.booleans(),
        "seen": st.lists(sightings, max_size=6),
    }
)


@settings(deadline=None, max_examples=150)
@given(st.lists(origins, max_size=4))
def test_what_ran_is_never_dead(fleet: list[dict]) -> None:
    world, report = reported(fleet)
    ran, hit = what_ran(world)
    for function in report.functions:
        dead = {n for r in function.dead_lines for n in range(r.first, r.last + 1)}
        assert not dead & hit.get(function.name, set())
        if function.name in ran:
            assert function.verdict is not Verdict.DEAD
        if function.verdict is Verdict.DEAD:
            assert function.exposure >= 1000
            assert function.use_upper_bound is not None
        if function.verdict is Verdict.UNPROVEN:
            assert dead == set()
        assert function.reason


def reported(fleet: list[dict]) -> tuple[World, DeadCodeReport]:
    """What such a fleet has seen, and the report on it."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.source(APP)
        for number, each in enumerate(fleet):
            live(world, each, number)
        return world, world.report()


def live(world: World, each: dict, number: int) -> None:
    where = origin(
        each["name"], version=each["version"], recorder=each["recorder"], package=str(number)
    )
    count = each["invocations"]
    days = over_days(each["days"], exposure(count, windows=count, inits=count))
    text = APP if each["same"] else APP + "\n"
    world.ship(where, days, loaded=each["loaded"], text=text)
    if each["loaded"]:
        for name, lines, init in each["seen"]:
            world.saw(where, name, lines, init=init)
            total = float(each["days"] * count)
            world.window(where, [name], Counts(int(total), total, even(total)))


def what_ran(world: World) -> tuple[set[str], dict[str, set[int]]]:
    """Of the very source: what ran at all, and which of its lines did."""
    ran: set[str] = set()
    hit: dict[str, set[int]] = {}
    for where, usage in world.bundle.origins.items():
        if usage.files["app.py"].size != len(APP):
            continue
        assert where.package
        for key, code in usage.codes.items():
            lines = code.init_lines | code.invoke_lines
            hit.setdefault(key.qualname, set()).update(lines)
            if lines:
                ran.add(key.qualname)
    return ran, hit


@settings(deadline=None, max_examples=150)
@given(st.lists(origins, max_size=4))
def test_all_lambda_functions_together_claim_no_more_than_each_alone(fleet: list[dict]) -> None:
    _, report = reported(fleet)
    for function in report.functions:
        alone = [each.verdict for each in function.lambda_functions]
        if function.verdict is Verdict.DEAD:
            assert set(alone) == {Verdict.DEAD}
        if alone and set(alone) == {Verdict.DEAD}:
            assert function.verdict is Verdict.DEAD
        assert (Verdict.USED in alone) == (function.verdict is Verdict.USED)
        assert bool(alone) == (function.verdict is not Verdict.NOT_DEPLOYED)


@settings(deadline=None, max_examples=150)
@given(st.lists(origins, max_size=4))
def test_statements_agree_with_the_lines_that_ran_and_with_the_dead_ranges(
    fleet: list[dict],
) -> None:
    world, report = reported(fleet)
    (file,) = report.files
    _, hit = what_ran(world)
    dead = {n for r in file.dead_lines for n in range(r.first, r.last + 1)}
    for each in file.statements:
        lines = set(range(each.first, each.last + 1))
        ran = bool(lines & hit.get(each.function, set()))
        assert not (ran and each.verdict is Verdict.DEAD)
        assert (each.verdict in (Verdict.USED, Verdict.STARTUP)) <= ran
        if each.verdict is Verdict.DEAD:
            assert lines <= dead
    assert dead <= {
        n
        for each in file.statements
        if each.verdict is Verdict.DEAD
        for n in range(each.first, each.last + 1)
    } | {n for r in file.dead_lines for n in range(r.first + 1, r.last)}
