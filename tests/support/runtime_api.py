"""A Runtime API for several workers at once, which AWS's emulator does not serve.

It hands each event to whichever worker asks, and takes the answers; the Extensions API takes
whoever registers, and has no event for anybody. ``/meet`` answers when all workers are there.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

ARN = "arn:aws:lambda:us-east-1:123456789012:function:function"
PATIENCE = 60.0


class RuntimeApi:
    """Serves while the block lasts."""

    def __init__(self, workers: int) -> None:
        self._events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._meeting = threading.Barrier(workers)
        self._over = threading.Event()
        self._sent = 0
        self.registered = 0
        """Extensions."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def invoke(self, *events: object) -> list[Any]:
        """Have all *events* handled; their answers, in whatever order they come.

        Raises:
            AssertionError: A handler raised, or a worker could not start.
        """
        for event in events:
            self._sent += 1
            self._events.put((f"request-{self._sent}", json.dumps(event).encode()))
        found = []
        for _ in events:
            path, answer = self._answers.get(timeout=PATIENCE)
            assert path.endswith("/response"), (path, answer)
            found.append(answer)
        return found

    def get(self, path: str) -> tuple[dict[str, str], bytes]:
        """What a worker asks for."""
        if path.endswith("/meet"):
            self._meeting.wait(PATIENCE)
        elif path.endswith("/extension/event/next"):
            self._over.wait()
        elif path.endswith("/invocation/next"):
            request, event = self._next()
            return {
                "Lambda-Runtime-Aws-Request-Id": request,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + PATIENCE) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": ARN,
                "Content-Type": "application/json",
            }, event
        return {}, b"{}"

    def post(self, path: str, body: bytes) -> dict[str, str]:
        """What a worker tells."""
        if path.endswith("/extension/register"):
            self.registered += 1
            return {"Lambda-Extension-Identifier": f"extension-{self.registered}"}
        self._answers.put((path, json.loads(body)))
        return {}

    def _next(self) -> tuple[str, bytes]:
        while not self._over.is_set():
            try:
                return self._events.get(timeout=1)
            except queue.Empty:
                continue
        raise ConnectionAbortedError


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            with contextlib.suppress(ConnectionError):  # who asked is gone, or we are
                headers, body = api.get(self.path)
                self._send(200, headers, body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = api.post(self.path, body)
            self.close_connection = True
            self._send(200 if headers else 202, headers, b"{}")

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler
