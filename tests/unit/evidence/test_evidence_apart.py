"""What is judged apart or not at all: error handling, stubs, exclusions, nested code."""

from __future__ import annotations

from evidence_world import Counts, World, even, exposure, lines, origin, over_days
from verdict_app import CODE, ERROR, MONTH, STUB

from lambda_usage.evidence.model import Verdict


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
