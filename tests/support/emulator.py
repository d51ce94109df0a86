"""A function in AWS's own Runtime Interface Emulator, with the real runtime client.

    with Emulator(python_env, task_root, "app.handler", opt=layer) as emulator:
        assert emulator.invoke({"id": 1}).payload == {"ok": True}

The emulator ignores AWS_LAMBDA_EXEC_WRAPPER, so the bootstrap script here honours it, with the
rest of what the managed runtime's does. It answers only after extensions have called Next:
:attr:`Invocation.rtdone_ms` is when the function's response was there. It passes on no trace id:
``invoke(…, trace=…)`` lets it reach the runtime client all the same.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from tests.support.ports import free_ports
from tests.support.pythons import PythonEnv
from tests.support.rie import emulator_binary

ACCESS_KEY = "test-access-key"
SECRET_KEY = "test-secret-key"
REGION = "us-east-1"

_RUNTIME = Path(__file__).parent / "runtime"
_RTDONE = re.compile(r"INVOKE RTDONE\(.*duration: ([0-9.]+)ms\)")
_INIT_REPORT = re.compile(r"INIT REPORT\(durationMs: ([0-9.]+)\)")
_START = re.compile(r"START RequestId: (\S+)")
_REPORT = re.compile(r"REPORT RequestId: .*?\tDuration: ([0-9.]+) ms|\tDuration: ([0-9.]+) ms")
_PLATFORM = re.compile(r"^(START|END|REPORT) RequestId: |\(rapid\) ")
_MARK = "\0mark-"

_BOOTSTRAP = """\
#!/bin/sh
echo $$ >>{pids}
if [ -z "$AWS_LAMBDA_EXEC_WRAPPER" ]; then
    exec {python} {bootstrap} {opt}
fi
if [ ! -f "$AWS_LAMBDA_EXEC_WRAPPER" ]; then
    echo "$AWS_LAMBDA_EXEC_WRAPPER: does not exist"
    exit 127
fi
if [ ! -x "$AWS_LAMBDA_EXEC_WRAPPER" ]; then
    echo "$AWS_LAMBDA_EXEC_WRAPPER: is not an executable"
    exit 126
fi
exec "$AWS_LAMBDA_EXEC_WRAPPER" {python} {bootstrap} {opt}
"""


class EmulatorError(Exception):
    """The emulator did not do its part; carries its log."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What one call gave."""

    status: int
    """Of the emulator's HTTP response: 200 also for a handler that raised."""
    body: bytes
    log: tuple[str, ...]
    """Every line that the platform and the function wrote since the call before."""

    @property
    def payload(self) -> Any:
        """The response, from JSON."""
        return json.loads(self.body)

    @property
    def function_log(self) -> tuple[str, ...]:
        """The lines that are not the platform's."""
        return tuple(line for line in self.log if not _PLATFORM.search(line))

    @property
    def request_id(self) -> str | None:
        """As the function's context has it."""
        return self._first(_START)

    @property
    def rtdone_ms(self) -> float | None:
        """Until the function's response was there."""
        return _number(self._first(_RTDONE))

    @property
    def duration_ms(self) -> float | None:
        """As in the REPORT line: until extensions were done too."""
        return _number(self._first(_REPORT))

    @property
    def init_ms(self) -> float | None:
        """How long INIT took, where this call began with one."""
        return _number(self._first(_INIT_REPORT))

    def _first(self, pattern: re.Pattern[str]) -> str | None:
        for line in self.log:
            if match := pattern.search(line):
                return next(group for group in match.groups() if group is not None)
        return None


class Emulator:
    """One execution environment of one function. Start it with ``with`` or :meth:`start`."""

    def __init__(
        self,
        env: PythonEnv,
        task_root: Path,
        handler: str,
        *,
        opt: Path | None = None,
        variables: Mapping[str, str] | None = None,
        function_name: str = "function",
        memory_mb: int = 512,
        timeout_s: int = 30,
        init_type: str = "on-demand",
    ) -> None:
        self.env = env
        self._task_root = task_root.resolve()
        self._handler = handler
        self._opt = opt.resolve() if opt else None
        self._timeout_s = timeout_s
        self._variables = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONDONTWRITEBYTECODE": "1",  # the real task root is read-only
            "LAMBDA_TASK_ROOT": str(self._task_root),
            "LAMBDA_RUNTIME_DIR": str(_RUNTIME),
            "AWS_LAMBDA_FUNCTION_NAME": function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_s),
            "AWS_LAMBDA_INITIALIZATION_TYPE": init_type,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{env.version}",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "_HANDLER": handler,
            **(variables or {}),
        }
        self._log = _Log()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._unread = 0

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

    @property
    def log(self) -> tuple[str, ...]:
        """All lines so far."""
        return self._log.lines()

    @property
    def function_log(self) -> tuple[str, ...]:
        """All lines so far that are not the platform's."""
        return tuple(line for line in self.log if not _PLATFORM.search(line))

    def start(self) -> None:
        """Starts the emulator. The function starts with the first invocation."""
        self._folder = tempfile.TemporaryDirectory(prefix="emulator-")
        own_tmp = Path(self._folder.name) / "tmp"
        own_tmp.mkdir()
        with free_ports(2) as (invoke_port, api_port):
            pass
        self._process = subprocess.Popen(
            [
                emulator_binary(),
                "--runtime-interface-emulator-address", f"127.0.0.1:{invoke_port}",
                "--runtime-api-address", f"127.0.0.1:{api_port}",
                self._bootstrap(Path(self._folder.name)), self._handler,
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log.writer,
            stderr=self._log.writer,
            cwd=self._task_root,
            # /tmp is the execution environment's own: what another left there is not for this one
            env={"TMPDIR": str(own_tmp), **self._variables},
        )  # fmt: skip
        self._log.start()
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", invoke_port, timeout=self._timeout_s + 15
        )
        while True:
            try:
                return self._connection.connect()
            except ConnectionRefusedError:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.01)
                    raise self._failed("the emulator did not start") from None

    def invoke(self, event: object, *, trace: str = "") -> Invocation:
        """Calls the function and waits for the response and all that was written by then.

        Args:
            event: As JSON has it.
            trace: X-Ray's header, if the invocation is to have one.
        """
        if self._connection is None:
            raise EmulatorError("not started")
        headers = {"Content-Type": "application/json"}
        if trace:
            headers["X-Amz-Client-Context"] = base64.b64encode(trace.encode()).decode()
        body = json.dumps(event).encode()
        try:
            self._connection.request(
                "POST", "/2015-03-31/functions/function/invocations", body, headers
            )
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(f"no response: {error!r}") from error
        self._log.catch_up()
        lines = self._log.lines()
        since, self._unread = self._unread, len(lines)
        return Invocation(response.status, content, lines[since:])

    def wait_for_log(self, pattern: str, timeout_s: float = 30) -> str:
        """The first line that matches, as soon as it is there."""
        line = self._log.wait_for(re.compile(pattern), timeout_s)
        if line is None:
            raise self._failed(f"no line matched {pattern!r} in {timeout_s} s")
        return line

    def stop(self) -> tuple[str, ...]:
        """Shuts down as Lambda does: SIGTERM, then SIGKILL, to the function; returns the log."""
        process = self._process
        if process is not None and process.poll() is None:
            self.put_runtime_first()
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
        return self.kill()

    def kill(self) -> tuple[str, ...]:
        """Ends everything at once, without a warning to the function; returns the log."""
        self._end_runtimes()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._connection is not None:
            self._connection.close()
        self._log.finish()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        return self.log

    def runtime_pids(self) -> tuple[int, ...]:
        """The function's processes so far, the present one last."""
        if self._folder is None:
            return ()
        try:
            return tuple(map(int, (Path(self._folder.name) / "pids").read_text().split()))
        except FileNotFoundError:
            return ()

    def put_runtime_first(self) -> None:
        """The function has 500 ms from SIGTERM on, and they are those of a machine of its own.

        What else this machine does meanwhile is no part of what a test promises. Without the right
        to raise a priority (to root alone) nothing happens.
        """
        for pid in self.runtime_pids()[-1:]:
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    os.setpriority(os.PRIO_PROCESS, int(thread.name), -15)

    def _end_runtimes(self) -> None:
        if self._folder is None:
            return
        for pid in self.runtime_pids():
            # The number may have gone to a stranger: ours has the emulator's variables.
            with contextlib.suppress(OSError):
                variables = Path(f"/proc/{pid}/environ").read_bytes()
                if f"LAMBDA_TASK_ROOT={self._task_root}\0".encode() in variables:
                    os.kill(pid, signal.SIGKILL)

    def _bootstrap(self, folder: Path) -> str:
        script = folder / "bootstrap"
        script.write_text(
            _BOOTSTRAP.format(
                pids=shlex.quote(str(folder / "pids")),
                python=shlex.quote(str(self.env.executable)),
                bootstrap=shlex.quote(str(_RUNTIME / "bootstrap.py")),
                opt=shlex.quote(str(self._opt or folder / "opt")),
            )
        )
        script.chmod(0o755)
        return str(script)

    def _failed(self, what: str) -> EmulatorError:
        self._log.catch_up()
        return EmulatorError("\n".join([what, *self.log]))


class _Log:
    """Collects lines from a pipe in a thread, so that waiting for a line needs no polling."""

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        self._lines: list[str] = []
        self._marks = 0
        self._marks_seen = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._collect, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def lines(self) -> tuple[str, ...]:
        with self._changed:
            return tuple(self._lines)

    def catch_up(self) -> None:
        """Returns when everything written before this call has been collected."""
        if self.writer < 0:
            return
        with self._changed:
            self._marks += 1
            mark = self._marks
        os.write(self.writer, f"{_MARK}{mark}\n".encode())
        with self._changed:
            self._changed.wait_for(lambda: self._marks_seen >= mark, 15)

    def wait_for(self, pattern: re.Pattern[str], timeout_s: float) -> str | None:
        seen = 0

        def found() -> str | None:
            nonlocal seen
            while seen < len(self._lines):
                seen += 1
                if pattern.search(self._lines[seen - 1]):
                    return self._lines[seen - 1]
            return None

        with self._changed:
            return self._changed.wait_for(found, timeout_s)

    def finish(self) -> None:
        """Collects the rest, up to the last writer's end."""
        if self.writer < 0:
            return
        os.close(self.writer)
        self.writer = -1
        if self._thread.ident is None:
            os.close(self._reader)
        else:
            self._thread.join(15)

    def _collect(self) -> None:
        with os.fdopen(self._reader, "r", encoding="utf-8", errors="replace", newline="\n") as pipe:
            self._read(pipe)

    def _read(self, pipe: IO[str]) -> None:
        for raw in pipe:
            line, mark, number = raw.rstrip("\n").partition(_MARK)
            with self._changed:
                if line or not mark:
                    self._lines.append(line)
                if mark:
                    self._marks_seen = int(number)
                self._changed.notify_all()


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)
