"""Hears that the process is about to end, where Lambda says so.

Lambda sends SIGTERM, and waits for half a second, only where an extension is registered. One that
registers for no event costs nothing in any invocation. The signal is read from a pipe (``signal.
set_wakeup_fd``) in a thread: the runtime client of Python 3.11 waits in C, where no Python signal
handler runs.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_THEIR_TURN = 0.1
"""Seconds, of the 500 ms that Lambda leaves, for a SIGTERM handler of the user's."""

_EXTENSION = "lambda-usage"
_API = "/2020-01-01/extension"


class ShutdownNotice:
    """Calls *on_shutdown* once, when the process ends in an orderly way."""

    def __init__(self, on_shutdown: Callable[[], None]) -> None:
        self._on_shutdown = on_shutdown
        self._lock = threading.Lock()
        self._called = False
        self._pipe: tuple[int, int] | None = None
        self._previous_fd = -1

    def listen(self) -> None:
        """Start listening: at exit always, for SIGTERM in Lambda."""
        atexit.register(self.notify)
        api = os.environ.get("AWS_LAMBDA_RUNTIME_API")
        if api and threading.current_thread() is threading.main_thread():
            identifier = _register(api)
            self._catch_sigterm()
            _in_background(_call, api, "GET", "/event/next", {_IDENTIFIER: identifier}, b"", None)

    def notify(self) -> None:
        """Call *on_shutdown*, unless that has been done."""
        with self._lock:
            if self._called:
                return
            self._called = True
        self._on_shutdown()

    def _catch_sigterm(self) -> None:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _stay)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        self._pipe = reader, writer
        self._previous_fd = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        os.register_at_fork(after_in_child=self._let_go)
        _in_background(self._watch, reader)

    def _let_go(self) -> None:
        """In a forked child: its end is not the end of this process, nor is it put off."""
        if signal.getsignal(signal.SIGTERM) is _stay:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(self._previous_fd)

    def _watch(self, reader: int) -> None:
        while True:
            signals = os.read(reader, 64)
            if not signals:
                return
            if self._previous_fd >= 0:
                with suppress(OSError):  # theirs may be full
                    os.write(self._previous_fd, signals)
            if signal.SIGTERM in signals:
                if signal.getsignal(signal.SIGTERM) is not _stay:
                    time.sleep(_THEIR_TURN)  # the user's own handler runs now, and is seen too
                self.notify()


def _stay(_number: int, _frame: object) -> None:
    """Lambda ends the process half a second later; until then there is work to do."""


_IDENTIFIER = "Lambda-Extension-Identifier"


def _register(api: str) -> str:
    headers = {"Lambda-Extension-Name": _EXTENSION, "Content-Type": "application/json"}
    body = json.dumps({"events": []}).encode()
    answer = _call(api, "POST", "/register", headers, body, 2.0)
    for line in answer.split(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower() == _IDENTIFIER.lower():
            return value.strip()
    raise OSError(f"the Extensions API answered {answer[:80]!r}")


def _call(
    api: str, method: str, path: str, headers: dict[str, str], body: bytes, timeout: float | None
) -> bytes:
    """One HTTP request, by hand: an HTTP client would cost the function 6 MB (measured)."""
    host, _, port = api.partition(":")
    lines = [f"{method} {_API}{path} HTTP/1.1", f"Host: {api}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    with socket.create_connection((host, int(port or 80)), timeout) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def _in_background(target: Callable[..., Any], *arguments: object) -> None:
    def run() -> None:
        try:
            target(*arguments)
        except OSError:
            return  # the Runtime API goes away when the environment does

    threading.Thread(target=run, name="lambda-usage", daemon=True).start()
