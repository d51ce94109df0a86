"""What stands in front of the user's handler, without being seen there.

This file is called ``bootstrap.py`` for a reason. From the head of a traceback, AWS's runtime
client drops the frames of files with that name (its own) before it reports an error. Ours go with
them, so that the user's error begins with the user's frame, as it does without us. Everything that
can be on the stack while the user's code runs is therefore in this file.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from lambda_usage.agent import Agent

    Handler = Callable[[Any, Any], Any]

_PUBLIC = {
    "CoverageContext": "lambda_usage.attach.context",
    "combine_coverage_files": "lambda_usage.combine.api",
    "coverage_handler": "lambda_usage.attach.decorator",
    "health_check_handler": "lambda_usage.health",
}
_OURS = "lambda_usage.handler"
_importing = False
"""Whether the handler's module is being imported."""


def public_attribute(name: str) -> Any:
    """The lazy attributes of the package, ``handler`` among them (PEP 562)."""
    if name == "handler":
        # While its module was imported, a library may have put its own around this very attribute.
        return sys.modules["lambda_usage"].__dict__.setdefault("handler", _redirected_handler())
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'lambda_usage' has no attribute {name!r}")


def _redirected_handler() -> Handler:
    """The handler named by ``COVERAGE_HANDLER``, recorded from before its module's import."""
    global _importing
    name = os.environ.get("COVERAGE_HANDLER", "")
    if not name or name == _OURS:
        message = "COVERAGE_HANDLER must name your own handler where the function's is ours"
        _complain(message)
        raise AttributeError(message)
    agent = _start_agent(name)
    nested, _importing = _importing, True
    try:
        handler = _resolved(name)
    finally:
        _importing = nested
    if agent is None:
        return handler
    if not nested:  # else it is the module itself that asks, and it has not loaded yet
        _handler_loaded(agent)
    return recorded(handler, agent)


def _start_agent(handler: str) -> Agent | None:
    try:
        from lambda_usage.attach.packed import Packed

        with Packed(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))):  # noqa: PTH100, PTH120
            from lambda_usage.attach.starting import start_agent

            attach = os.environ.get("COVERAGE_ATTACH", "redirect")
            return start_agent(attach, before_handler=True, own=handler)
    except Exception as error:  # even if the layer is damaged, the function must run
        _complain(f"lambda-usage could not be loaded: {type(error).__name__}")
        return None


def _complain(message: str) -> None:
    """One log line, with nothing of ours needed: it may be what could not be imported."""
    print(f'{{"level": "ERROR", "logger": "lambda_usage", "message": "{message}"}}')


def _handler_loaded(agent: Agent) -> None:
    try:
        agent.handler_loaded()
    except Exception as error:
        agent.failed(error)


def _resolved(name: str) -> Handler:
    """The handler, found by the runtime client's own code where there is one.

    Its faults then have the type, message and trace that they have without us.
    """
    runtime = sys.modules.get("awslambdaric.bootstrap")
    find = getattr(runtime, "_get_handler", None)
    if find is None:
        return find_handler(name)
    try:
        return find(name)  # type: ignore[no-any-return]
    except AttributeError:
        # the caller, looking for an attribute of our package, would take it for a missing one
        raise _as_fault(runtime, sys.exc_info()) from None


def _as_fault(runtime: Any, error: Any) -> Exception:
    result = runtime.build_fault_result(error, None)
    fault: Exception = runtime.FaultException(
        result["errorType"], result["errorMessage"], result["stackTrace"]
    )
    return fault


def find_handler(name: str) -> Handler:
    """The handler called *name* (``pkg/mod.fn`` or ``pkg.mod.fn``), as awslambdaric finds it.

    Raises:
        ValueError: There is no dot in *name*.
        ImportError, AttributeError: The module or its attribute is not there.
        Exception: Whatever the module raises while it is imported.
    """
    module, dot, attribute = name.rpartition(".")
    if not dot:
        raise ValueError(f"Bad handler {name!r}: it should be MODULE.FUNCTION")
    found: Handler = getattr(import_module(module.replace("/", ".")), attribute)
    return found


def recorded(function: Callable[..., Any], agent: Agent) -> Callable[..., Any]:
    """*function*, with the agent before and after each call.

    Its second argument is the context, if it is called as a handler. Almost every invocation passes
    the agent's gate, and what stands around it here is then all that it costs.
    """
    enter, leave = agent.gate.enter, agent.gate.leave

    def call(*args: Any, **kwargs: Any) -> Any:
        context = args[1] if len(args) > 1 else kwargs.get("context")
        invocation = None
        try:
            invocation = enter(context) or agent.begin(context)
            result = function(*args, **kwargs)
        except BaseException:
            if not leave(invocation):
                agent.end(invocation, error=True)
            raise
        if not leave(invocation):
            agent.end(invocation, error=False)
        return result

    return call


def recorded_coroutine(function: Callable[..., Any], agent: Agent) -> Callable[..., Any]:
    """The same for a coroutine function, awaited."""
    enter, leave = agent.gate.enter, agent.gate.leave

    async def call(*args: Any, **kwargs: Any) -> Any:
        context = args[1] if len(args) > 1 else kwargs.get("context")
        invocation = None
        try:
            invocation = enter(context) or agent.begin(context)
            result = await function(*args, **kwargs)
        except BaseException:
            if not leave(invocation):
                agent.end(invocation, error=True)
            raise
        if not leave(invocation):
            agent.end(invocation, error=False)
        return result

    return call
