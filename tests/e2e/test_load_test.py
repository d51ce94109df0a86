"""The load test: that it finds nothing wrong where all is right, and something where it is not."""

from __future__ import annotations

import io
import json
import signal
import threading
from collections import Counter
from itertools import islice
from pathlib import Path

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from rich.console import Console

from scripts import load_test
from scripts.load.recorded import Recorded
from scripts.load.running import Bounds, Load, Ran
from scripts.load.summary import percentile, show
from scripts.load.targets import Deployed, Reply
from scripts.load.traffic import Call, calls
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:main"


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=100)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("python_env", ["3.13"], indirect=True)
def test_every_answer_is_checked_and_every_invocation_is_found_in_the_bundles(
    python_env: PythonEnv, layer_opt: Path, s3_server: S3Server, console: Console
) -> None:
    bounds = Bounds(60, 60)
    code = load_test.emulated(python_env, layer_opt, s3_server, bounds, 1, 1, console)
    assert code == 0, printed(console)
    assert "60 invocations" in printed(console)
    assert "tell of 60 invocations" in printed(console)
    assert "Nothing is missing, and nothing is told twice" in printed(console)


class Wrong:
    """Answers as a broken function would."""

    def send(self, call: Call) -> Reply:
        return Reply({"statusCode": 500}, 0.001)


def test_wrong_answers_and_missing_invocations_are_told(console: Console) -> None:
    ran = Load(calls(1), Bounds(60, 7), lambda: None).run([(Wrong(), None)])
    assert ran.sent.total() == len(ran.wrong) == 7
    assert not show(console, ran, None, compared=False)
    assert "7 answers were wrong" in printed(console)
    right = Ran(1.0, Counter(main=7), {"add": [0.001] * 7})
    assert not show(console, right, Recorded(invocations=Counter(main=6)), compared=False)
    assert "7 invocations were sent, the bundles tell of 6" in printed(console)


class Interrupting:
    """Stands for somebody who presses Ctrl-C while calls are on their way."""

    def __init__(self) -> None:
        self.sent = 0

    def send(self, call: Call) -> Reply:
        self.sent += 1
        if self.sent == 5_000:  # by then all are waited for
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)
        return Reply({}, 0.001)


def test_whoever_interrupts_it_does_not_wait_until_the_time_is_up() -> None:
    target, bounds = Interrupting(), Bounds(600, 200_000)
    with pytest.raises(KeyboardInterrupt):
        Load(calls(1), bounds, lambda: None).run([(target, None)])
    assert target.sent < bounds.invocations


def test_the_same_seed_gives_the_same_calls() -> None:
    assert [*islice(calls(3), 50)] == [*islice(calls(3), 50)] != [*islice(calls(4), 50)]


def test_percentiles_are_values_that_were_there() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3.0
    assert percentile([5.0], 0.01) == 5.0


def test_a_deployed_function_is_called_by_its_arn() -> None:
    client = boto3.client(
        "lambda", "eu-central-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    call = next(call for call in calls(1, ("main",)) if call.name == "add")
    body = json.dumps({"statusCode": 200, "body": call.answer}).encode()
    payload = StreamingBody(io.BytesIO(body), len(body))
    sent = {"FunctionName": ARN, "Payload": json.dumps(call.event).encode()}
    with Stubber(client) as stub:
        stub.add_response("invoke", {"StatusCode": 200, "Payload": payload}, sent)
        assert call.is_answered_by(Deployed({"main": ARN}, client).send(call).payload)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["orders"], "no ARN of a function"),
        (["other=" + ARN], "no ARN of a function"),
        (["arn:"], "no ARN of a function"),
        ([ARN, ARN], "two ARNs of main"),
        ([ARN, "simple=" + ARN.replace("central", "west")], "several regions"),
    ],
)
def test_what_cannot_be_called_is_told_in_one_line(
    words: list[str], told: str, console: Console
) -> None:
    assert load_test.main(words, console) == 3
    assert told in printed(console)


def test_without_credentials_it_says_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, console: Console
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert load_test.main([ARN], console) == 3
    assert "It takes AWS credentials" in printed(console).replace("\n", " ")
