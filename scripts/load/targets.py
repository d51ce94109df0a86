"""Where calls go: functions in AWS's emulator, or such that are deployed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scripts.load.traffic import KINDS, Call
from tests.support.emulator import Emulator, EmulatorError
from tests.support.paths import ROOT
from tests.support.pythons import PythonEnv
from tests.support.s3_server import S3Server

SOURCE = ROOT / "examples" / "load_test"
NAME = "load-test-"
FLUSH_INTERVAL_S = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    payload: object
    seconds: float
    """Until the function's response was there, in the emulator; of the whole request else."""


class Target(Protocol):
    """Calls what is meant by a call's kind."""

    def send(self, call: Call) -> Reply:
        """Calls it, and waits for the answer."""


class Emulated:
    """Three functions in AWS's emulator, one execution environment each."""

    def __init__(
        self, env: PythonEnv, opt: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> None:
        """They start with their first call.

        Args:
            env: The Python that they run on.
            opt: The layer, unpacked; ``None`` for functions without one.
            variables: Of their environment.
        """
        self._emulators = {
            kind: Emulator(
                env, SOURCE, f"app.{kind}_handler", opt=opt, variables=variables,
                function_name=NAME + kind,
            )
            for kind in KINDS
        }  # fmt: skip

    def start(self) -> None:
        """Starts the emulators."""
        for each in self._emulators.values():
            each.start()

    def stop(self) -> None:
        """Shuts the functions down as Lambda does, so that their last bundles leave."""
        for each in self._emulators.values():
            each.stop()

    def send(self, call: Call) -> Reply:
        """See :class:`Target`.

        Raises:
            EmulatorError: There was no answer, or the log does not say when.
        """
        done = self._emulators[call.kind].invoke(call.event)
        if done.rtdone_ms is None:
            raise EmulatorError("\n".join([f"{call.event}: no response in the log", *done.log]))
        return Reply(done.payload, done.rtdone_ms / 1000)


def with_layer(env: PythonEnv, opt: Path, server: S3Server, bucket: str) -> Emulated:
    """Functions that record into *bucket*."""
    return Emulated(
        env,
        opt,
        {
            "AWS_LAMBDA_EXEC_WRAPPER": str(opt / "lambda-usage"),
            "AWS_ENDPOINT_URL_S3": server.endpoint,
            "COVERAGE_S3_BUCKET": bucket,
            "COVERAGE_FLUSH_INTERVAL": str(FLUSH_INTERVAL_S),
            "COVERAGE_LOG_LEVEL": "WARNING",
        },
    )


class Deployed:
    """Functions in AWS."""

    def __init__(self, arns: Mapping[str, str], client: Any) -> None:
        """Calls them with *client*, one of boto3's for Lambda; *arns* are by kind."""
        self._arns = arns
        self._client = client

    def send(self, call: Call) -> Reply:
        """See :class:`Target`.

        Raises:
            BotoCoreError, ClientError: It could not be called.
        """
        start = time.perf_counter()
        done = self._client.invoke(
            FunctionName=self._arns[call.kind], Payload=json.dumps(call.event).encode()
        )
        payload = json.loads(done["Payload"].read())
        return Reply(payload, time.perf_counter() - start)
