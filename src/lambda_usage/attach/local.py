"""Runs a handler in this process with the agent attached, to try it without AWS."""

from __future__ import annotations

import os
import sys
import time
import traceback
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lambda_usage.attach.bootstrap import find_handler, recorded
from lambda_usage.attach.starting import start_agent


class LocalRunError(Exception):
    """The handler cannot be run; says why."""


class NotStoredError(Exception):
    """The handler ran, and what was recorded did not get to the store; says why."""


@dataclass(frozen=True, slots=True)
class LocalResult:
    """What one invocation gave."""

    value: object
    error: BaseException | None
    duration: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class LocalContext:
    """The part of Lambda's context object that a handler is likely to use."""

    function_name: str
    function_version: str = "$LATEST"
    invoked_function_arn: str = ""
    memory_limit_in_mb: int = 1024
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = "local"
    log_stream_name: str = "local"
    deadline: float = field(default_factory=lambda: time.monotonic() + 900)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds that are left of 15 minutes."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def run_local(
    handler: str, events: Iterable[object], store: str, repeat: int = 1
) -> Iterator[LocalResult]:
    """Invoke *handler* with each event, *repeat* times over, and deliver one bundle at the end.

    Args:
        handler: ``MODULE.FUNCTION``, importable from the current folder.
        events: What to invoke it with.
        store: Where the bundle goes: a folder, or ``s3://bucket/prefix``.
        repeat: How often to go through *events*.

    Raises:
        LocalRunError: The handler cannot be found, or nothing can be recorded.
        NotStoredError: The store does not take the bundle.
    """
    name = os.environ.setdefault("AWS_LAMBDA_FUNCTION_NAME", handler.replace("/", "."))
    bucket, prefix = _split(store)
    os.environ["COVERAGE_S3_PREFIX"] = prefix
    sys.path.insert(0, os.getcwd())  # noqa: PTH109
    agent = start_agent("local", before_handler=True, own=handler, local_store=bucket)
    if agent is None:
        raise LocalRunError("recording is off in this process; see the log line above")
    try:
        function = recorded(find_handler(handler), agent)
    except (Exception, SystemExit) as error:
        agent.abandon()
        raise LocalRunError(
            f"cannot load {handler}: {told(error)}{_hint(handler, error)}"
        ) from error
    agent.handler_loaded()
    kept = list(events)
    try:
        for _ in range(repeat):
            for event in kept:
                yield _invoked(function, event, LocalContext(name))
    finally:
        agent.finish()
    if problem := agent.dispatch.health()["last_upload_error"]:
        raise NotStoredError(f"nothing was stored in {store}: {problem}")


def told(error: BaseException) -> str:
    """An error in a line, with its place in the user's own folder, if it has one there."""
    here = os.path.join(os.getcwd(), "")  # noqa: PTH109, PTH118
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if each.filename.startswith(here)]
    place = f" ({own[-1].filename.removeprefix(here)}:{own[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {error}{place}"


def _hint(handler: str, error: BaseException) -> str:
    """What to do where a module is missing, which is what goes wrong first."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    if handler.replace("/", ".").startswith(f"{error.name}."):
        return f"; run this in the folder that would be the deployment package, not {os.getcwd()}"  # noqa: PTH109
    return (
        f"; install what the function needs for {sys.executable}, or here: pip install --target ."
    )


def _invoked(function: object, event: object, context: LocalContext) -> LocalResult:
    assert callable(function)
    start = time.perf_counter()
    try:
        value = function(event, context)
    except (Exception, SystemExit) as error:
        return LocalResult(None, error, time.perf_counter() - start)
    return LocalResult(value, None, time.perf_counter() - start)


def _split(store: str) -> tuple[str, str]:
    if store.startswith("s3://"):
        bucket, _, prefix = store.removeprefix("s3://").partition("/")
        return bucket, prefix or "/"
    if store.startswith("file://"):
        return store, "/"
    return os.path.join(os.path.abspath(os.path.expanduser(store)), ""), "/"  # noqa: PTH100, PTH111, PTH118
