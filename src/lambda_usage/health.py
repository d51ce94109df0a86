"""``health_check_handler``: whether usage is recorded here, and how that goes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from lambda_usage.attach import starting
from lambda_usage.version import __version__

if TYPE_CHECKING:
    from lambda_usage.agent import Agent

Json = dict[str, Any]

HEALTHY, DEGRADED, DISABLED = "healthy", "degraded", "disabled"


def health_check_handler(event: object = None, context: object = None) -> Json:
    """The state of the recording in this process, ready for JSON.

    Called without arguments it returns the state itself. Called as a handler, with an event, it
    returns a response for API Gateway or a function URL, with the state as its body. That has the
    status code 200 whatever the state: the function works without us.

    Returns:
        ``status`` is ``healthy``, ``degraded`` (recording goes on, or bundles wait, but something
        is wrong: see ``problems``) or ``disabled`` (nothing is recorded: see ``reason``).
        ``coverage_enabled`` says whether usage is being recorded. Where there is an agent, also
        ``recorder``, ``attach``, ``sample_rate``, ``probability`` in force, ``overhead_budget``,
        ``overhead`` (what recording has cost as a share of the handlers' time, ``None`` where that
        cannot be said), ``invocations`` and ``windows`` of this process, ``last_upload``, ``spool``
        (what waits), ``losses`` that are yet to be stated in a bundle, ``delivery_cpu_s``,
        ``errors`` and ``last_error``. Times are in seconds since the epoch, sizes in bytes.
    """
    state = _state()
    if event is None and context is None:
        return state
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "isBase64Encoded": False,
        "body": json.dumps(state),
    }


def _state() -> Json:
    agent, reason = starting.state()
    base: Json = {"status": DISABLED, "coverage_enabled": False, "version": __version__}
    if agent is None:
        return {**base, "reason": reason}
    try:
        found = _of_agent(agent)
    except Exception as error:  # a health check that fails would be a poor one
        return {**base, "reason": f"{type(error).__name__} in the health check"}
    if not agent.active:
        return {**base, **found, "reason": reason or "switched off after errors"}
    status = DEGRADED if found["problems"] else HEALTHY
    return {**base, **found, "status": status, "coverage_enabled": True}


def _of_agent(agent: Agent) -> Json:
    delivery = agent.dispatch.health()
    problems = list(delivery.pop("problems"))
    if agent.errors:
        problems.append(f"{agent.errors} errors of our own")
    totals, share = agent.totals(), agent.overhead.share()
    return {
        "recorder": agent.recorder.name,
        "branches": agent.recorder.branches,
        "attach": agent.attach,
        "sample_rate": agent.settings.sample_rate,
        "probability": agent.overhead.sampler.probability,
        "overhead_budget": agent.settings.overhead_budget,
        "overhead": None if share is None else round(share, 6),
        "uptime": round(time.time() - agent.started, 3),
        "invocations": totals.invocations,
        "windows": totals.windows,
        **delivery,
        "errors": agent.errors,
        "last_error": agent.last_error,
        "problems": problems,
    }
