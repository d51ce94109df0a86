from __future__ import annotations

import json
import sys

import pytest

from benchmarks.alternatives import BARE, CONTENDERS, requirements
from benchmarks.budgets import Spending, measure_budgets
from benchmarks.inprocess import Effort, Place, measure
from benchmarks.workloads import prepare
from tests.support import pythons

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(scope="module")
def place() -> Place:
    python = pythons.found()[VERSION]
    env = pythons.environment(python, requirements(CONTENDERS[BARE]))
    variables = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    return Place(python, prepare("hot_loop", env, variables), variables)


def test_ours_takes_turns_with_the_bare_handler_in_one_process(place: Place) -> None:
    notes: list[str] = []
    effort = Effort(1, 1, 0.001, own_processes=1, own_s=0.001, own_batch_s=0.001, alone=3)
    rows = measure(place, [BARE, "ours-no-window"], effort, notes)
    assert notes == []
    found = {(row.contender, row.metric) for row in rows}
    assert {("ours-no-window", "cpu_us"), ("ours-no-window", "agent_us")} <= found


def test_every_budget_has_its_time_and_an_account_of_its_own(place: Place) -> None:
    spending = Spending((0.01, 0.05), seconds=0.4, block_s=0.01)
    cells = list(measure_budgets(place, spending))
    assert {(each["budget"], each["rate"]) for each in cells} >= {(0.01, 1), (0.05, 1)}
    for cell in cells:
        assert cell["seconds"] >= 0.4 or cell["rate"] < 1
        assert cell["invocations"] > 0
        assert cell["windows"] <= cell["invocations"] + 3
    assert json.loads(json.dumps(cells)) == cells
