"""What a report tells beside the verdict: Lambda functions, times, statements, dependencies."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evidence_world import Counts, World, even, exposure, origin, over_days

from lambda_usage.bundle.model import BundleId, BundleInfo, Distribution
from lambda_usage.evidence.model import (
    DependencyEvidence,
    FileState,
    LambdaFunctionVerdict,
    StatementEvidence,
    Verdict,
)

APP = """\
def handler(event):
    if event:
        return rare(event)
    return None

def rare(event):
    try:
        return event + 1
    except TypeError:
        return None

def setup():
    return 1

setup()
"""

MONTH = over_days(15, exposure(invocations=200, inits=100, windows=100, rate=0.5))
SHORT = over_days(3, exposure(invocations=200, inits=100))


def ship(world: World, name: str, exposures=MONTH, **fields: object) -> None:
    where = origin(name)
    world.ship(where, exposures, **fields)
    if fields.get("loaded", True):
        world.saw(where, "setup", init=True)
        world.saw(where, "handler", [2, 4])


def alone(world: World, name: str) -> dict[str, LambdaFunctionVerdict]:
    return {each.lambda_function: each for each in world.judge(name).lambda_functions}


def test_each_lambda_function_has_a_verdict_of_its_own(world: World) -> None:
    world.source(APP)
    ship(world, "orders")
    ship(world, "billing", loaded=False)
    ship(world, "nightly", SHORT)
    world.saw(origin("orders"), "rare", [7, 8])
    assert {name: each.verdict for name, each in alone(world, "rare").items()} == {
        "orders": Verdict.USED,
        "billing": Verdict.DEAD,
        "nightly": Verdict.UNPROVEN,
    }
    nightly = alone(world, "rare")["nightly"]
    assert (nightly.exposure, nightly.days) == (600, 3)
    assert nightly.reason == "shipped by nightly, which had only 600 invocations of 1,000"
    assert nightly.use_upper_bound == pytest.approx(1 - 0.05 ** (1 / 600))
    assert alone(world, "rare")["orders"].use_upper_bound is None


def test_a_lambda_function_that_ships_another_version_says_so(world: World) -> None:
    world.source(APP)
    ship(world, "orders")
    ship(world, "billing", text=APP + "\n")
    billing = alone(world, "rare")["billing"]
    assert billing.verdict is Verdict.UNPROVEN
    assert billing.reason == "billing ships another version of this file"
    assert (billing.exposure, billing.days, billing.first_seen) == (0, 0, None)


def test_what_was_expected_and_not_seen_is_no_matter_of_those_that_were(world: World) -> None:
    world.source(APP)
    ship(world, "orders")
    found = world.judge("rare", expected_functions=("orders", "year-end"))
    assert found.verdict is Verdict.UNPROVEN
    assert [each.verdict for each in found.lambda_functions] == [Verdict.DEAD]


def test_a_reason_names_who_has_the_fewest_trials_and_what_the_others_had(world: World) -> None:
    world.source(APP)
    ship(world, "orders")
    ship(world, "billing", over_days(20, exposure(invocations=200, inits=100)))
    first = "never run in 3,000 invocations of orders over 15 days, nor in "
    assert world.judge("rare").reason == first + "4,000 of billing"
    ship(world, "search", over_days(20, exposure(invocations=200, inits=100)))
    others = "as many or more of each of 2 other Lambda functions"
    assert world.judge("rare").reason == first + others


def test_times_are_those_of_the_first_and_the_last_noticed_run(world: World) -> None:
    world.source(APP)
    ship(world, "orders")
    ship(world, "billing")
    for name, first, last in (("orders", 1.79e9, 1.795e9), ("billing", 1.78e9, 1.785e9)):
        usage = world.bundle.origins[origin(name)]
        key = next(each for each in usage.codes if each.qualname == "handler")
        usage.codes[key] = replace(usage.codes[key], first_seen=first, last_seen=last)
    found = world.judge("handler")
    assert (found.first_seen, found.last_seen) == ("2026-05-28T20:26:40Z", "2026-11-18T11:06:40Z")
    assert [each.last_seen for each in found.lambda_functions] == [
        "2026-07-25T17:20:00Z",
        "2026-11-18T11:06:40Z",
    ]
    unseen = world.judge("rare")
    assert (unseen.first_seen, unseen.last_seen) == (None, None)


def test_each_statement_has_a_verdict_a_kind_and_its_invocations(world: World) -> None:
    world.source(APP)
    ship(world, "orders")
    world.saw(origin("orders"), "handler", [2, 3])
    world.saw(origin("orders"), "rare", [7, 8])
    world.window(origin("orders"), ["handler"], Counts(1500, 3000.0, even(3000.0)))
    world.window(origin("orders"), ["handler", "rare"], Counts(600, 1200.0, even(1200.0)))
    (file,) = world.report().files
    found = {each.first: each for each in file.statements}
    assert {
        line: (each.function, each.verdict.value, each.kind.value) for line, each in found.items()
    } == {
        1: ("<module>", "used", "code"),
        2: ("handler", "used", "code"),
        3: ("handler", "used", "code"),
        4: ("handler", "used", "code"),
        6: ("<module>", "used", "code"),
        7: ("rare", "used", "code"),
        8: ("rare", "used", "code"),
        9: ("rare", "dead", "error-handling"),
        10: ("rare", "dead", "error-handling"),
        12: ("<module>", "used", "code"),
        13: ("setup", "startup", "code"),
        15: ("<module>", "used", "code"),
    }
    assert (found[2].invocations, found[8].invocations, found[13].invocations) == (4200, 1200, 0)
    assert [each.first for each in file.statements] == sorted(found)
    assert file.lambda_functions == ("orders",)


def test_a_comprehension_and_its_line_are_one_run(world: World) -> None:
    world.source("def f(a):\n    return sum(x for x in a)\n")
    world.ship(origin(), MONTH)
    names = ["f", "f.<locals>.<genexpr>"]
    for name in names:
        world.saw(origin(), name)
    world.window(origin(), names, Counts(10, 20.0, even(20.0)))
    (file,) = world.report().files
    assert [each.invocations for each in file.statements if each.function == "f"] == [20.0]


def test_what_thin_evidence_says_nothing_of_is_no_dead_statement(world: World) -> None:
    world.source(APP)
    ship(world, "orders", SHORT)
    (file,) = world.report().files
    unsure = [each for each in file.statements if each.verdict is Verdict.UNPROVEN]
    assert [each.first for each in unsure] == [3, 7, 8, 9, 10, 13]
    assert not any(each.verdict is Verdict.DEAD for each in file.statements)


def test_statements_of_what_is_not_deployed_are_not_deployed(world: World) -> None:
    world.source(APP)
    (file,) = world.report().files
    assert {each.verdict for each in file.statements} == {Verdict.NOT_DEPLOYED}
    assert file.lambda_functions == ()


def test_a_header_over_several_lines_is_one_statement(world: World) -> None:
    world.source("def f(a,\n      b):\n    return (a +\n            b)\n")
    where = origin()
    world.ship(where, MONTH)
    world.saw(where, "f", [3])
    (file,) = world.report().files
    assert [(each.first, each.last) for each in file.statements] == [(1, 2), (3, 4)]
    assert file.statements[1] == StatementEvidence(
        3, 4, "f", Verdict.USED, file.statements[1].kind, 0.0, ran=True
    )


def test_a_statement_that_ran_on_thin_evidence_is_unproven_and_known_to_have_run(
    world: World,
) -> None:
    world.source("def f(a):\n    return a\n\n\nf(1)\n")
    where = origin()
    world.ship(where, SHORT)
    world.saw(where, "f", [2], init=True)
    (file,) = world.report().files
    (inner,) = (each for each in file.statements if each.function == "f")
    assert (inner.verdict, inner.ran) == (Verdict.UNPROVEN, True)


def with_distributions(world: World, name: str, exposures=MONTH, **imported: bool) -> None:
    world.ship(origin(name), exposures)
    world.bundle.origins[origin(name)].distributions = {
        each: Distribution(each, "1.0", seen) for each, seen in imported.items()
    }


def dependency(world: World, name: str, **thresholds: object) -> DependencyEvidence:
    (found,) = [each for each in world.report(**thresholds).dependencies if each.name == name]
    return found


def test_a_distribution_that_was_never_imported_is_dead(world: World) -> None:
    world.source(APP)
    with_distributions(world, "orders", boto3=True, httpx=False)
    with_distributions(world, "billing", boto3=False, httpx=False)
    assert [each.name for each in world.report().dependencies] == ["boto3", "httpx"]
    assert dependency(world, "boto3").verdict is Verdict.USED
    assert dependency(world, "boto3").reason == "imported by 1 of 2 Lambda functions"
    httpx = dependency(world, "httpx")
    assert httpx.verdict is Verdict.DEAD
    assert (httpx.exposure, httpx.days, httpx.version) == (3000, 15, "1.0")
    assert httpx.reason.startswith("never imported in 3,000 invocations of billing over 15 days")
    assert [each.verdict for each in dependency(world, "boto3").lambda_functions] == [
        Verdict.DEAD,
        Verdict.USED,
    ]


def test_a_distribution_on_thin_evidence_is_unproven(world: World) -> None:
    world.source(APP)
    with_distributions(world, "orders", httpx=False)
    with_distributions(world, "nightly", SHORT, httpx=False)
    found = dependency(world, "httpx")
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason == "shipped by nightly too, which had only 600 invocations of 1,000"
    missing = dependency(world, "httpx", min_exposure=1, min_days=1, expected_functions=("other",))
    assert missing.verdict is Verdict.UNPROVEN


def test_a_distribution_may_have_been_imported_in_a_forked_child(world: World) -> None:
    world.source(APP)
    with_distributions(world, "orders", httpx=False)
    world.bundle.origins[origin("orders")].losses["forked processes"] = 1
    assert dependency(world, "httpx").verdict is Verdict.UNPROVEN


def test_imports_are_noticed_outside_windows_on_every_python(world: World) -> None:
    world.source(APP)
    where = origin(recorder="ctrace", runtime="python3.11")
    world.ship(where, over_days(15, exposure(invocations=200, windows=1)))
    world.bundle.origins[where].distributions["httpx"] = Distribution("httpx", "1.0", False)
    assert dependency(world, "httpx").verdict is Verdict.DEAD


def test_who_may_ship_any_distribution_keeps_all_from_being_dead(world: World) -> None:
    world.source(APP)
    with_distributions(world, "orders", httpx=False)
    unread = origin("nightly", package="unknown-1")
    world.ship(unread, MONTH)
    name = BundleId("p", 0)
    world.bundle.bundles[name] = BundleInfo(name, unread, False, 1e9, 1e9, lists_package=False)
    found = dependency(world, "httpx")
    assert found.verdict is Verdict.UNPROVEN
    assert {each.lambda_function for each in found.lambda_functions} == {"nightly", "orders"}


def test_several_versions_of_a_distribution_are_named_oldest_first(world: World) -> None:
    world.source(APP)
    for name, version in (("orders", "10.0"), ("billing", "9.2")):
        world.ship(origin(name), MONTH)
        usage = world.bundle.origins[origin(name)]
        usage.distributions["httpx"] = Distribution("httpx", version, imported=False)
    assert dependency(world, "httpx").version == "9.2, 10.0"


def test_trials_are_never_rounded_up_to_what_is_asked_for(world: World) -> None:
    world.source(APP)
    where = origin(recorder="ctrace", runtime="python3.11")
    days = over_days(15, exposure(invocations=100, windows=60, rate=0.9))
    world.ship(where, days)
    found = world.judge("rare", min_exposure=900)
    assert found.exposure == pytest.approx(900)
    days["2026-11-01"] = exposure(
        invocations=100, windows=60, rate=0.9, windows_blind=1, weight_blind=0.4
    )
    world.bundle.origins[where].exposures = days
    found = world.judge("rare", min_exposure=900)
    assert 899 < found.exposure < 900
    assert "only 899 invocations of 900" in found.reason


def test_a_file_that_is_shipped_under_another_path_is_not_called_undeployed(world: World) -> None:
    world.source(APP)
    world.source(APP, "billing/main.py")
    world.source("", "billing/__init__.py")
    ship(world, "orders")
    world.ship(origin("billing"), MONTH, "main.py", text=APP)
    files = {each.file: each.state for each in world.report().files}
    assert files["billing/main.py"] is FileState.ELSEWHERE
    assert files["billing/__init__.py"] is FileState.NOT_DEPLOYED
    found = world.judge("rare", "billing/main.py")
    assert found.verdict is Verdict.UNPROVEN
    assert found.reason.startswith("billing ships it as main.py")
    spots = {each.kind: each.message for each in world.report().blind_spots}
    assert "main.py" in spots["not_in_source"]


def test_a_copy_of_a_shipped_file_is_not_deployed(world: World) -> None:
    world.source(APP)
    world.source(APP, "copy.py")
    ship(world, "orders")
    files = {each.file: each.state for each in world.report().files}
    assert files == {"app.py": FileState.LOADED, "copy.py": FileState.NOT_DEPLOYED}
