"""Starts the one agent of this process, whichever way of attaching asks first."""

from __future__ import annotations

import os

from lambda_usage.agent import Agent
from lambda_usage.delivery.lifecycle import listen_early
from lambda_usage.recording.window import RecorderUnavailable
from lambda_usage.settings import NO_LIMIT, Settings
from lambda_usage.telemetry.logs import Log, kind_and_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import replace
else:
    from lambda_usage._light import replace

_agent: Agent | None = None
_tried = False
_silent: Agent | None = None
"""One that cannot record, and lives to say so."""
_reason = "lambda_usage is not attached to this function"
"""Why nothing is recorded."""


def state() -> tuple[Agent | None, str]:
    """The agent, recording or not, and why there is none or why it does not record."""
    return _agent or _silent, "" if _agent else _reason


def expect_agent() -> None:
    """Make ready for an agent that will start in the first invocation, if at all. Never raises."""
    if _tried or not os.environ.get("AWS_LAMBDA_RUNTIME_API"):
        return
    try:
        settings = Settings.from_environment()
        if settings.enabled and settings.overhead_budget and settings.bucket:
            listen_early()
    except Exception:  # the agent will meet it again, and tell
        return


def start_agent(
    attach: str, *, before_handler: bool, own: str = "", local_store: str | None = None
) -> Agent | None:
    """The agent of this process, started if need be; ``None`` where it is inert. Never raises.

    Args:
        attach: The way of attaching, as in :class:`Origin`.
        before_handler: Whether the handler's module is yet to be imported.
        own: The handler's name; its top-level module is in scope whatever else is said of it.
        local_store: For a trial run: where bundles go instead of to ``COVERAGE_S3_BUCKET``. It
            has no budget, for it shall see all it can.
    """
    global _agent, _tried, _reason
    if not _tried:
        _tried = True
        settings = Settings.from_environment()
        if local_store is not None:
            settings = replace(
                settings, bucket=local_store, overhead_budget=1.0, max_windows_per_minute=NO_LIMIT
            )
        log = Log(settings.log_level)
        try:
            _agent = _started(settings, attach, log, own, before_handler=before_handler)
        except RecorderUnavailable as error:
            _reason = str(error)
            log.once("WARNING", f"lambda-usage records nothing in this process: {error}")
        except Exception as error:
            _reason = f"{type(error).__name__} at the start"
            log.once(
                "ERROR",
                "lambda-usage could not start and the function was not affected",
                error=kind_and_place(error),
            )
    return _agent


def _started(
    settings: Settings, attach: str, log: Log, own: str, *, before_handler: bool
) -> Agent | None:
    global _reason
    for warning in settings.warnings:
        log.once("WARNING", warning)
    if not settings.enabled:
        _reason = "COVERAGE_ENABLED is false"
        return None
    if not settings.overhead_budget:
        _reason = "COVERAGE_OVERHEAD_BUDGET is 0"
        log.once("WARNING", "lambda-usage is off: COVERAGE_OVERHEAD_BUDGET is 0")
        return None
    if not settings.bucket:
        _reason = "COVERAGE_S3_BUCKET is not set"
        log.once(
            "WARNING", "lambda-usage is inert: set COVERAGE_S3_BUCKET to the bucket for its data"
        )
        return None
    agent = Agent(settings, attach, log)
    if own:
        agent.scope.own(own)
    try:
        agent.start(before_handler=before_handler)
    except RecorderUnavailable as error:
        _live_silently(agent, error)
        raise
    return agent


def _live_silently(agent: Agent, error: RecorderUnavailable) -> None:
    """Deliver one bundle at the end, so that reports know of a process that recorded nothing."""
    global _silent
    agent.cannot_record(error.kind)
    _silent = agent
