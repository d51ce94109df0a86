"""A period's results say what its folder holds, whatever happens on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import bundle_kind, read_bundle
from lambda_usage.combine.combiner import combine_store
from lambda_usage.combine.stores import open_store
from tests.support.made_bundles import POISON, name_of
from tests.support.made_bundles import made_bundle as made
from usage_combiner.periods import ALL_TIME, Period
from usage_combiner.results import ATTEMPTS, EMPTY, UNCHANGED, bring_up_to_date
from usage_combiner.shelf import LostRaceError, Shelf
from usage_combiner.sources import ResultError

from .conftest import BUCKET, World

if TYPE_CHECKING:
    pass

DAY = Period("2025/11/22/")
NOVEMBER = Period("2025/11/")
FILES = ("usage.coverage", "dead-code.json", "hot-paths.json", "report.html", "summary.json")


@dataclass(frozen=True, slots=True)
class Interrupted(Shelf):
    """Calls something before each write."""

    before: Callable[[str], None]

    def put(self, name: str, path: Path, tag: str | None) -> None:
        self.before(name)
        Shelf.put(self, name, path, tag)


def read(content: bytes, folder: Path) -> Bundle:
    path = folder / "read.coverage"
    path.write_bytes(content)
    assert bundle_kind(path) == "combined"
    return read_bundle(path)


@pytest.fixture
def interrupted(world: World) -> Callable[[Callable[[str], None]], Shelf]:
    return lambda before: Interrupted(world.client, BUCKET, "combined/", before)


def test_the_combined_file_is_what_the_command_line_makes_of_the_day(
    world: World, tmp_path: Path
) -> None:
    world.add(range(20), days=2)
    outcome = bring_up_to_date(world.place(), DAY)
    expected = combine_store(open_store(str(world.folder)), DAY.prefix)
    assert outcome.summary["bundles"] == expected.read == 10
    assert read(world.results()["2025/11/22/usage.coverage"], tmp_path) == expected.bundle


def test_with_an_inventory_there_are_reports_as_json_and_as_a_page(world: World) -> None:
    world.add(range(20))
    world.add_inventory()
    bring_up_to_date(world.place(), DAY)
    results = world.results()
    assert sorted(results) == sorted(DAY.prefix + name for name in FILES)
    dead = json.loads(results["2025/11/22/dead-code.json"])
    verdicts = {each["name"]: each["verdict"] for each in dead["functions"]}
    assert verdicts["price"] == "used"
    assert json.loads(results["2025/11/22/hot-paths.json"])["report"] == "hot-paths"
    assert (
        b"def legacy" in results["2025/11/22/report.html"]
        or b"<!doctype html>" in results["2025/11/22/report.html"].lower()
    )
    summary = world.summary(DAY.prefix)
    assert summary["reports"] == ["dead-code.json", "hot-paths.json", "report.html"]
    assert summary["inventory"].startswith("inventory/orders/")


def test_without_an_inventory_there_is_the_combined_file_alone_and_the_summary_says_so(
    world: World,
) -> None:
    world.add(range(3))
    bring_up_to_date(world.place(), DAY)
    assert sorted(world.results()) == ["2025/11/22/summary.json", "2025/11/22/usage.coverage"]
    assert "holds no inventory" in world.summary(DAY.prefix)["no_reports"]


def test_an_inventory_that_comes_later_is_joined(world: World) -> None:
    world.add(range(3))
    bring_up_to_date(world.place(), DAY)
    world.add_inventory()
    assert bring_up_to_date(world.place(), DAY).summary["reports"]


def test_of_several_source_trees_none_is_guessed(world: World) -> None:
    world.add(range(3))
    world.add_inventory()
    other = world.folder / "inventory" / "billing" / "x.json.gz"
    other.parent.mkdir()
    other.write_bytes(b"")
    bring_up_to_date(world.place(), DAY)
    assert "COMBINER_INVENTORY" in world.summary(DAY.prefix)["no_reports"]


def test_when_nothing_is_new_nothing_is_written(
    world: World, interrupted: Callable[[Callable[[str], None]], Shelf]
) -> None:
    world.add(range(5))
    bring_up_to_date(world.place(), DAY)
    written: list[str] = []
    outcome = bring_up_to_date(world.place(interrupted(written.append)), DAY)
    assert (outcome.status, written) == (UNCHANGED, [])


def test_a_day_without_bundles_leaves_nothing(world: World) -> None:
    assert bring_up_to_date(world.place(), DAY).status == EMPTY
    assert world.results() == {}


def test_a_file_that_was_deleted_is_made_anew(world: World) -> None:
    world.add(range(5))
    world.add_inventory()
    bring_up_to_date(world.place(), DAY)
    before = world.results()
    for name in FILES:
        world.client.delete_object(Bucket=BUCKET, Key=f"combined/2025/11/22/{name}")
        bring_up_to_date(world.place(), DAY)
        assert world.results() == before


def test_a_bundle_that_is_there_twice_counts_once(world: World, tmp_path: Path) -> None:
    first, *_ = world.add(range(5))
    first.with_name("copy.coverage").write_bytes(first.read_bytes())
    outcome = bring_up_to_date(world.place(), DAY)
    assert (outcome.summary["bundles"], outcome.summary["duplicates"]) == (5, 1)


def test_a_broken_bundle_is_set_aside_and_named(world: World) -> None:
    first, *_ = world.add(range(5))
    first.write_bytes(POISON)
    outcome = bring_up_to_date(world.place(), DAY)
    (broken,) = outcome.summary["broken"]
    assert broken["name"] == name_of(made(0))
    assert (outcome.status, outcome.summary["bundles"]) == ("partial", 4)


def test_a_day_of_broken_bundles_has_a_summary_alone(world: World) -> None:
    (only,) = world.add([0])
    only.write_bytes(POISON)
    bring_up_to_date(world.place(), DAY)
    assert sorted(world.results()) == ["2025/11/22/summary.json"]
    assert world.summary(DAY.prefix)["status"] == "empty"
    assert bring_up_to_date(world.place(), DAY).status == UNCHANGED


@pytest.mark.parametrize("crash_at", range(len(FILES)))
def test_after_a_crash_at_any_write_the_next_run_makes_all_of_it(
    world: World,
    interrupted: Callable[[Callable[[str], None]], Shelf],
    crash_at: int,
) -> None:
    world.add(range(8))
    world.add_inventory()
    bring_up_to_date(world.place(), DAY)  # there are results already
    world.add(range(8, 12))

    writes: Iterator[int] = iter(range(99))

    def crash(_: str) -> None:
        if next(writes) == crash_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(world.place(interrupted(crash)), DAY)
    bring_up_to_date(world.place(), DAY)
    bring_up_to_date(world.place("quiet"), DAY)
    assert world.results() == world.results("quiet")
    assert world.summary(DAY.prefix)["bundles"] == 12


@pytest.mark.parametrize("has_results", [True, False])
@pytest.mark.parametrize("overtaken_at", range(len(FILES)))
def test_a_run_that_is_overtaken_at_any_write_never_undoes_what_the_newer_one_has_done(
    world: World,
    interrupted: Callable[[Callable[[str], None]], Shelf],
    overtaken_at: int,
    has_results: bool,
) -> None:
    world.add(range(8))
    world.add_inventory()
    if has_results:
        bring_up_to_date(world.place(), DAY)
    world.add(range(8, 12))
    writes: Iterator[int] = iter(range(99))

    def overtake(_: str) -> None:
        if next(writes) == overtaken_at:
            world.add(range(12, 16))
            bring_up_to_date(world.place(), DAY)

    outcome = bring_up_to_date(world.place(interrupted(overtake)), DAY)
    bring_up_to_date(world.place("quiet"), DAY)
    assert world.results() == world.results("quiet")
    assert (outcome.races_lost, len(world.pauses)) == (1, 1)


def test_a_run_that_loses_every_race_gives_up_and_says_so(
    world: World, interrupted: Callable[[Callable[[str], None]], Shelf]
) -> None:
    numbers: Iterator[int] = iter(range(1, 99))
    world.add([0])

    def overtake(_: str) -> None:
        world.add([next(numbers)])
        bring_up_to_date(world.place(), DAY)
        world.add([next(numbers)])  # else the other would have done it all

    with pytest.raises(LostRaceError, match="another run has written"):
        bring_up_to_date(world.place(interrupted(overtake)), DAY)
    assert len(world.pauses) == ATTEMPTS - 1


def test_what_expired_bundles_told_is_kept_when_a_late_one_comes(
    world: World, tmp_path: Path
) -> None:
    bundles = world.add(range(10))
    bring_up_to_date(world.place(), DAY)
    for each in bundles[:9]:
        each.unlink()
    world.add([10])
    outcome = bring_up_to_date(world.place(), DAY)
    assert outcome.summary["bundles"] == 11
    found = read(world.results()["2025/11/22/usage.coverage"], tmp_path)
    counts = [e.invocations for usage in found.origins.values() for e in usage.exposures.values()]
    assert sum(counts) == sum(10 + number % 5 for number in range(11))


def test_a_combined_file_that_cannot_be_read_is_left_alone(world: World) -> None:
    world.add(range(3))
    key = "combined/2025/11/22/usage.coverage"
    world.client.put_object(Bucket=BUCKET, Key=key, Body=POISON)
    with pytest.raises(ResultError, match="delete it to have it made anew"):
        bring_up_to_date(world.place(), DAY)
    assert world.results() == {"2025/11/22/usage.coverage": POISON}


@pytest.mark.parametrize("period", [NOVEMBER, Period("2025/"), ALL_TIME])
def test_a_longer_period_is_made_of_its_days_and_needs_no_bundle(
    world: World, tmp_path: Path, period: Period
) -> None:
    bundles = world.add(range(20), days=4)
    world.add_inventory()
    for day in range(22, 26):
        bring_up_to_date(world.place(), Period(f"2025/11/{day}/"))
    for each in bundles:
        each.unlink()
    outcome = bring_up_to_date(world.place(), period)
    assert (outcome.summary["bundles"], outcome.summary["invocations"]) == (20, 240)
    found = read(world.results()[f"{period.prefix}usage.coverage"], tmp_path)
    assert {name.process_id for name in found.bundles} == {f"{n:08x}" for n in range(20)}
    assert f"{period.prefix}report.html" in world.results()


def test_a_longer_period_names_what_its_days_have_set_aside(world: World) -> None:
    first, *_ = world.add(range(4), days=2)
    first.write_bytes(POISON)
    (world.folder / "stray.coverage").write_bytes(b"")
    for day in (22, 23):
        bring_up_to_date(world.place(), Period(f"2025/11/{day}/"))
    outcome = bring_up_to_date(world.place(), ALL_TIME)
    assert [each["name"] for each in outcome.summary["broken"]] == [
        first.relative_to(world.folder).as_posix(),
        "stray.coverage",
    ]


def test_a_day_that_holds_another_days_bundle_is_set_aside_rather_than_counted_twice(
    world: World,
) -> None:
    first, *_ = world.add(range(4), days=2)
    copy = world.folder / "2025/11/23" / first.name
    copy.write_bytes(first.read_bytes())
    for day in (22, 23):
        bring_up_to_date(world.place(), Period(f"2025/11/{day}/"))
    outcome = bring_up_to_date(world.place(), NOVEMBER)
    assert outcome.status == "partial"
    assert outcome.summary["broken"] == [
        {
            "name": "2025/11/23/usage.coverage",
            "reason": "holds a bundle that another day holds too",
        }
    ]
