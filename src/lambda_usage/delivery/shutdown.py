"""Hears that the process is about to end, where Lambda says so.

Lambda sends SIGTERM, and waits for half a second, only where an extension is registered. One that
registers for no event costs nothing in any invocation. The signal is read from a pipe (``signal.
set_wakeup_fd``) in a thread: the runtime client of Python 3.11 waits in C, where no Python signal
handler runs.

``_signal`` and ``_socket`` are what ``signal`` and ``socket`` are made of. The rest of those makes
enumerations and selectors, which take 5 ms of a cold start.
"""

from __future__ import annotations

import atexit
import os
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    import socket
    from collections.abc import Callable
    from typing import Any
else:
    import _signal as signal
    import _socket as socket

_THEIR_TURN = 0.1
"""Seconds, of the 500 ms that Lambda leaves, for a SIGTERM handler of the user's."""

_OTHERS_TURN = 10.0
"""Seconds that a worker of a Managed Instance puts off its end, so that its bundle can leave."""

_INITIALIZATION = "AWS_LAMBDA_INITIALIZATION_TYPE"
_EXTENSION = "lambda-usage"
_API = "/2020-01-01/extension"
_PATIENCE = 2.0
"""Seconds for one step of a request."""


class ShutdownNotice:
    """Calls :attr:`on_shutdown` once, when the process ends in an orderly way."""

    def __init__(self, on_shutdown: Callable[[], None]) -> None:
        self.on_shutdown = on_shutdown
        self._lock = threading.Lock()
        self._called = False
        self._done = threading.Event()
        self._handler: Callable[[int, Any], object] = _stay
        self._pipe: tuple[int, int] | None = None
        self._previous_fd = -1
        self._api: socket.socket | None = None
        """Kept open: the extension waits there for an event that never comes."""

    def listen(self) -> None:
        """Start listening: at exit always, for SIGTERM in Lambda."""
        atexit.register(self.notify)
        api = os.environ.get("AWS_LAMBDA_RUNTIME_API")
        if api and threading.current_thread() is threading.main_thread():
            if os.environ.get(_INITIALIZATION) == "lambda-managed-instances":
                self._catch_sigterm(self._leave)  # one worker of several, and no extension
                return
            identifier = _register(api)
            self._catch_sigterm(_stay)
            self._api = _asked(api, "GET", "/event/next", {_IDENTIFIER: identifier}, b"")

    def notify(self) -> None:
        """Call :attr:`on_shutdown`, unless that has been done."""
        with self._lock:
            if self._called:
                return
            self._called = True
        try:
            self.on_shutdown()
        finally:
            self._done.set()

    def _leave(self, number: int, _frame: object) -> None:
        """End as one does without a handler, but not before the work is done."""
        self.notify()
        self._done.wait(_OTHERS_TURN)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _catch_sigterm(self, handler: Callable[[int, Any], object]) -> None:
        self._handler = handler
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, handler)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        self._pipe = reader, writer
        self._previous_fd = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        os.register_at_fork(after_in_child=self._let_go)
        _in_background(self._watch, reader)

    def _let_go(self) -> None:
        """In a forked child: its end is not the end of this process, nor is it put off."""
        if self._is_ours():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(self._previous_fd)

    def _is_ours(self) -> bool:
        return signal.getsignal(signal.SIGTERM) == self._handler

    def _watch(self, reader: int) -> None:
        while True:
            signals = os.read(reader, 64)
            if not signals:
                return
            if self._previous_fd >= 0:
                _pass_on(self._previous_fd, signals)
            if signal.SIGTERM in signals:
                if not self._is_ours():
                    time.sleep(_THEIR_TURN)  # the user's own handler runs now, and is seen too
                self.notify()


def _stay(_number: int, _frame: object) -> None:
    """Lambda ends the process half a second later; until then there is work to do."""


def _pass_on(descriptor: int, signals: bytes) -> None:
    try:
        os.write(descriptor, signals)
    except OSError:  # theirs may be full
        return


_IDENTIFIER = "Lambda-Extension-Identifier"


def _register(api: str) -> str:
    headers = {"Lambda-Extension-Name": _EXTENSION, "Content-Type": "application/json"}
    answer = _answer(_asked(api, "POST", "/register", headers, b'{"events": []}'))
    for line in answer.split(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower() == _IDENTIFIER.lower():
            return value.strip()
    raise OSError(f"the Extensions API answered {answer[:80]!r}")


def _asked(api: str, method: str, path: str, headers: dict[str, str], body: bytes) -> socket.socket:
    """A connection on which one HTTP request was sent: a client would cost 6 MB (measured)."""
    host, _, port = api.partition(":")
    lines = [f"{method} {_API}{path} HTTP/1.1", f"Host: {api}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.settimeout(_PATIENCE)
        connection.connect((host, int(port or 80)))
        connection.sendall("\r\n".join(lines).encode() + body)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket) -> bytes:
    try:
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)
    finally:
        connection.close()


def _in_background(target: Callable[..., Any], *arguments: object) -> None:
    def run() -> None:
        try:
            target(*arguments)
        except OSError:
            return  # the Runtime API goes away when the environment does

    threading.Thread(target=run, name="lambda-usage", daemon=True).start()
