"""Functions that were written for lambda-coverage-layer run unchanged on the built one.

The programs of tests/dropin run in AWS's emulator with the variables that they had, and nothing of
ours but the layer; a real S3 server takes what they leave, and their own combining reads it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.emulator import Emulator
from tests.support.paths import ROOT
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

PROGRAMS = ROOT / "tests" / "dropin"
KEY = re.compile(r"coverage/(\d{4}/\d\d/\d\d)/(.+)-[0-9a-f]+-\d+\.coverage")
GET = {"path": "/notes/1", "httpMethod": "GET"}
POST = {**GET, "httpMethod": "POST", "body": '{"text": "buy milk"}'}


@dataclass(frozen=True)
class Function:
    """A program as a Lambda function: its events, its answers, and what they run."""

    handler: str
    calls: Sequence[tuple[Any, Any]]
    ran: set[str]
    """What the first event runs: all that Python 3.11 is sure to have seen."""
    later: set[str] = field(default_factory=set)
    never: set[str] = field(default_factory=set)


FUNCTIONS = {
    "basic": Function(
        "basic.lambda_handler",
        [
            ({"name": "Ada"}, {"statusCode": 200, "body": "Hello, Ada!"}),
            ({}, {"statusCode": 200, "body": "Hello, World!"}),
        ],
        ran={"lambda_handler", "greeting"},
        never={"farewell"},
    ),
    "context-manager": Function(
        "context_manager.lambda_handler",
        [({"prices": [30, 70]}, {"total": 100}), ({"prices": [100], "coupon": 1}, {"total": 90})],
        ran={"process_business_logic"},
    ),
    "health": Function(
        "health_check.lambda_handler",
        [({"path": "/a"}, {"statusCode": 200, "body": '{"path": "/a"}'})],
        ran={"lambda_handler", "handle_request"},
    ),
    "orders": Function(
        "ecommerce.process_order_handler",
        [
            (
                {"order": {"id": 1, "items": {"book": 2, "pen": 1}}},
                {"order": 1, "charged": 26, "left": {"book": 98, "pen": 99}},
            ),
            (
                {"order": {"id": 2, "items": {"hat": 1}}},
                {"errorMessage": "unknown: hat", "errorType": "InvalidOrder"},
            ),
        ],
        ran={
            "process_order_handler", "validate_order", "process_payment", "update_inventory",
            "create_order_response", "setup_database_connection",
        },
        never={"inventory_handler", "check_inventory"},
    ),
    "inventory": Function(
        "ecommerce.inventory_handler",
        [
            ({"action": "check", "items": {"book": 3}}, {"book": True}),
            ({"action": "update", "items": {"book": 3}}, {"book": 97}),
            ({"action": "count"}, None),
        ],
        ran={"check_inventory"},
        later={"update_inventory"},
        never={"process_order_handler", "validate_order", "process_payment"},
    ),
    "api": Function(
        "api_gateway.api_gateway_handler",
        [
            (GET, {"statusCode": 404, "body": '{"error": "no such note"}'}),
            (POST, {"statusCode": 201, "body": '{"text": "buy milk"}'}),
            (GET, {"statusCode": 200, "body": '{"text": "buy milk"}'}),
        ],
        ran={"api_gateway_handler", "handle_get_request"},
        later={"handle_post_request"},
    ),
    "sampled": Function(
        "sampling.lambda_handler",
        [({"number": number}, {"doubled": 2 * number}) for number in range(5)],
        ran={"process_request"},
    ),
    "staged": Function("by_stage.lambda_handler", [({}, {"stage": "dev"})], ran={"lambda_handler"}),
}  # fmt: skip


@dataclass
class Fleet:
    """The functions of one Python, with a bucket of their own."""

    env: PythonEnv
    opt: Path
    server: S3Server
    folder: Path
    bucket: str
    answers: dict[str, list[Any]] = field(default_factory=dict)

    def emulator(self, handler: str, name: str, **variables: str) -> Emulator:
        task = self.folder / name
        task.mkdir(exist_ok=True)
        shutil.copy(PROGRAMS / f"{handler.partition('.')[0]}.py", task)
        return Emulator(
            self.env,
            task,
            handler,
            opt=self.opt,
            function_name=name,
            variables={**self.server.variables, "COVERAGE_S3_BUCKET": self.bucket, **variables},
        )

    def call(self, handler: str, name: str, *events: Any, **variables: str) -> list[Any]:
        with self.emulator(handler, name, **variables) as emulator:
            return [emulator.invoke(event).payload for event in events]

    def stored(self) -> list[str]:
        return self.server.keys(self.bucket)

    def read(self, key: str) -> bytes:
        return self.server.client().get_object(Bucket=self.bucket, Key=key)["Body"].read()


def new_fleet(env: PythonEnv, opt: Path, server: S3Server, folder: Path) -> Fleet:
    return Fleet(env, opt, server, folder, server.bucket())


@pytest.fixture(scope="module")
def fleet(
    python_env: PythonEnv,
    layer_opt: Path,
    s3_server: S3Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Fleet:
    """All functions, each called with all its events."""
    made = new_fleet(python_env, layer_opt, s3_server, tmp_path_factory.mktemp("fleet"))
    for name, each in FUNCTIONS.items():
        events = [event for event, _ in each.calls]
        made.answers[name] = made.call(each.handler, name, *events, STAGE="dev")
    return made


@pytest.fixture(scope="module")
def report(fleet: Fleet) -> Any:
    """What the combining program writes, called twice."""
    handler = "combining.coverage_combiner_handler"
    first, second = fleet.call(handler, "combiner", {}, {})
    results = [json.loads(each["body"]) for each in (first, second)]
    assert [each["status"] for each in results] == ["success", "success"]
    assert results[0]["lambda_functions"] == results[1]["lambda_functions"]
    return json.loads(fleet.read("coverage/combined/daily-report.json"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_answers_as_it_did(fleet: Fleet, name: str) -> None:
    for answer, (_, expected) in zip(fleet.answers[name], FUNCTIONS[name].calls, strict=True):
        if isinstance(answer, dict) and "stackTrace" in answer:
            assert "coverage_wrapper" not in json.dumps(answer["stackTrace"])
            assert expected.items() <= answer.items()
        else:
            assert answer == expected


def test_bundles_lie_where_they_did_by_the_day(fleet: Fleet) -> None:
    found = [KEY.fullmatch(key) for key in fleet.stored() if key.endswith(".coverage")]
    assert all(found)
    assert {match[2] for match in found if match} - {"combiner"} == {*FUNCTIONS}
    today = datetime.now(UTC)
    days = {f"{today - timedelta(days=back):%Y/%m/%d}" for back in (0, 1)}  # it may be midnight
    assert {match[1] for match in found if match} <= days


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_combined_report_knows_what_ran(fleet: Fleet, report: Any, name: str) -> None:
    known = FUNCTIONS[name]
    functions = {
        each["name"]: bool(each["invoke_lines"])
        for each in report["functions"]
        if each["lambda_function"] == name
    }
    ran = {each for each, lines in functions.items() if lines}
    sure = known.ran if fleet.env.version == "3.11" else known.ran | known.later
    assert sure <= ran
    assert not known.never & ran


def test_combining_under_the_input_prefix_does_not_feed_on_its_output(
    fleet: Fleet, report: Any
) -> None:
    counted = {each["name"]: each["invocations"] for each in report["summary"]["lambda_functions"]}
    for name, known in FUNCTIONS.items():
        if name != "sampled":  # where blocks are the invocations, and a few are not entered
            assert counted[name] == len(known.calls)
    again = json.loads(fleet.call("combining.coverage_combiner_handler", "combiner", {})[0]["body"])
    counted.pop("combiner", None)
    now = {each["name"]: each["invocations"] for each in again["lambda_functions"]}
    assert now.pop("combiner") == 2
    assert now == counted
    assert (again["broken"], again["output"]) == (
        [],
        f"s3://{fleet.bucket}/coverage/combined/daily-report.json",
    )


def test_coverage_py_combines_the_bundles(fleet: Fleet, tmp_path: Path) -> None:
    for key in fleet.stored():
        if "/basic-" in key or "/api-" in key:
            (tmp_path / Path(key).name).write_bytes(fleet.read(key))
    bundles = sorted(map(str, tmp_path.glob("*.coverage")))
    assert len(bundles) == 2
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "combine", *bundles], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*coverage, "json"], cwd=tmp_path, check=True, capture_output=True)
    files = json.loads((tmp_path / "coverage.json").read_text())["files"]
    assert {Path(name).name for name in files} == {"basic.py", "api_gateway.py"}


@pytest.mark.parametrize(
    "program", ["health_check.lambda_handler", "api_gateway.api_gateway_handler"]
)
def test_the_health_endpoint_tells_of_the_recording(
    python_env: PythonEnv, layer_opt: Path, s3_server: S3Server, tmp_path: Path, program: str
) -> None:
    fleet = new_fleet(python_env, layer_opt, s3_server, tmp_path)
    (answer,) = fleet.call(program, "asked", {"path": "/health"})
    assert answer["statusCode"] == 200
    state = json.loads(answer["body"])
    assert (state["status"], state["coverage_enabled"]) == ("healthy", True)


YESTERDAY = """
import time

real = time.time
time.time = lambda: real() - 86400

from basic import lambda_handler
"""


def test_the_daily_report_is_of_yesterday_alone(
    python_env: PythonEnv, layer_opt: Path, s3_server: S3Server, tmp_path: Path
) -> None:
    fleet = new_fleet(python_env, layer_opt, s3_server, tmp_path)
    fleet.call("basic.lambda_handler", "today", {})
    task = tmp_path / "then"
    task.mkdir()
    (task / "yesterday.py").write_text(YESTERDAY)
    shutil.copy(PROGRAMS / "basic.py", task)
    store = tmp_path / "store"  # a server would refuse what was signed yesterday
    variables = {"COVERAGE_S3_BUCKET": str(store)}
    with Emulator(
        python_env, task, "yesterday.lambda_handler",
        opt=layer_opt, variables=variables, function_name="then",
    ) as emulator:  # fmt: skip
        emulator.invoke({})
    for path in store.rglob("*.coverage"):
        key = path.relative_to(store).as_posix()
        s3_server.client().upload_file(str(path), fleet.bucket, key)

    (result,) = fleet.call("daily_report.daily_coverage_report", "report", {})

    day = datetime.now(UTC) - timedelta(days=1)
    assert [each["name"] for each in result["lambda_functions"]] == ["then"]
    assert result["output"] == f"s3://{fleet.bucket}/coverage/daily/{day:%Y-%m-%d}.json"
    assert json.loads(fleet.read(f"coverage/daily/{day:%Y-%m-%d}.json"))["summary"] == result


def test_by_stage_nothing_is_recorded_elsewhere(
    python_env: PythonEnv, layer_opt: Path, s3_server: S3Server, tmp_path: Path
) -> None:
    fleet = new_fleet(python_env, layer_opt, s3_server, tmp_path)
    answers = fleet.call("by_stage.lambda_handler", "staged", {}, STAGE="prod")
    assert (answers, fleet.stored()) == ([{"stage": "prod"}], [])
