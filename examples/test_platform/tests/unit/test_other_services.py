"""Schedules, generated data, predictions and tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from unittest.mock import create_autospec

import pytest

from models.ai_prediction import Risk
from models.schedule import Schedule, ScheduleRequest, first_run
from models.test_data import DataRequest
from models.test_result import TestResult
from models.user import User
from repositories.result_repository import ResultRepository
from repositories.schedule_repository import ScheduleRepository
from repositories.test_repository import TestRepository
from repositories.user_repository import UserRepository
from services.ai_service import AiService
from services.auth_service import AuthService
from services.data_service import made
from services.schedule_service import ScheduleService
from utils.errors import ConcurrentUpdateError, TestNotFoundError, UnauthenticatedError
from utils.signing import sign

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FAR = "9999999999"


def test_the_first_run_is_today_or_tomorrow() -> None:
    assert first_run(time(13), NOON) == datetime(2026, 5, 1, 13, tzinfo=UTC)
    assert first_run(time(12), NOON) == datetime(2026, 5, 2, 12, tzinfo=UTC)


def test_runs_that_were_missed_are_left_out() -> None:
    schedule = Schedule(test_id="login-1", environment="staging", every_days=2, next_run=NOON)

    assert schedule.after(NOON.replace(day=6)).next_run == NOON.replace(day=7)
    assert schedule.after(NOON.replace(hour=1)).next_run == NOON


def test_a_test_has_one_schedule_only() -> None:
    schedules = create_autospec(ScheduleRepository, instance=True)
    schedules.add.return_value = False
    service = ScheduleService(create_autospec(TestRepository, instance=True), schedules)

    with pytest.raises(ConcurrentUpdateError):
        service.schedule(ScheduleRequest(test_id="login-1", at=time(3)))


def test_the_same_request_makes_the_same_records() -> None:
    request = DataRequest.model_validate(
        {
            "dataset_id": "people",
            "count": 20,
            "seed": 7,
            "fields": [
                {"name": "age", "kind": "integer", "low": 18, "high": 20},
                {"name": "plan", "kind": "choice", "choices": ["free", "paid"]},
                {"name": "nick", "kind": "word"},
            ],
        }
    )

    records = list(made(request))

    assert records == list(made(request))
    assert {record.values["age"] for record in records} == {18, 19, 20}
    assert {record.values["plan"] for record in records} == {"free", "paid"}


@pytest.mark.parametrize(
    ("outcomes", "risk"),
    [("pppppppppp", Risk.LOW), ("pppppppppf", Risk.MEDIUM), ("ppffpppppp", Risk.MEDIUM)],
)
def test_the_past_foretells_the_risk(
    outcomes: str, risk: Risk, make_result: Callable[..., TestResult]
) -> None:
    results = create_autospec(ResultRepository, instance=True)
    results.since.return_value = iter(
        [make_result(outcome="passed" if letter == "p" else "failed") for letter in outcomes]
    )

    [prediction] = AiService(results).analyze(["login-1"], days=30)

    assert prediction.risk is risk


def test_without_a_past_nothing_is_foretold() -> None:
    results = create_autospec(ResultRepository, instance=True)
    results.since.return_value = iter([])

    with pytest.raises(TestNotFoundError):
        AiService(results).predict("login-1", days=30)


def token(user_id: str, expiry: str, key: str = "key") -> str:
    return f"{user_id}.{expiry}.{sign(f'{user_id}.{expiry}', key)}"


def test_a_good_token_names_its_user() -> None:
    users = create_autospec(UserRepository, instance=True)
    users.find_by_id.return_value = user = User(user_id="ann")

    assert AuthService(users).authorize(token("ann", FAR), "key") == user


@pytest.mark.parametrize(
    ("bad", "user"),
    [
        (token("ann", FAR, "another key"), User(user_id="ann")),
        (token("ann", "1000"), User(user_id="ann")),
        (token("ann", FAR), User(user_id="ann", active=False)),
        (token("ann", FAR), None),
        ("", User(user_id="ann")),
    ],
)
def test_a_bad_token_names_nobody(bad: str, user: User | None) -> None:
    users = create_autospec(UserRepository, instance=True)
    users.find_by_id.return_value = user

    with pytest.raises(UnauthenticatedError):
        AuthService(users).authorize(bad, "key")
