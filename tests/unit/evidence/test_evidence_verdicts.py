"""The rules by which what was seen becomes a verdict."""

from __future__ import annotations

import pytest
from evidence_world import Counts, World, even, exposure, lines, origin, over_days

from lambda_usage.evidence.model import FileState, RangeKind, Verdict

CODE, ERROR, STUB = RangeKind.CODE, RangeKind.ERROR_HANDLING, RangeKind.STUB

APP = """\
def handler(event):
    if event:
        return used(event)
    return None

def used(event):
    if event == 3:
        rare = 1
        return rare
    return 2

def unused(event):
    value = event
    return value

def setup():
    return 1

setup()
"""

MONTH = over_days(15, exposure(invocations=200, inits=100))


def lived(world: World, where=None, exposures=MONTH, **fields: object):
    """A fleet that runs APP as its author meant it."""
    where = where or origin()
    usage = world.ship(where, exposures, **fields)
    world.saw(where, "<module>", init=True)
    world.saw(where, "setup", init=True)
    world.saw(where, "handler")
    world.saw(where, "used", [7, 10])
    return usage


def test_each_verdict_in_one_application(world: World) -> None:
    world.source(APP)
    world.source("def gone():\n    return 1\n", "left_behind.py")
    lived(world)
    found = {(each.file, each.name): each.verdict for each in world.report().functions}
    assert found == {
        ("app.py", "<module>"): Verdict.USED,
        ("app.py", "handler"): Verdict.USED,
        ("app.py", "used"): Verdict.USED,
        ("app.py", "unused"): Verdict.DEAD,
        ("app.py", "setup"): Verdict.STARTUP,
        ("left_behind.py", "<module>"): Verdict.NOT_DEPLOYED,
        ("left_behind.py", "gone"): Verdict.NOT_DEPLOYED,
    }


def test_dead_code_names_its_lines_its_bound_and_its_reason(world: World) -> None:
    world.source(APP)
    lived(world)
    found = world.judge("unused")
    assert lines(found) == [(13, 14, CODE)]
    assert found.exposure == 3000
    assert found.use_upper_bound == pytest.approx(1 - 0.05 ** (1 / 3000))
    assert found.reason == "never run in 3,000 invocations of orders over 15 days"
    assert world.judge("used").use_upper_bound is None
    assert world.report().files[0].state is FileState.LOADED


@pytest.mark.parametrize(
    ("thresholds", "reason"),
    [
        ({"min_days": 16}, "only 15 of 16 days of orders"),
        (
            {"min_exposure": 3001},
            "shipped by orders, which had only 3,000 invocations of 3,001",
        ),
        (
            {"expected_functions": ("billing",)},
            "billing was expected and has not been seen",
        ),
        (
            {"expected_functions": ("orders", "orders:live")},
            "orders:live was expected and has not been seen",
        ),
    ],
)
def test_too_little_evidence_is_unproven(world: World, thresholds, reason: str) -> None:
    world.source(APP)
    lived(world)
    found = world.judge("unused", **thresholds)
    assert (found.verdict, found.reason, lines(found)) == (Verdict.UNPROVEN, reason, [])
    assert world.judge("setup", **thresholds).verdict is Verdict.UNPROVEN
    assert world.judge("used", **thresholds).verdict is Verdict.USED


def test_what_only_an_unseen_function_may_ship_is_not_called_undeployed(world: World) -> None:
    world.source(APP)
    lived(world)
    world.source("def task():\n    return 1\n", "cron.py")
    assert world.judge("task", "cron.py").verdict is Verdict.NOT_DEPLOYED
    found = world.judge("task", "cron.py", expected_functions=("cron",))
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == "cron was expected and has not been seen"
    assert (found.exposure, found.use_upper_bound, found.dead_lines) == (0, 1, ())


def test_expected_functions_may_be_named_with_or_without_alias(world: World) -> None:
    world.source(APP)
    lived(world, origin(alias="live"))
    for name in ("orders", "orders:live"):
        assert world.judge("unused", expected_functions=(name,)).verdict is Verdict.DEAD


def test_a_million_calls_of_one_function_say_nothing_about_code_that_only_another_reaches(
    world: World,
) -> None:
    world.source(APP)
    lived(world, exposures=over_days(15, exposure(invocations=100_000)))
    billing = origin("billing")
    world.ship(billing, over_days(2, exposure(invocations=6)))
    found = world.judge("unused")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 12)
    assert found.reason == "shipped by billing too, which had only 12 invocations of 1,000"
    assert found.use_upper_bound == pytest.approx(1 - 0.05 ** (1 / 12))


def test_days_are_those_of_each_lambda_function(world: World) -> None:
    world.source(APP)
    lived(world)
    world.ship(origin("billing"), over_days(3, exposure(invocations=9000)))
    assert world.judge("unused").reason == "only 3 of 14 days of billing"


def test_aliases_are_judged_apart(world: World) -> None:
    world.source(APP)
    lived(world, origin(alias="live"))
    world.ship(origin(alias="test"), over_days(1, exposure(invocations=1)))
    assert world.judge("unused").verdict is Verdict.UNPROVEN


def test_code_that_any_lambda_function_uses_is_used(world: World) -> None:
    world.source(APP)
    lived(world)
    billing = origin("billing")
    world.ship(billing, over_days(1, exposure(invocations=1)))
    world.saw(billing, "unused")
    assert world.judge("unused").verdict is Verdict.USED


def test_a_file_of_another_hash_proves_nothing(world: World) -> None:
    world.source(APP)
    other = APP.replace("value = event", "value = [event]")
    lived(world, text=other)
    found = world.judge("handler")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 0)
    assert found.reason == "orders ships another version of this file"
    assert world.report().files[0].state is FileState.DIFFERS
    assert world.report().files[0].dead_lines == ()


def test_a_lambda_function_that_ships_another_hash_leaves_code_unproven(world: World) -> None:
    world.source(APP)
    lived(world)
    world.ship(origin("billing"), MONTH, text=APP + "\n\n")
    found = world.judge("unused")
    assert (found.verdict, found.exposure) == (Verdict.UNPROVEN, 0)
    assert found.reason == "billing ships another version of this file"


def test_an_older_deployment_of_the_same_function_is_simply_not_counted(world: World) -> None:
    world.source(APP)
    lived(world)
    world.ship(origin(package="old"), MONTH, text=APP + "\n\n")
    assert world.judge("unused").exposure == 3000


def test_shipped_and_never_loaded_may_be_dead(world: World) -> None:
    world.source(APP)
    world.ship(origin(), MONTH, loaded=False)
    report = world.report()
    assert report.files[0].state is FileState.SHIPPED
    assert {each.verdict for each in report.functions} == {Verdict.DEAD}
    assert lines(world.judge("used")) == [(7, 10, CODE)]
    assert [(each.first, each.last) for each in report.files[0].dead_lines] == [(1, 19)]


def test_a_function_without_a_recorded_code_object_is_unproven(world: World) -> None:
    world.source(APP)
    usage = lived(world)
    usage.codes = {key: code for key, code in usage.codes.items() if key.qualname != "unused"}
    found = world.judge("unused")
    assert (found.verdict, found.exposure, found.frequency) == (Verdict.UNPROVEN, 0, None)


def test_module_and_class_bodies_are_exposed_by_inits(world: World) -> None:
    world.source("class A:\n    x = 1\n    def m(self):\n        return 1\n")
    world.ship(origin(), over_days(15, exposure(invocations=500, inits=10)), loaded=False)
    assert world.judge("A").exposure == world.judge("<module>").exposure == 150
    assert world.judge("A").verdict is Verdict.UNPROVEN
    assert world.judge("A.m").verdict is Verdict.DEAD


def test_a_class_body_in_a_function_is_exposed_by_invocations(world: World) -> None:
    world.source("def f():\n    class A:\n        x = 1\n    return A\n")
    world.ship(origin(), over_days(15, exposure(invocations=500, inits=10)))
    found = world.judge("f.<locals>.A")
    assert (found.exposure, found.verdict) == (7500, Verdict.DEAD)


def test_snapstart_counts_init_once_for_each_snapshot(world: World) -> None:
    world.source("x = 1\n")
    for version in ("1", "2"):
        where = origin(version=version, initialization_type="snap-start")
        world.ship(where, over_days(15, exposure(invocations=500, inits=500)), loaded=False)
    assert world.judge("<module>").exposure == 2


def test_a_body_that_ran_before_recording_is_used_but_not_exposed(world: World) -> None:
    world.source("if None:\n    x = [1]\nclass A:\n    y = 1\nif x:\n    class B:\n        z = 1\n")
    world.ship(origin(attach="decorator"), MONTH, body_seen=False)
    module = world.judge("<module>")
    assert (module.verdict, module.exposure, lines(module)) == (Verdict.USED, 0, [])
    assert world.judge("A").verdict is Verdict.USED
    assert world.judge("B").verdict is Verdict.UNPROVEN


def test_a_loaded_body_of_which_nothing_was_recorded_is_not_exposed(world: World) -> None:
    world.source("x = 1\n")
    world.ship(origin(recorder="ctrace"), MONTH, body=False)
    module = world.judge("<module>")
    assert (module.verdict, module.exposure, lines(module)) == (Verdict.USED, 0, [])


def test_dead_lines_of_a_used_function_need_calls_that_entered_it(world: World) -> None:
    world.source(APP)
    usage = lived(world, exposures=over_days(15, exposure(invocations=200, windows=200)))
    assert lines(world.judge("used")) == []
    ran = Counts(1500, 1500.0, even(1500))
    world.window(origin(), ["handler", "used"], ran)
    assert lines(world.judge("used")) == [(8, 9, CODE)]
    usage.paths.clear()
    usage.other = {k: Counts(9, 9.0, even(9)) for k in usage.codes if k.qualname == "used"}
    assert lines(world.judge("used")) == []


def test_calls_that_entered_are_estimated_for_all_invocations(world: World) -> None:
    world.source(APP)
    lived(world, exposures=over_days(15, exposure(invocations=2000, windows=20, rate=0.01)))
    world.window(origin(), ["used"], Counts(150, 15_000.0, even(15_000)))
    assert lines(world.judge("used")) == [(8, 9, CODE)]


def test_dead_lines_need_calls_in_every_lambda_function_that_enters(world: World) -> None:
    world.source(APP)
    month = over_days(15, exposure(invocations=200, windows=200))
    lived(world, exposures=month)
    world.window(origin(), ["used"], Counts(1500, 1500.0, even(1500)))
    billing = origin("billing")
    world.ship(billing, month)
    assert lines(world.judge("used")) == [(8, 9, CODE)], "billing never enters it"
    world.saw(billing, "used", [7, 10])
    world.window(billing, ["used"], Counts(5, 5.0, even(5)))
    assert lines(world.judge("used")) == [], "billing entered it too seldom"


def test_a_line_that_any_origin_ran_is_not_dead(world: World) -> None:
    world.source(APP)
    lived(world)
    billing = origin("billing")
    world.ship(billing, MONTH)
    for where in (origin(), billing):
        world.bundle.origins[where].exposures = over_days(15, exposure(200, windows=200))
        world.window(where, ["used"], Counts(3000, 3000.0, even(3000)))
    world.saw(billing, "used", [7, 8, 9])
    assert lines(world.judge("used")) == []


def test_ctrace_is_exposed_by_effective_windows(world: World) -> None:
    world.source(APP)
    days = over_days(15, exposure(invocations=5000, windows=50, rate=0.5))
    days["2026-11-01"] = exposure(invocations=5000, windows=50, rate=0.1)
    lived(world, origin(recorder="ctrace", runtime="python3.11"), exposures=days)
    found = world.judge("unused")
    assert found.exposure == pytest.approx((14 * 100 + 500) / 10)
    assert found.verdict is Verdict.UNPROVEN


def test_frequency_is_a_share_of_the_windows_of_those_that_ship_the_file(world: World) -> None:
    world.source(APP)
    lived(world, exposures=over_days(15, exposure(invocations=200, windows=200)))
    world.source("x = 1", "other.py")
    world.ship(origin("elsewhere"), over_days(15, exposure(200, windows=200)), "other.py")
    world.window(origin(), ["handler", "used"], Counts(750, 750.0, even(750)))
    found = world.judge("used")
    assert found.frequency == pytest.approx(0.25)
    assert found.frequency_low < 0.25 < found.frequency_high
    assert world.judge("unused").frequency == 0
    assert world.judge("<module>").frequency is None


def test_without_windows_no_frequency_is_estimated(world: World) -> None:
    world.source(APP)
    lived(world)
    assert world.judge("used").frequency is None
    assert "not known" in world.judge("used").reason


def test_windows_of_a_context_block_expose_but_estimate_nothing(world: World) -> None:
    world.source(APP)
    block = origin(attach="context")
    lived(world, block, exposures=over_days(15, exposure(invocations=200, windows=200)))
    world.window(block, ["used"], Counts(1500, 1500.0, even(1500)))
    assert world.judge("used").frequency is None
    assert world.judge("unused").verdict is Verdict.DEAD


def test_error_handling_is_shown_apart(world: World) -> None:
    world.source(
        "def f(a):\n"
        "    if a is None:\n"
        "        message = 'no'\n"
        "        log.error(message)\n"
        "        raise ValueError(message)\n"
        "    try:\n"
        "        a()\n"
        "    except KeyError:\n"
        "        a = 1\n"
        "    return a\n"
    )
    where = origin()
    world.ship(where, over_days(15, exposure(200, windows=200)))
    world.saw(where, "f", [2, 6, 7, 10])
    world.window(where, ["f"], Counts(3000, 3000.0, even(3000)))
    assert lines(world.judge("f")) == [(3, 5, ERROR), (8, 9, ERROR)]


def test_a_stub_that_never_ran_is_no_dead_code(world: World) -> None:
    world.source(
        "class A:\n"
        "    def todo(self):\n"
        "        '''Later.'''\n"
        "        raise NotImplementedError('later')\n"
        "    @abstractmethod\n"
        "    def must(self):\n"
        "        return 1\n"
    )
    world.ship(origin(), MONTH)
    todo = world.judge("A.todo")
    assert (todo.verdict, lines(todo)) == (Verdict.UNPROVEN, [(4, 4, STUB)])
    assert world.judge("A.must").verdict is Verdict.UNPROVEN
    assert world.judge("A.todo", min_exposure=10**6).dead_lines == ()


def test_excluded_functions_and_lines_are_not_reported(world: World) -> None:
    world.source(
        "def f():  # pragma: no cover\n"
        "    return 1\n"
        "def g(a):\n"
        "    b = a\n"
        "    if a:  # pragma: no cover\n"
        "        b = 2\n"
        "    return b\n"
    )
    world.ship(origin(), MONTH)
    report = world.report()
    assert [each.name for each in report.functions] == ["<module>", "g"]
    assert lines(world.judge("g")) == [(4, 4, CODE), (7, 7, CODE)]


def test_dead_ranges_do_not_reach_into_nested_functions(world: World) -> None:
    world.source("def f(a):\n    b = 1\n    def g():\n        return b\n\n    return g\n")
    world.ship(origin(), MONTH)
    assert lines(world.judge("f")) == [(2, 3, CODE), (6, 6, CODE)]
    assert lines(world.judge("f.<locals>.g")) == [(4, 4, CODE)]
    assert [(e.first, e.last) for e in world.report().files[0].dead_lines][-1] == (2, 6)


def test_lambdas_in_a_table_are_judged_one_by_one(world: World) -> None:
    world.source(
        "T = {\n    1: lambda: 1,\n    2: 'two',\n    3: lambda: 3,\n    4: lambda: 4,\n}\n"
    )
    where = origin()
    world.ship(where, MONTH)
    world.saw(where, "<module>", init=True)
    dead = [(each.first, each.last) for each in world.report().files[0].dead_lines]
    assert dead == [(2, 2), (4, 5)]


def test_statements_that_the_runtime_cannot_run_are_ignored(world: World) -> None:
    world.source("def f():\n    a = 1\n    if __debug__ is None:\n        b = 2\n    return a\n")
    where = origin()
    usage = world.ship(where, MONTH)
    usage.codes = {
        k: c if k.qualname != "f" else type(c)(k, "", frozenset({2, 5}))
        for k, c in usage.codes.items()
    }
    assert lines(world.judge("f")) == [(2, 5, CODE)]


def test_what_only_serves_to_fail_is_unproven_and_shown_apart(world: World) -> None:
    world.source(
        "class OutOfStock(ValueError):\n"
        "    def __init__(self, item):\n"
        "        super().__init__(item)\n"
        "        self.item = item\n"
        "\n"
        "def refuse(why):\n"
        "    text = f'refused: {why}'\n"
        "    raise PermissionError(text)\n"
        "\n"
        "def handler(event):\n"
        "    return event\n"
    )
    world.ship(origin(), MONTH)
    world.saw(origin(), "handler")
    for name, first, last in (("OutOfStock.__init__", 3, 4), ("refuse", 7, 8)):
        found = world.judge(name)
        assert found.verdict is Verdict.UNPROVEN
        assert lines(found) == [(first, last, ERROR)]
        assert "fails" in found.reason


def test_what_is_defined_where_something_failed_is_no_evidence_of_its_death(world: World) -> None:
    world.source(
        "def handler(event):\n"
        "    try:\n"
        "        return event + 1\n"
        "    except TypeError:\n"
        "        def retry():\n"
        "            return lambda: handler(0)\n"
        "        class Fallback:\n"
        "            def value(self):\n"
        "                return 1\n"
        "        return retry\n"
    )
    world.ship(origin(), MONTH)
    world.saw(origin(), "handler", [2, 3])
    verdicts = {each.name: each.verdict for each in world.report().functions}
    assert verdicts.pop("handler") is Verdict.USED
    assert verdicts.pop("<module>") is Verdict.USED
    assert len(verdicts) == 4
    assert set(verdicts.values()) == {Verdict.UNPROVEN}


def test_what_an_exit_does_under_a_condition_is_error_handling(world: World) -> None:
    world.source(
        "class Session:\n"
        "    def __exit__(self, kind, value, trace):\n"
        "        if kind is not None:\n"
        "            self.undo()\n"
        "        self.close()\n"
    )
    days = over_days(15, exposure(invocations=200, inits=100, windows=200))
    world.ship(origin(), days)
    world.saw(origin(), "Session.__exit__", [3, 5])
    world.window(origin(), ["Session.__exit__"], Counts(3000, 3000.0, even(3000.0)))
    assert lines(world.judge("Session.__exit__")) == [(4, 4, ERROR)]
