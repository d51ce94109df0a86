"""What happens to a process beside invocations: forks, snapshots, its end."""

from __future__ import annotations

import os

from lambda_usage.telemetry.logs import kind_and_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from lambda_usage.delivery.shutdown import ShutdownNotice
    from lambda_usage.telemetry.logs import Log

    class Living(Protocol):
        """What is told: the agent."""

        log: Log

        def finish(self) -> None:
            """The process ends."""

        def abandon(self) -> None:
            """This is a forked child."""

        def forked(self) -> None:
            """This process has a forked child."""

        def before_snapshot(self) -> None:
            """SnapStart is about to clone this process."""

        def after_restore(self) -> None:
            """This process is a clone."""

        def failed(self, error: BaseException) -> None:
            """Note an error of ours."""


INITIALIZATION = "AWS_LAMBDA_INITIALIZATION_TYPE"

_early: ShutdownNotice | None = None
"""One that listens since before there was an agent."""


def listen_early() -> None:
    """Hear of the end for an agent that may start later than Lambda lets extensions register.

    That is while the function starts. What goes wrong here, the agent meets again, and tells.
    """
    global _early
    from lambda_usage.delivery.shutdown import ShutdownNotice

    notice = ShutdownNotice(_nothing)
    try:
        notice.listen()
    except (OSError, ValueError):
        return
    _early = notice


def _nothing() -> None:
    """No agent was needed."""


def watch(agent: Living) -> None:
    """Tell *agent* of all that happens to its process from now on."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=agent.abandon, after_in_parent=agent.forked)
    _watch_snapshots(agent)
    _listen_for_the_end(agent)


def _watch_snapshots(agent: Living) -> None:
    """Register with the runtime's hooks, where this process will be snapshotted.

    An exception in a hook would end the function's start, so ours never raise. The runtime calls
    the hooks before a snapshot in reverse order: ours, which are the first, run after the user's.
    """
    if os.environ.get(INITIALIZATION) != "snap-start":
        return
    try:
        import snapshot_restore_py  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:  # the runtimes that have SnapStart have it
        agent.log.once("WARNING", "Snapshots cannot be heard of", error=kind_and_place(error))
        return
    snapshot_restore_py.register_before_snapshot(_guarded(agent, agent.before_snapshot))
    snapshot_restore_py.register_after_restore(_guarded(agent, agent.after_restore))


def _guarded(agent: Living, hook: Callable[[], None]) -> Callable[..., None]:
    def call(*_: Any, **__: Any) -> None:
        try:
            hook()
        except Exception as error:
            agent.failed(error)

    return call


def _listen_for_the_end(agent: Living) -> None:
    if _early is not None:
        _early.on_shutdown = agent.finish
        return
    from lambda_usage.delivery.shutdown import ShutdownNotice

    try:
        ShutdownNotice(agent.finish).listen()
    except (OSError, ValueError) as error:
        agent.log.once(
            "DEBUG",
            "The end of this process cannot be heard of; its last bundle may be missing",
            error=kind_and_place(error),
        )
