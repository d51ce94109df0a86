"""Says on the user's own span what was recorded of an invocation.

Only where the function has imported OpenTelemetry's API, or the X-Ray SDK, by itself: this imports
neither. What goes wrong here ends telemetry, never the recording.
"""

from __future__ import annotations

import os
import sys
import time

from lambda_usage.telemetry.definitions import (
    FUNCTIONS_EXECUTED,
    LINES_EXECUTED,
    OVERHEAD,
    PATH_ID,
    RECORDER,
    SAMPLE_PROBABILITY,
    SAMPLED,
    SPAN_LINES_NEW,
)
from lambda_usage.telemetry.executed import Executed
from lambda_usage.telemetry.logs import kind_and_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from lambda_usage.recording.recorder import Recorder
    from lambda_usage.recording.window import WindowHits
    from lambda_usage.sampling.sampler import Draw
    from lambda_usage.telemetry.logs import Log

    Values = dict[str, bool | int | float | str]

    class Sink(Protocol):
        """Where attributes go."""

        def wanted(self) -> bool:
            """Whether somebody would see what the invocation that begins has to tell."""

        def begin(self, values: Values, *, window: bool) -> bool:
            """An invocation begins; *window* if :meth:`end` is to be called for it.

            Returns:
                Whether somebody sees it.
            """

        def end(self, values: Values) -> None:
            """What became of the window."""


_OPENTELEMETRY = "opentelemetry.trace"
_X_RAY = "aws_xray_sdk.core"
_X_RAY_HEADER = "_X_AMZN_TRACE_ID"
_SUBSEGMENT = "lambda-usage"

SAMPLED_NAME, PROBABILITY_NAME, RECORDER_NAME = (
    SAMPLED.name,
    SAMPLE_PROBABILITY.name,
    RECORDER.name,
)


class Spans:
    """Of one process. But for :meth:`wanted`, called under the agent's lock; none of it raises."""

    def __init__(self, recorder: Recorder, log: Log, charge: Callable[[float], None]) -> None:
        """Begin to tell.

        Args:
            recorder: What windows are recorded by.
            log: Where it is said, once, that a span could not be told.
            charge: Is told the CPU seconds that telling took, outside of a window's own work.
        """
        self._recorder = recorder
        self._log = log
        self._charge = charge
        self.telling = False
        """Whether the latest invocation that did not pass the gate has somebody to tell."""
        self._executed = Executed(recorder.registry)
        self._sinks: dict[str, Sink] = {}
        self._found: Values = {}
        """Of the window that has just ended."""
        self._window = False
        self._lines_before = 0
        self.look_around()

    def look_around(self) -> None:
        """Find what was imported since: a handler may do that itself, and so may any thread."""
        for name, make in _SINKS.items():
            module = sys.modules.get(name)
            if name in self._sinks or module is None or _half_imported(module):
                continue
            try:
                self._sinks[name] = make(module)
            except AttributeError:
                pass  # a stand-in, or not all of it is there yet: it is asked again
            except Exception as error:  # it may be of another time
                self._failed(name, error)

    def wanted(self) -> bool:
        """Whether somebody would see what the invocation that begins has to tell.

        Not where the tracer has not sampled it, nor where a library is switched off. The gate asks
        for each invocation, and takes no lock.

        Raises:
            Exception: A span is broken, which :meth:`begin` notes; or a library was found just now.
        """
        return any(sink.wanted() for sink in self._sinks.values())

    def begin(self, draw: Draw) -> None:
        """An invocation begins.

        Already now, since an instrumentation that stands within our wrapper ends its span first.
        """
        start = time.thread_time()
        values: Values = {
            SAMPLED_NAME: draw.chosen,
            PROBABILITY_NAME: draw.probability,
            RECORDER_NAME: self._recorder.name,
        }
        telling = False
        for name, sink in self._sinks.items():
            try:
                telling = sink.begin(values, window=draw.chosen) or telling
            except Exception as error:  # whatever the span is, it is not ours
                self._failed(name, error)
        self.telling, self._window = telling, telling and draw.chosen
        if telling:
            self._charge(time.thread_time() - start)

    def opened(self) -> None:
        """Its window is open."""
        self._lines_before = self._recorder.registry.lines_seen

    def ran(self, hits: WindowHits) -> None:
        """Its window is closed. This is work, and counts as a part of what the window cost."""
        if not self.telling:
            return
        try:
            path, functions, lines = self._executed.path(hits.own)
        except Exception as error:
            self._failed("", error)
            return
        self._found = {
            PATH_ID.name: path,
            FUNCTIONS_EXECUTED.name: functions,
            LINES_EXECUTED.name: lines,
            SPAN_LINES_NEW.name: self._recorder.registry.lines_seen - self._lines_before,
        }

    def end(self, cost: float) -> None:
        """It has ended, and its window took *cost* seconds."""
        found, self._found = self._found, {}
        self._tell({**found, OVERHEAD.name: round(cost, 9)})
        self.look_around()

    def voided(self) -> None:
        """It was no window after all."""
        self._tell({SAMPLED_NAME: False})

    def _tell(self, values: Values) -> None:
        if not self._window:
            return
        self._window, start = False, time.thread_time()
        for name, sink in self._sinks.items():
            try:
                sink.end(values)
            except Exception as error:
                self._failed(name, error)
        self._charge(time.thread_time() - start)

    def _failed(self, name: str, error: Exception) -> None:
        self._log.once(
            "WARNING",
            "What was recorded could not be told to a span; no further one is told",
            error=kind_and_place(error),
        )
        if name:
            self._sinks[name] = _Nowhere()


def _half_imported(module: Any) -> bool:
    """Whether another thread is importing it just now: what it is asked for may not be there."""
    return bool(getattr(getattr(module, "__spec__", None), "_initializing", False))


class _CurrentSpan:
    """OpenTelemetry's span that is current where our wrapper runs."""

    def __init__(self, api: Any) -> None:
        self._current = api.get_current_span
        self._span: Any = None

    def wanted(self) -> bool:
        return bool(self._current().is_recording())

    def begin(self, values: Values, *, window: bool) -> bool:
        span = self._current()
        if not span.is_recording():
            return False
        span.set_attributes(values)
        if window:
            self._span = span
        return True

    def end(self, values: Values) -> None:
        span, self._span = self._span, None
        if span is not None and span.is_recording():
            span.set_attributes(values)


class _Subsegment:
    """A subsegment of our own for the X-Ray SDK: Lambda's segment cannot be annotated.

    It is made in one go, when all is known, so that nothing of the user's comes to stand below it.
    """

    def __init__(self, sdk: Any) -> None:
        self._recorder = sdk.xray_recorder
        self._begun: Values = {}

    def wanted(self) -> bool:
        """Powertools' ``POWERTOOLS_TRACE_DISABLED`` switches the SDK off, too.

        Where a trace is not sampled nobody will see it, and where there is none the SDK complains.
        """
        if "Sampled=1" not in os.environ.get(_X_RAY_HEADER, ""):
            return False
        config = getattr(sys.modules.get("aws_xray_sdk"), "global_sdk_config", None)
        return config is None or bool(config.sdk_enabled())

    def begin(self, values: Values, *, window: bool) -> bool:
        if not self.wanted():
            return False
        if window:
            self._begun = values
        else:
            self._send(values)
        return True

    def end(self, values: Values) -> None:
        begun, self._begun = self._begun, {}
        if begun:
            self._send({**begun, **values})

    def _send(self, values: Values) -> None:
        subsegment = self._recorder.begin_subsegment(_SUBSEGMENT)
        if subsegment is None:
            return
        try:
            for name, value in values.items():
                subsegment.put_annotation(name.replace(".", "_"), value)
        finally:
            self._recorder.end_subsegment()


class _Nowhere:
    """In place of a sink that failed."""

    def wanted(self) -> bool:
        return False

    def begin(self, values: Values, *, window: bool) -> bool:
        return False

    def end(self, values: Values) -> None:
        pass


_SINKS: dict[str, Callable[[Any], Sink]] = {_OPENTELEMETRY: _CurrentSpan, _X_RAY: _Subsegment}
