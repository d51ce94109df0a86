from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.alternatives import CONTENDERS
from benchmarks.check import main, regressions
from benchmarks.results import Results, write
from tests.unit.benchmarks.runs import ABOUT, recorded, same, with_part

ACCEPTED = recorded()


def found(new: Results, accepted: Results = ACCEPTED) -> list[str]:
    return list(regressions(new, accepted))


@pytest.mark.parametrize("seed", range(2, 22))
def test_another_run_of_the_same_code_is_no_regression(seed: int) -> None:
    assert found(recorded(seed=seed)) == []


def test_a_millisecond_on_every_invocation_is_caught() -> None:
    (line,) = found(recorded(lambda cost: cost + 1000, seed=2))
    assert "ours: no window, hot_loop" in line
    assert "wall_us" in line


def test_a_millisecond_of_cpu_on_every_invocation_is_caught_on_a_slow_handler_too() -> None:
    accepted = recorded(metric="cpu_us")
    new = recorded(lambda cost: cost + 1000, seed=2, metric="cpu_us")
    assert [line.split(", ")[1] for line in found(new, accepted)] == ["hot_loop", "docutils_page"]


def test_quick_runs_find_a_millisecond_and_forgive_a_tenth() -> None:
    accepted = recorded(metric="cpu_us")
    for change, count in ((lambda cost: cost + 1000, 1), (lambda cost: cost * 1.1, 0)):
        new = recorded(change, seed=2, metric="cpu_us")
        assert len(found(with_part(new, about={**ABOUT, "quick": True}), accepted)) == count


def test_what_became_cheaper_is_no_regression() -> None:
    assert found(recorded(lambda cost: cost * 0.5, seed=2)) == []


def test_a_slower_machine_is_no_regression() -> None:
    new = recorded(seed=2)
    rows = tuple(
        replace(row, value=replace(row.value, high=row.value.high * 9)) for row in new.rows
    )
    assert found(with_part(new, rows=rows)) == []


def test_what_an_alternative_costs_is_its_own_affair() -> None:
    def dearer(results: Results) -> Results:
        rows = tuple(
            replace(row, contender="ours-no-window")
            if row.contender == "coverage-each"
            else replace(row, contender="coverage-each")
            if row.contender == "ours-no-window"
            else row
            for row in results.rows
        )
        return with_part(results, rows=rows)

    assert len(found(dearer(recorded(seed=2)))) == 2
    accepted = dearer(ACCEPTED)
    assert found(recorded(seed=2), accepted) == []


def test_a_contender_of_ours_that_no_longer_runs_is_caught() -> None:
    new = recorded(seed=2)
    rows = tuple(row for row in new.rows if row.contender != "ours-no-window")
    lines = found(with_part(new, rows=rows))
    assert len(lines) == 2
    assert all("does not run any more" in line for line in lines)


def test_what_a_quick_run_leaves_out_is_not_missed() -> None:
    new = recorded(seed=2)
    rows = tuple(row for row in new.rows if row.contender != "ours-no-window")
    planned = [each for each in CONTENDERS if each != "ours-no-window"]
    assert found(with_part(new, rows=rows, about={**ABOUT, "contenders": planned})) == []


def budgets(value: float, low: float, high: float) -> dict[str, Any]:
    share = {"value": value, "low": low, "high": high}
    return {"budgets": [
        {"python": "3.13", "workload": "hot_loop", "budget": 0.01, "rate": 1, "share": share}
    ]}  # fmt: skip


@pytest.mark.parametrize(
    ("share", "caught"),
    [
        ((0.009, 0.008, 0.010), False),
        ((0.013, 0.012, 0.014), False),
        ((0.020, 0.019, 0.021), True),
    ],
)
def test_a_budget_that_is_overspent_is_caught(
    share: tuple[float, float, float], caught: bool
) -> None:
    new = with_part(recorded(seed=2), facts=budgets(*share))
    lines = found(new, with_part(ACCEPTED, facts=budgets(0.009, 0.008, 0.01)))
    assert bool(lines) is caught
    assert all("2.000% with a budget of 1.000%" in line for line in lines)


def test_an_overspending_that_was_accepted_is_caught_only_where_it_grows() -> None:
    accepted = with_part(ACCEPTED, facts=budgets(0.02, 0.019, 0.021))
    assert found(with_part(ACCEPTED, facts=budgets(0.0205, 0.0195, 0.0215)), accepted) == []
    assert found(with_part(ACCEPTED, facts=budgets(0.03, 0.029, 0.031)), accepted)


def test_more_bundles_for_the_same_traffic_are_caught() -> None:
    def fleet(puts: float) -> Results:
        function = {"rate": 10, "hours": 1, "ours": {"puts_per_million": puts}}
        return with_part(ACCEPTED, facts={"fleet": {"functions": [function]}})

    assert found(fleet(1900), fleet(1800)) == []
    assert found(fleet(2900), fleet(1800))


@pytest.mark.parametrize(("extra", "code"), [(0.0, 0), (1000.0, 1)])
def test_the_exit_code_tells_whether_there_is_a_regression(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: float, code: int
) -> None:
    write(ACCEPTED, tmp_path / "accepted.json")
    write(recorded(lambda cost: same(cost) + extra, seed=2), tmp_path / "new.json")
    arguments = ["--new", f"{tmp_path}/new.json", "--accepted", f"{tmp_path}/accepted.json"]
    assert main(arguments) == code
    assert f"{code} regressions" in capsys.readouterr().out


def test_without_accepted_results_nothing_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(ACCEPTED, tmp_path / "new.json")
    (tmp_path / "broken.json").write_text("{}")
    for accepted in ("absent.json", "broken.json"):
        arguments = ["--new", f"{tmp_path}/new.json", "--accepted", f"{tmp_path}/{accepted}"]
        assert main(arguments) == 2
        assert "make bench" in capsys.readouterr().err


def test_runs_that_share_no_figure_cannot_be_compared(tmp_path: Path) -> None:
    write(ACCEPTED, tmp_path / "accepted.json")
    write(with_part(ACCEPTED, rows=()), tmp_path / "new.json")
    arguments = ["--new", f"{tmp_path}/new.json", "--accepted", f"{tmp_path}/accepted.json"]
    assert main(arguments) == 2
