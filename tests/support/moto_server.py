"""DynamoDB, Secrets Manager and SQS on the loopback interface: moto's server, in its own process.

with MotoServer() as server:
    server.dynamodb().create_table(...)
    Emulator(..., variables={**server.variables})
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import boto3

from tests.support.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.support.paths import Unavailable
from tests.support.ports import free_ports

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

START_TIMEOUT_S = 60


class MotoServer:
    """One server, for as long as the ``with`` block lasts. All that it holds is in memory."""

    def __init__(self, *, aws_policies: bool = False) -> None:
        """With ``aws_policies`` it knows AWS's own, as ``AWSLambdaBasicExecutionRole``."""
        self.endpoint = ""
        self._variables = {"MOTO_IAM_LOAD_MANAGED_POLICIES": str(aws_policies).lower()}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and returns when it listens."""
        with free_ports(1) as (port,):
            self.endpoint = f"http://127.0.0.1:{port}"
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                env={**os.environ, **self._variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            self._wait(port, log)

    def stop(self) -> None:
        """Ends the server at once: its data is thrown away anyway."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    @property
    def variables(self) -> Mapping[str, str]:
        """What a process must have in its environment to use this server with boto3.

        S3 is left to whatever ``AWS_ENDPOINT_URL`` says.
        """
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": self.endpoint,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def dynamodb(self) -> DynamoDBServiceResource:
        """Its DynamoDB."""
        return self._session().resource("dynamodb", endpoint_url=self.endpoint)

    def secrets_manager(self) -> SecretsManagerClient:
        """Its Secrets Manager."""
        return self._session().client("secretsmanager", endpoint_url=self.endpoint)

    def sqs(self) -> SQSClient:
        """Its SQS."""
        return self._session().client("sqs", endpoint_url=self.endpoint)

    def _session(self) -> boto3.Session:
        return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION)

    def _wait(self, port: int, log: IO[bytes]) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), 5).close()
            except OSError as error:
                try:
                    self._process.wait(0.05)
                except subprocess.TimeoutExpired:
                    if time.monotonic() < deadline:
                        continue
                log.seek(0)
                last = "\n".join(log.read().decode(errors="replace").splitlines()[-20:])
                self.stop()
                raise Unavailable(f"moto's server did not start: {error}\n{last}") from error
