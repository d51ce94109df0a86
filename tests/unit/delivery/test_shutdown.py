"""The end of the process is heard of once, and nothing of the user's is disturbed by listening.

The Extensions API is a small fake here, which knows two requests; the tests with the emulator try
the same with whole environments that begin and end as Lambda's do.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lambda_usage.bundle.reader import read_bundle
from tests.unit.fakes import total
from tests.unit.support import log_lines, run_fresh, write_files


@dataclass
class FakeExtensionsApi:
    """Registers whoever asks, unless it is told to refuse; never answers Next by itself."""

    status: int = 200
    identifier: str = "the-identifier"
    registered: list[tuple[str, object]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture
def api() -> Iterator[FakeExtensionsApi]:
    found = FakeExtensionsApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/2020-01-01/extension/register"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.registered.append((self.headers["Lambda-Extension-Name"], body))
            self.send_response(found.status)
            if found.status == 200:
                self.send_header("Lambda-Extension-Identifier", found.identifier)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:
            assert self.path == "/2020-01-01/extension/event/next"
            found.waiting.append(self.headers["Lambda-Extension-Identifier"])
            found.asked.set()
            found.over.wait(60)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    found.over.set()
    server.shutdown()
    server.server_close()
    thread.join(60)


LISTEN = """
import os, signal, sys, threading, time
from lambda_usage.delivery.shutdown import ShutdownNotice

ended = threading.Event()

def on_shutdown():
    print("shutdown", flush=True)
    ended.set()

def listen():
    ShutdownNotice(on_shutdown).listen()

def users(number, frame):
    print("users", signal.Signals(number).name, flush=True)

def end():
    os.kill(os.getpid(), signal.SIGTERM)
    assert ended.wait(30)
    time.sleep(0.2)  # time enough to be told twice
"""


def said(
    script: str,
    folder: Path,
    api: FakeExtensionsApi | None,
    variables: Mapping[str, str] | None = None,
) -> list[str]:
    address = {"AWS_LAMBDA_RUNTIME_API": api.address} if api else {}
    done = run_fresh(LISTEN + script, folder, {**address, **(variables or {})})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.splitlines()


def test_sigterm_is_heard_of_once_and_the_process_goes_on(
    api: FakeExtensionsApi, tmp_path: Path
) -> None:
    assert said("listen(); end(); print('still here')", tmp_path, api) == ["shutdown", "still here"]
    assert api.registered == [("lambda-usage", {"events": []})]
    assert api.asked.wait(60)
    assert api.waiting == [api.identifier]


def test_several_signals_are_one_end(api: FakeExtensionsApi, tmp_path: Path) -> None:
    assert said("listen(); end(); end(); end()", tmp_path, api) == ["shutdown"]


@pytest.mark.parametrize(
    "script",
    [
        "signal.signal(signal.SIGTERM, users); listen(); end()",
        "listen(); signal.signal(signal.SIGTERM, users); end()",
    ],
)
def test_the_users_own_handler_still_runs(
    script: str, api: FakeExtensionsApi, tmp_path: Path
) -> None:
    assert sorted(said(script, tmp_path, api)) == ["shutdown", "users SIGTERM"]


def test_a_handler_of_the_users_is_not_replaced(api: FakeExtensionsApi, tmp_path: Path) -> None:
    script = """
for each in (users, signal.SIG_IGN):
    signal.signal(signal.SIGTERM, each)
    listen()
    assert signal.getsignal(signal.SIGTERM) is each
os._exit(0)
"""
    assert said(script, tmp_path, api) == []


def test_other_signals_are_not_the_end(api: FakeExtensionsApi, tmp_path: Path) -> None:
    script = """
signal.signal(signal.SIGUSR1, users)
listen()
os.kill(os.getpid(), signal.SIGUSR1)
print(ended.wait(0.5), flush=True)
os._exit(0)
"""
    assert said(script, tmp_path, api) == ["users SIGUSR1", "False"]


def test_whoever_listened_to_signals_by_a_pipe_still_hears_of_them(
    api: FakeExtensionsApi, tmp_path: Path
) -> None:
    script = """
reader, writer = os.pipe()
os.set_blocking(writer, False)
signal.set_wakeup_fd(writer)
listen()
end()
print(signal.Signals(os.read(reader, 1)[0]).name)
"""
    assert said(script, tmp_path, api) == ["shutdown", "SIGTERM"]


FORK = """
import warnings
warnings.simplefilter("ignore")  # of forks beside threads
listen()
child = os.fork()
if not child:
    time.sleep(20)
    os._exit(0)
time.sleep(0.2)
os.kill(child, signal.SIGTERM)
for _ in range(100):
    found, status = os.waitpid(child, os.WNOHANG)
    if found:
        break
    time.sleep(0.02)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_child_can_be_terminated(api: FakeExtensionsApi, tmp_path: Path) -> None:
    script = f"""{FORK}
print(found == child and os.waitstatus_to_exitcode(status), flush=True)
if not found:
    os.kill(child, signal.SIGKILL)
os._exit(0)
"""
    assert said(script, tmp_path, api)[-1:] == ["-15"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_the_end_of_a_forked_child_is_not_the_end_of_its_parent(
    api: FakeExtensionsApi, tmp_path: Path
) -> None:
    script = f"""{FORK}
if not found:
    os.kill(child, signal.SIGKILL)
print(ended.wait(0.5), flush=True)
os._exit(0)
"""
    assert said(script, tmp_path, api) == ["False"]


@pytest.mark.skipif(sys.platform != "linux", reason="waits in Linux's C library")
def test_the_end_is_heard_of_while_the_main_thread_waits_in_c(
    api: FakeExtensionsApi, tmp_path: Path
) -> None:
    script = """
import ctypes
listen()
def kill():
    time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGTERM)
    ended.wait(30)
    os._exit(0)
threading.Thread(target=kill).start()
mutex = ctypes.create_string_buffer(64)
lock = ctypes.CDLL(None).pthread_mutex_lock
lock(mutex)
lock(mutex)  # for ever, and no signal ends it
"""
    assert said(script, tmp_path, api) == ["shutdown"]


def test_without_lambda_the_end_of_the_interpreter_is_the_end(tmp_path: Path) -> None:
    script = """
before = signal.getsignal(signal.SIGTERM)
listen()
assert signal.getsignal(signal.SIGTERM) is before
assert signal.set_wakeup_fd(-1) == -1
print("end", flush=True)
"""
    assert said(script, tmp_path, None) == ["end", "shutdown"]


def test_in_another_thread_nothing_is_registered_and_nothing_raised(
    api: FakeExtensionsApi, tmp_path: Path
) -> None:
    script = """
thread = threading.Thread(target=listen)
thread.start()
thread.join()
print("end", flush=True)
"""
    assert said(script, tmp_path, api) == ["end", "shutdown"]
    assert api.registered == []


REDIRECT = """
import os, signal, sys, time
import lambda_usage
print(lambda_usage.handler("event", None), flush=True)
"""


def environment(task: Path, address: str) -> dict[str, str]:
    return {
        "AWS_LAMBDA_RUNTIME_API": address,
        "COVERAGE_HANDLER": "app.handler",
        "COVERAGE_S3_BUCKET": str(task.parent / "store"),
        "LAMBDA_TASK_ROOT": str(task),
    }


@pytest.fixture
def task(tmp_path: Path) -> Path:
    text = "def handler(event, context):\n    return event\n"
    return write_files(tmp_path / "task", {"app.py": text})


@pytest.mark.parametrize("status", [400, 403, 500])
def test_where_registration_is_refused_the_function_and_its_bundle_are_as_ever(
    status: int, api: FakeExtensionsApi, task: Path
) -> None:
    api.status = status
    done = run_fresh(REDIRECT, task, environment(task, api.address))
    assert (done.returncode, done.stdout) == (0, "event\n"), done.stderr
    assert [each["level"] for each in log_lines(done.stderr)] == ["INFO"]
    assert len(api.registered) == 1
    assert api.waiting == []
    (path,) = (task.parent / "store").rglob("*.coverage")
    assert total([read_bundle(path)], "invocations") == 1


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:no-port", "no.such.host.invalid"])
def test_where_there_is_no_api_the_function_and_its_bundle_are_as_ever(
    address: str, task: Path
) -> None:
    done = run_fresh(REDIRECT, task, environment(task, address))
    assert (done.returncode, done.stdout) == (0, "event\n"), done.stderr
    assert [each["level"] for each in log_lines(done.stderr)] == ["INFO"]
    assert len(list((task.parent / "store").rglob("*.coverage"))) == 1


def test_the_last_bundle_leaves_at_sigterm(api: FakeExtensionsApi, task: Path) -> None:
    script = f"""{REDIRECT}
from pathlib import Path
os.kill(os.getpid(), signal.SIGTERM)
until = time.monotonic() + 30
while time.monotonic() < until and not list(Path("../store").rglob("*.coverage")):
    time.sleep(0.01)
os._exit(0)  # as Lambda ends it: what is registered for the end of the interpreter never runs
"""
    done = run_fresh(script, task, environment(task, api.address))
    assert done.stdout == "event\n", done.stderr
    (path,) = (task.parent / "store").rglob("*.coverage")
    bundle = read_bundle(path)
    assert [info.final for info in bundle.bundles.values()] == [True]
    assert total([bundle], "invocations") == 1


EARLY = """
from types import SimpleNamespace
from lambda_usage.delivery import lifecycle
from lambda_usage import CoverageContext

agent = SimpleNamespace(finish=on_shutdown, log=None)
"""
BUCKET = {"COVERAGE_S3_BUCKET": "bucket"}


def test_an_agent_that_starts_in_an_invocation_hears_of_the_end(
    api: FakeExtensionsApi, tmp_path: Path
) -> None:
    script = f"{EARLY}\nlifecycle._listen_for_the_end(agent); end()"
    assert said(script, tmp_path, api, BUCKET) == ["shutdown"]
    assert api.registered == [("lambda-usage", {"events": []})]


def test_without_an_agent_the_end_is_nobodys(api: FakeExtensionsApi, tmp_path: Path) -> None:
    script = f"{EARLY}\nos.kill(os.getpid(), signal.SIGTERM); print('still here')"
    assert said(script, tmp_path, api, BUCKET) == ["still here"]


@pytest.mark.parametrize(
    "variables",
    [{}, {**BUCKET, "COVERAGE_ENABLED": "false"}, {**BUCKET, "COVERAGE_OVERHEAD_BUDGET": "0"}],
)
def test_where_there_will_be_no_agent_nothing_is_registered(
    variables: dict[str, str], api: FakeExtensionsApi, tmp_path: Path
) -> None:
    assert said(EARLY, tmp_path, api, variables) == []
    assert api.registered == []
