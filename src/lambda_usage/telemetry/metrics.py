"""Decides where metrics go, and sends them with uploads, off the response path."""

from __future__ import annotations

import threading

from lambda_usage.telemetry.logs import kind_and_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from lambda_usage.agent import Agent
    from lambda_usage.telemetry.readings import Readings

    class Outlet(Protocol):
        """One way for metrics to leave."""

        def send(self, *, final: bool) -> None:
            """Send what was counted since this was last called; *final* if the process ends."""

        def restored(self) -> None:
            """This process is a copy of the one that a snapshot was taken of."""


_POLITE_SECONDS = 5.0
"""At the end of the process, so long is waited for another export before the last one begins. Where
Lambda ends it there are 500 ms for all; elsewhere, only an endpoint that hangs takes that long."""


class Metrics:
    """Of one process. None of it raises."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._outlet: Outlet | None = None
        self._readings: Readings | None = None
        self._sending = threading.Lock()

    @property
    def readings(self) -> Readings:
        """What is told, however it leaves; made before a snapshot, lest a restore waits for it."""
        if self._readings is None:
            from lambda_usage.telemetry.readings import Readings

            self._readings = Readings(self._agent)
        return self._readings

    def look_for_provider(self) -> None:
        """Take the application's meter provider, if it has one by now that exports."""
        try:
            if self._outlet is None and self._agent.settings.metrics == "opentelemetry":
                from lambda_usage.telemetry import application

                found = application.provider()
                if found is not None:
                    self._outlet = application.ApplicationMetrics(found, self.readings)
        except Exception as error:
            self._failed(error)

    def send(self, *, final: bool = False) -> None:
        """After an upload: tell of it, and of all that was counted since the last."""
        if not self._sending.acquire(timeout=_POLITE_SECONDS if final else 0):
            return  # an endpoint that hangs holds up one thread, not every one
        try:
            self.look_for_provider()
            if self._outlet is None:
                self._outlet = self._chosen()
            if self._outlet is not None:
                self._outlet.send(final=final)
        except Exception as error:
            self._failed(error)
        finally:
            self._sending.release()

    def restored(self) -> None:
        """This process is a copy of the one that a snapshot was taken of."""
        alone = self._sending.acquire(timeout=_POLITE_SECONDS)  # threads were copied, too
        try:
            if self._outlet is not None:
                self._outlet.restored()
            else:  # one that is found later tells nothing that each copy would tell
                self.readings.restart()
        except Exception as error:
            self._failed(error)
        finally:
            if alone:
                self._sending.release()

    def _chosen(self) -> Outlet | None:
        if self._agent.settings.metrics == "emf":
            from lambda_usage.telemetry.emf import EmfMetrics

            return EmfMetrics(self.readings)
        from lambda_usage.telemetry import otlp

        if not otlp.endpoint():
            return None
        if not otlp.speaks_http():
            self._agent.log.once(
                "WARNING", "No metrics are sent: the OTLP endpoint is said to take gRPC alone"
            )
            return None
        try:
            return otlp.OtlpMetrics(self._agent, self.readings)
        except ImportError:
            self._agent.log.once(
                "WARNING",
                "No metrics are sent: that takes opentelemetry-sdk and "
                "opentelemetry-exporter-otlp-proto-http, which cannot be imported",
            )
            return None

    def _failed(self, error: Exception) -> None:
        self._agent.log.once("WARNING", "Metrics could not be sent", error=kind_and_place(error))
