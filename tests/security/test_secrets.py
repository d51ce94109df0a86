"""Nothing but paths, names, line numbers, hashes and counts leaves the process.

A function that is full of secrets runs in AWS's emulator, with failures of the store and of our
own, and every bundle, log line and answer of the health check is searched. Its invocations have
traces, which X-Ray keeps: unless the user allows it, their ids stay in the process, too.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.support.emulator import Emulator
from tests.support.pythons import PythonEnv

SECRETS = {
    place: f"s3cr3t-{place}-9f8e7d"
    for place in ("event", "environment", "source", "exception", "key", "result", "local")
}

TRACE = {
    "Root": "1-5759e988-bd862e3fe1be46a994272793",
    "Parent": "53995c3f42cd8ad8",
    "Sampled": "1",
    "Lineage": "1:7de93fe2:0",
}
HEADER = ";".join(f"{name}={value}" for name, value in TRACE.items())

APP = '''\
"""A docstring with {source}."""
import os

from awslambdaric import bootstrap

from lambda_usage import health_check_handler


def traced(_):
    """The emulator passes on no trace id; the runtime client would put Lambda's there."""
    os.environ["_X_AMZN_TRACE_ID"] = os.environ["HEADER"]


bootstrap.update_xray_env_variable = traced

TOKEN = "{source}"
TABLE = {{"{source}": 1}}


class Refused(Exception):
    pass


class Telling(Exception):
    def __repr__(self):
        raise Refused("{exception}")


def check(event, token="{source}"):
    local = "{local}"
    if event.get("do") == "raise":
        raise Refused(f"{exception} {{event}} {{os.environ['SECRET']}} {{local}}")
    if event.get("do") == "chain":
        try:
            {{}}["{key}"]
        except KeyError as error:
            raise Telling("{exception}") from error
    return "{result}"


def handler(event, context):
    if event.get("do") == "header":
        return os.environ["_X_AMZN_TRACE_ID"]
    if event.get("do") == "health":
        return health_check_handler()
    if event.get("do") == "break":
        from lambda_usage.attach import starting

        agent, _ = starting.state()

        def fail(*_, **__):
            raise ValueError("{local}" + str(event) + os.environ["SECRET"])

        agent.dispatch.before = fail
    return check(event)
'''


def test_no_secret_is_in_any_bundle_log_line_or_health_check(
    python_env: PythonEnv, layer_opt: Path, tmp_path: Path
) -> None:
    task = tmp_path / "task"
    task.mkdir()
    (tmp_path / "tmp").mkdir()
    (task / "app.py").write_text(APP.format(**SECRETS))
    answers = []
    store = tmp_path / "store"
    store.write_text("no folder: nothing can be written into it")
    with Emulator(
        python_env,
        task,
        "app.handler",
        opt=layer_opt,
        variables={
            "AWS_LAMBDA_EXEC_WRAPPER": str(layer_opt / "lambda-usage"),
            "COVERAGE_S3_BUCKET": str(store),
            "COVERAGE_OVERHEAD_BUDGET": "1",
            "COVERAGE_LOG_LEVEL": "DEBUG",
            "COVERAGE_FLUSH_INTERVAL": "0.001",
            "SECRET": SECRETS["environment"],
            "HEADER": HEADER,
            "TMPDIR": str(tmp_path / "tmp"),
        },
    ) as emulator:

        def invoke(*what: str) -> None:
            for each in what:
                event = {"do": each, "card": SECRETS["event"], SECRETS["event"]: 1}
                answer = emulator.invoke(event)
                if each == "health":
                    answers.append(json.dumps(answer.payload))

        assert emulator.invoke({"do": "header"}).payload == HEADER
        invoke("x", "raise")
        emulator.wait_for_log("bundles? (could not|cannot) be delivered")
        invoke("health")
        store.unlink()
        invoke("chain", "x", "break", "x", "x", "health")
        log = emulator.stop()
    ours = [line for line in log if '"lambda_usage"' in line]
    bundles = sorted(store.rglob("*.coverage"))
    assert bundles
    assert any("ValueError at lambda_usage/" in line for line in ours)
    assert any("be delivered" in line for line in ours)
    assert "the last upload failed" in answers[0] or "the store keeps failing" in answers[0]
    assert "ValueError at lambda_usage/" in answers[1]
    texts = [path.read_bytes() for path in bundles]
    texts += [str(path).encode() for path in bundles]
    texts += [line.encode() for line in (*ours, *answers)]
    of_trace = [TRACE[name] for name in ("Root", "Parent", "Lineage")]
    digits = TRACE["Root"].removeprefix("1-").replace("-", "")  # as OpenTelemetry would write it
    for secret in (*SECRETS.values(), *of_trace, digits):
        for form in (secret.encode(), base64.b64encode(secret.encode())[:-4]):
            assert not [text for text in texts if form in text], secret


@pytest.mark.parametrize("place", sorted(SECRETS))
def test_each_secret_is_one_that_the_function_has(place: str) -> None:
    """The test above would pass if a secret never reached the function."""
    assert place in ("event", "environment") or SECRETS[place] in APP.format(**SECRETS)
