"""Suppressions put to verdicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from evidence_world import World

from lambda_usage.evidence.inventory import KeepsUnknownError, read_inventory
from lambda_usage.evidence.keeps import Keeps
from lambda_usage.evidence.model import (
    DeadRange,
    FileEvidence,
    FileState,
    FunctionEvidence,
    Keep,
    KeepState,
    RangeKind,
    StatementEvidence,
    Verdict,
)

TODAY = date(2026, 11, 20)
SOURCE = """\
import os


class Orders:
    def save(self):
        return 1

    def load(self):  # lambda-usage: keep until=2026-11-20 reason=audit
        a = 1
        # lambda-usage: keep
        b = 2

        return a + b


def old():  # lambda-usage: keep until=2026-11-19
    return 1
"""


@pytest.fixture
def world(world: World) -> World:
    world.source(SOURCE)
    return world


def keeps(world: World, today: date = TODAY) -> Keeps:
    return Keeps(read_inventory(world.root), today)


def dead(first: int, last: int) -> DeadRange:
    return DeadRange(first, last, RangeKind.CODE)


def function(name: str, first: int, last: int, verdict: Verdict) -> FunctionEvidence:
    return FunctionEvidence(
        "app.py", name, first, verdict, 2000.0, None, None, None, None, (), last_line=last
    )


def functions(verdict: Verdict) -> list[FunctionEvidence]:
    return [
        function("<module>", 1, 18, Verdict.USED),
        function("Orders", 4, 13, Verdict.USED),
        function("Orders.save", 5, 6, Verdict.USED),
        function("Orders.load", 8, 13, verdict),
        function("old", 16, 17, Verdict.DEAD),
    ]


def file(*ranges: DeadRange, statements: tuple[StatementEvidence, ...] = ()) -> FileEvidence:
    return FileEvidence("app.py", FileState.LOADED, ranges, 18, ("orders",), statements)


def states(world: World, found: list[FunctionEvidence], *ranges: DeadRange) -> list[KeepState]:
    return [each.state for each in keeps(world).evidence(found, [file(*ranges)])]


def patterns(world: World, text: str, folder: Path | None = None) -> None:
    ((folder or world.root) / "pyproject.toml").write_text(text, encoding="utf-8")


def test_a_function_is_kept_with_reason_term_and_place(world: World) -> None:
    assert keeps(world).of("app.py", 8, 13) == Keep("app.py:8", "audit", "2026-11-20", False)


def test_what_is_not_covered_whole_is_not_kept(world: World) -> None:
    assert keeps(world).of("app.py", 4, 13) is None
    assert keeps(world).of("other.py", 8, 13) is None


def test_the_narrowest_counts(world: World) -> None:
    found = keeps(world).of("app.py", 11, 11)
    assert found == Keep("app.py:10", "", None, False)


def test_it_holds_through_its_last_day(world: World) -> None:
    last = keeps(world).of("app.py", 8, 13)
    after = keeps(world, date(2026, 11, 21)).of("app.py", 8, 13)
    assert last is not None
    assert after == replace(last, expired=True)


def test_what_holds_goes_before_what_is_narrower_and_expired(world: World) -> None:
    patterns(world, '[[tool.lambda-usage.keep]]\npattern = "app.py"\n')
    found = keeps(world).of("app.py", 16, 17)
    assert found == Keep("pyproject.toml: app.py", "", None, False)


def test_ranges_are_cut_where_what_keeps_them_ends(world: World) -> None:
    pieces = keeps(world).split("app.py", [dead(5, 17)])
    outer, inner = (keeps(world).of("app.py", line, line) for line in (8, 11))
    expired = keeps(world).of("app.py", 16, 17)
    assert pieces == (
        dead(5, 6),
        replace(dead(8, 9), keep=outer),
        replace(dead(11, 11), keep=inner),
        replace(dead(13, 13), keep=outer),
        replace(dead(16, 17), keep=expired),
    )


def test_the_headers_that_something_kept_stands_under_are_kept_with_it(world: World) -> None:
    world.source(
        "def f(x):\n"
        "    if x == 1:\n"
        "        a()\n"
        "    elif x == 2:\n"
        "        b()\n"
        "    else:\n"
        "        for y in x:\n"
        "            c()\n"
        "            d()  # lambda-usage: keep\n"
    )
    pieces = keeps(world).split("app.py", [dead(2, 9)])
    kept = [row for each in pieces if each.keep for row in range(each.first, each.last + 1)]
    assert kept == [2, 4, 7, 9]


def test_ranges_that_nothing_keeps_stay_as_they_are(world: World) -> None:
    ranges = (dead(1, 1), dead(5, 6))
    assert keeps(world).split("app.py", ranges) == ranges
    assert keeps(world).split("other.py", ranges) == ranges


def test_what_keeps_dead_code_holds(world: World) -> None:
    evidence = keeps(world).evidence(functions(Verdict.DEAD), [file(dead(9, 13))])
    assert [(each.keep.place, each.state, each.functions) for each in evidence] == [
        ("app.py:8", KeepState.HOLDS, ("app.py:Orders.load",)),
        ("app.py:10", KeepState.HOLDS, ("app.py:Orders.load",)),
        ("app.py:16", KeepState.EXPIRED, ("app.py:old",)),
    ]


@pytest.mark.parametrize("verdict", [Verdict.UNPROVEN, Verdict.NOT_DEPLOYED])
def test_what_keeps_code_that_may_yet_be_dead_holds(world: World, verdict: Verdict) -> None:
    assert states(world, functions(verdict))[0] is KeepState.HOLDS


@pytest.mark.parametrize("verdict", [Verdict.USED, Verdict.STARTUP])
def test_what_keeps_only_code_that_runs_is_needless(world: World, verdict: Verdict) -> None:
    assert states(world, functions(verdict))[:2] == [KeepState.NEEDLESS, KeepState.NEEDLESS]


def test_what_keeps_dead_lines_of_a_used_function_holds(world: World) -> None:
    found = states(world, functions(Verdict.USED), dead(11, 11))
    assert found[:2] == [KeepState.HOLDS, KeepState.HOLDS]
    found = states(world, functions(Verdict.USED), dead(13, 13))
    assert found[:2] == [KeepState.HOLDS, KeepState.NEEDLESS]


def test_what_keeps_unproven_lines_of_a_used_function_holds(world: World) -> None:
    line = StatementEvidence(11, 11, "Orders.load", Verdict.UNPROVEN, RangeKind.CODE, 0.0)
    evidence = keeps(world).evidence(functions(Verdict.USED), [file(statements=(line,))])
    assert [each.state for each in evidence[:2]] == [KeepState.HOLDS, KeepState.HOLDS]


def test_comments_in_files_that_are_not_reported_on_are_left_out(world: World) -> None:
    assert keeps(world).evidence([], []) == ()


def test_a_pattern_keeps_functions_by_name(world: World) -> None:
    patterns(
        world,
        '[[tool.lambda-usage.keep]]\npattern = "*.py:Orders.s*"\nuntil = 2027-03-01\n'
        'reason = "quarterly audit"\n',
    )
    kept = Keep("pyproject.toml: *.py:Orders.s*", "quarterly audit", "2027-03-01", False)
    assert keeps(world).of("app.py", 5, 6) == kept
    assert keeps(world).of("app.py", 4, 13) is None


def test_a_pattern_keeps_a_class_with_all_that_is_in_it(world: World) -> None:
    patterns(world, '[[tool.lambda-usage.keep]]\npattern = "./app.py:Orders"\n')
    assert keeps(world).of("app.py", 5, 6) is not None
    (*_, evidence) = keeps(world).evidence(functions(Verdict.DEAD), [file()])
    assert evidence.functions == ("app.py:Orders", "app.py:Orders.save", "app.py:Orders.load")


@pytest.mark.parametrize("pattern", ["app.py", "*", "app.py:*", "a??.py:<module>", "[a]*"])
def test_a_pattern_keeps_whole_files(world: World, pattern: str) -> None:
    patterns(world, f'[[tool.lambda-usage.keep]]\npattern = "{pattern}"\n')
    assert keeps(world).of("app.py", 1, 18) is not None


def test_a_star_stands_for_folders_too(world: World) -> None:
    world.source("def f():\n    return 1\n", "app/admin/jobs/night.py")
    patterns(world, '[[tool.lambda-usage.keep]]\npattern = "app/admin/*.py:*"\n')
    assert keeps(world).of("app/admin/jobs/night.py", 1, 2) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "src/services/legacy.py:close_books",
        "./src/services/legacy.py:close_*",
        "services/legacy.py",
        "services/",
        "services",
        "./services",
        "src/services/",
        "src",
        ".",
        "/services/legacy.py",
        "services\\\\legacy.py",
        "src\\\\services:close_books",
    ],
)
def test_a_pattern_may_name_folders_and_begin_where_the_settings_lie(
    world: World, pattern: str
) -> None:
    root = world.root / "src"
    world.source("x = 1\n\n\ndef close_books():\n    return 1\n", "src/services/legacy.py")
    patterns(world, f'[[tool.lambda-usage.keep]]\npattern = "{pattern}"\n')
    found = Keeps(read_inventory(root), TODAY)
    assert found.of("services/legacy.py", 4, 5) is not None
    assert list(found.blind_spots()) == []


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        (
            "app.py:Order",
            "no function or class of app.py, so it keeps nothing: did you mean Orders?",
        ),
        ("ap.py:old", "it matches no file, so it keeps nothing: did you mean app.py?"),
        ("some/long/way/down/the/tree/app.py:old", "did you mean app.py?"),
        ("somewhere/else.py", "it matches no file, so it keeps nothing: correct it"),
    ],
)
def test_a_pattern_that_matches_nothing_is_a_mistake_and_not_needless(
    world: World, pattern: str, hint: str
) -> None:
    patterns(world, f'[[tool.lambda-usage.keep]]\npattern = "{pattern}"\n')
    (*_, evidence) = keeps(world).evidence(functions(Verdict.DEAD), [file()])
    assert (evidence.state, evidence.functions) == (KeepState.MATCHES_NOTHING, ())
    (spot,) = keeps(world).blind_spots()
    assert f"pyproject.toml: {pattern} (" in spot.message
    assert hint in spot.message


def test_what_holds_for_a_part_is_told_of_all_that_stands_around_it(world: World) -> None:
    places = [each.place for each in keeps(world).inside("app.py", 4, 13)]
    assert places == ["app.py:8", "app.py:10"]
    assert [each.place for each in keeps(world).inside("app.py", 8, 13)] == ["app.py:10"]
    assert keeps(world).inside("app.py", 5, 6) == ()


def test_what_has_expired_holds_for_no_part(world: World) -> None:
    assert keeps(world).inside("app.py", 15, 18) == ()


def test_what_keeps_a_line_without_code_in_a_dead_function_holds(world: World) -> None:
    text = "def f():\n    global x  # lambda-usage: keep\n    x = 1\n"
    world.source(text)
    dead_function = [function("<module>", 1, 4, Verdict.USED), function("f", 1, 3, Verdict.DEAD)]
    assert states(world, dead_function) == [KeepState.HOLDS]


def test_patterns_are_those_of_the_source_or_of_its_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "repository" / "service" / "src"
    source.mkdir(parents=True)
    (source / "app.py").write_text("def f():\n    return 1\n")
    (tmp_path / "repository" / ".git").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    places = []
    for folder in (tmp_path, elsewhere, tmp_path / "repository", source.parent, source):
        (folder / "pyproject.toml").write_text(
            f'[[tool.lambda-usage.keep]]\npattern = "app.py"\nreason = "{folder.name}"\n'
        )
        found = Keeps(read_inventory(source), TODAY).of("app.py", 1, 2)
        places.append(found.reason if found else None)
    assert places == [None, "elsewhere", "repository", "service", "src"]


def test_a_project_without_patterns_is_passed_over(world: World, tmp_path: Path) -> None:
    patterns(world, '[project]\nname = "lambda-usage-sample"\n')
    patterns(world, '[[tool.lambda-usage.keep]]\npattern = "app.py"\n', tmp_path)
    assert keeps(world).of("app.py", 1, 18) is not None


@pytest.mark.parametrize(
    ("entry", "where", "problem"),
    [
        ('pattern = "app.py"\nuntil = "March"', ": app.py", "until = March is no day"),
        ('pattern = "app.py"\nuntill = 2027-03-01', ": app.py", "there is no untill"),
        ('pattern = "app.py"\nuntil = 2027-03-01T00:00:00', ": app.py", "is no day"),
        ('pattern = "app.py"\nreason = 12', ": app.py", "its reason is no text"),
    ],
)
def test_an_entry_with_a_mistake_holds_and_is_named(
    world: World, entry: str, where: str, problem: str
) -> None:
    patterns(world, f"[[tool.lambda-usage.keep]]\n{entry}\n")
    (found,) = read_inventory(world.root).keep_problems
    assert found.path == f"pyproject.toml{where}"
    assert problem in found.reason
    assert "write" in found.reason
    assert keeps(world).of("app.py", 1, 18) is not None


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("[[tool.lambda-usage.keep]]\nreason = 'x'", "entry 1, has no pattern"),
        ("[[tool.lambda-usage.keep]]\npatern = 'app.py'", "entry 1, has no pattern"),
        ("[tool.lambda-usage]\nkeep = [12]", "entry 1, is no table"),
        ("[[tool.lambda-usage.keeps]]\npattern = 'x'", "there is no tool.lambda-usage.keeps"),
        ("[[tool.lambda-usage.keep]\npattern = 'x'", "what it keeps is unknown"),
        ("[[tool.lambda-usage.keep]]\npattern = 'x'\nuntil = 2026-13-01", "line 3"),
    ],
)
def test_where_what_is_kept_cannot_be_known_there_is_no_inventory(
    world: World, settings: str, problem: str
) -> None:
    patterns(world, settings)
    with pytest.raises(KeepsUnknownError, match="so nothing can be called dead") as found:
        read_inventory(world.root)
    assert problem in str(found.value)
    assert "\n" not in str(found.value)


def test_a_list_of_texts_holds_and_is_named(world: World) -> None:
    patterns(world, "[tool.lambda-usage]\nkeep = ['app.py']")
    (found,) = read_inventory(world.root).keep_problems
    assert "it is no table: write [[tool.lambda-usage.keep]]" in found.reason
    assert keeps(world).of("app.py", 1, 18) is not None


def test_one_table_in_place_of_a_list_holds_and_is_named(world: World) -> None:
    patterns(world, "[tool.lambda-usage.keep]\npattern = 'app.py'")
    (found,) = read_inventory(world.root).keep_problems
    assert "write [[tool.lambda-usage.keep]]" in found.reason
    assert keeps(world).of("app.py", 1, 18) is not None


def test_a_mistake_in_a_comment_is_named_with_its_place(world: World) -> None:
    world.source("def f():  # lambda-usage: keep until=soon\n    return 1\n", "pkg/jobs.py")
    (found,) = read_inventory(world.root).keep_problems
    assert (found.path, found.reason) == (
        "pkg/jobs.py:1",
        "until=soon is no day: write until=YYYY-MM-DD",
    )


def test_mistakes_are_blind_spots_of_the_report(world: World) -> None:
    world.source("def f():  # lambda-usage: keep until=soon\n    return 1\n", "pkg/jobs.py")
    spots = {each.kind: each.message for each in world.report().blind_spots}
    assert "pkg/jobs.py:1 (until=soon is no day" in spots["keep_mistakes"]
