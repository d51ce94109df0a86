"""An S3 that gives the answers it was told to, and uploads to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

import pytest

from lambda_usage.delivery.s3 import Endpoint, Upload, put_object
from lambda_usage.delivery.signing import Credentials
from lambda_usage.delivery.targets import UploadError

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = 1_790_000_000.0


class Answer(NamedTuple):
    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


HANG_UP = Answer(0)
"""Ends the connection without an answer, when all was received."""


@dataclass
class Server:
    """Gives *answers*, one after the other, the last for ever, and keeps what it was sent."""

    answers: list[Answer]
    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)


def code(name: str) -> bytes:
    return f"<Error><Code>{name}</Code></Error>".encode()


@contextmanager
def server(*answers: Answer) -> Iterator[Server]:
    found = Server(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            found.headers.append(self.headers)
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            answer = found.answers[min(len(found.bodies), len(found.answers)) - 1]
            if answer is HANG_UP:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            found.url = f"http://127.0.0.1:{running.server_port}"
            yield found
        finally:
            running.shutdown()
            thread.join()


class Sleeps(list[float]):
    """Stands for ``time.sleep``: notes the pauses and makes none."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def put(
    url: str,
    timeout: float = 20,
    *,
    once: bool = False,
    credentials: Callable[[], Credentials | None] = lambda: KEYS,
    sleep: Callable[[float], object] | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    endpoint = Endpoint("bucket", "us-east-1", url)
    upload = Upload(endpoint, "key", b"body", headers or {}, once, credentials)
    put_object(upload, timeout, sleep=Sleeps() if sleep is None else sleep)


def refused(url: str, **options: Any) -> UploadError:
    with pytest.raises(UploadError) as caught:
        put(url, **options)
    return caught.value


SLOW_DOWN = Answer(503, body=code("SlowDown"))
