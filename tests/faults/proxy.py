"""A store with every fault that production has: an HTTP proxy in front of a real S3 server.

Faults are chosen for each request, by the test or from a seed. Requests go on to the S3 server as
they came, its host name included, since that is part of their signature.
"""

from __future__ import annotations

import http.client
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

Fault = str

OK = "ok"
HANG = "hang"
"""Takes the request and never answers."""
SLOW = "slow"
"""Answers after two seconds."""
REFUSE = "refuse"
THROTTLE = "throttle"
BROKEN = "broken"
"""500, and nothing is stored."""
RESET = "reset"
"""Ends the connection when the request has come; nothing is stored."""
UNHEARD = "unheard"
"""Stores, and ends the connection without an answer."""
LATE_500 = "late 500"
"""Stores, and answers 500."""

_ANSWERS = {REFUSE: (403, "AccessDenied"), THROTTLE: (503, "SlowDown"), BROKEN: (500, "Internal")}
_SLOW_SECONDS = 2.0

Choose = Callable[[str], Fault]
"""From a request's path to what becomes of it."""


def always(fault: Fault) -> Choose:
    return lambda _path: fault


def half(fault: Fault, seed: int) -> Choose:
    """Every request has that fault with a probability of one half."""
    draws = random.Random(seed)
    return lambda _path: draws.choice((OK, fault))


def mixed(faults: dict[Fault, int], seed: int) -> Choose:
    """By weight."""
    draws = random.Random(seed)
    names, weights = [*faults], [*faults.values()]
    return lambda _path: draws.choices(names, weights)[0]


class FaultyStore:
    """Listens as long as the ``with`` block lasts; :attr:`choose` may be changed at any time."""

    def __init__(self, upstream: str) -> None:
        self.choose: Choose = always(OK)
        self.requests: Counter[Fault] = Counter()
        self.conditional = 0
        self._upstream = urlsplit(upstream).netloc
        self._over = threading.Event()
        self._changed = threading.Condition()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self.close()

    def open(self) -> None:
        """Listen, at the same address as before."""
        store = self

        class Handler(_Handler):
            def do_PUT(self) -> None:
                store._put(self)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        """Be unreachable: connections are refused."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    def wait_for_requests(self, number: int) -> None:
        """Until so many have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.requests.total() >= number, 30)

    def _put(self, request: _Handler) -> None:
        with self._changed:
            fault = self.choose(request.path)
            self.requests[fault] += 1
            self.conditional += "If-None-Match" in request.headers
            self._changed.notify_all()
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if fault in (OK, SLOW, UNHEARD, LATE_500):
            if fault == SLOW:
                self._over.wait(_SLOW_SECONDS)
            status, headers, answer = self._forward(request, body)
            if fault == UNHEARD:
                request.hang_up()
            elif fault == LATE_500:
                request.answer(500, {}, b"<Error><Code>InternalError</Code></Error>")
            else:
                request.answer(status, headers, answer)
        elif fault == HANG:
            self._over.wait()
        elif fault == RESET:
            request.hang_up()
        else:
            status, code = _ANSWERS[fault]
            request.answer(status, {}, f"<Error><Code>{code}</Code></Error>".encode())

    def _forward(self, request: _Handler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self._upstream, timeout=30)
        try:
            connection.request("PUT", request.path, body, dict(request.headers.items()))
            response = connection.getresponse()
            kept = {k: v for k, v in response.getheaders() if k.lower().startswith("x-amz-")}
            return response.status, kept, response.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    timeout = 60

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            return  # the function's process was killed

    def log_message(self, *_: object) -> None:
        """Say nothing."""
