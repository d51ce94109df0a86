"""Each invocation is delivered once, or stated as lost, or was in a process that was killed.

A real agent, courier, spool and bundle file; the store, the disk, the clock and the end of each
process are the test's. What this cannot show: threads at once, and the kernel's part in a kill.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lambda_usage import agent as agent_module
from lambda_usage import flush as flush_module
from lambda_usage import gate as gate_module
from lambda_usage import windows
from lambda_usage.agent import Agent
from lambda_usage.bundle import writer
from lambda_usage.bundle.model import Bundle
from lambda_usage.bundle.reader import read_bundle
from lambda_usage.combine.merge import merge_into
from lambda_usage.delivery import dispatch as dispatch_module
from lambda_usage.delivery import pauses, pending
from lambda_usage.delivery.batch import Batch
from lambda_usage.delivery.dispatch import NOT_MADE, Dispatch
from lambda_usage.delivery.targets import Parcel, Sleep, UploadError
from lambda_usage.delivery.waiting import DROPPED_INVOCATIONS, WaitingRoom, unsure
from lambda_usage.evidence.summary import processes_unfinished
from lambda_usage.settings import Settings
from lambda_usage.telemetry.logs import Log
from tests.unit.fakes import FakeRecorder

from .test_recorders import PHASES

DAY = 86400.0
START = 20_000 * DAY + 43_200
MODULE = "def f():\n    return 1\n    return 2\n    return 3\n"

FAULTS = ("none", "refused", "throttled", "lost", "stored unheard")
"""What becomes of one attempt: the last two end without an answer."""


@dataclass
class World:
    """The store, the clock and the disk, which outlive processes."""

    folder: Path
    now: float = START
    fault: str = "none"
    disk: bool = True
    stored: dict[str, bytes] = field(default_factory=dict)

    def time(self) -> float:
        return self.now

    monotonic = perf_counter = thread_time = time

    def put(self, parcel: Parcel, sleep: Sleep, *, attempts: int | None = None) -> None:
        if self.fault == "refused":
            raise UploadError("403", lasting=True)
        if self.fault == "throttled":
            raise UploadError("503")
        if self.fault == "lost":
            raise UploadError("reset", maybe_stored=True)
        if not (parcel.once and parcel.key in self.stored):
            self.stored[parcel.key] = parcel.body
        if self.fault == "stored unheard":
            raise UploadError("timeout", maybe_stored=True)

    def url(self, key: str) -> str:
        return key


class Process:
    """One process, and what really happened in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        agent = Agent(Settings(bucket="/nowhere", overhead_budget=1.0), "wrapper", Log("ERROR"))
        agent.recorder = self.recorder = FakeRecorder()
        self.code = compile(MODULE, str(world.folder / "task" / "app.py"), "exec").co_consts[0]
        self.recorder.registry.add(self.code, "app.py")
        agent.dispatch = Dispatch(agent.settings, agent, agent.log)
        agent.dispatch.courier._target = world
        agent.dispatch._in_background = self._at_once  # type: ignore[method-assign]
        self.agent = agent
        self.invocations = 0
        self.since_flush = 0
        self.lines = 0
        self.ended = ""
        self._flushed = False

    def _at_once(self, batch: Batch) -> bool:
        self.agent.dispatch._work(batch)
        self.since_flush = 0
        return True

    @property
    def id(self) -> str:
        maker = self.agent.dispatch._maker
        return maker.process_id if maker else ""

    def invoke(self, alias: str) -> None:
        arn = f"arn:aws:lambda:eu-central-1:123456789012:function:orders:{alias}"
        context = type("Context", (), {"invoked_function_arn": arn})
        invocation = self.agent.begin(context)
        self.lines = min(self.lines + 1, 3)
        entry = self.recorder.registry.entries[id(self.code)]
        entry.saw(range(2, 2 + self.lines), self.world.now, init=False)
        self.agent.end(invocation, error=False)
        self.invocations += 1
        self.since_flush += 1

    def end(self, how: str) -> None:
        self.ended = how
        if how == "finish":
            self.agent.finish()
        else:
            self.agent.abandon()
        for descriptor in self.agent.dispatch.courier.room._spool._locks.values():
            with suppress(OSError):
                os.close(descriptor)  # as the kernel does


@contextmanager
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        found = World(Path(folder))
        (found.folder / "task").mkdir()
        (found.folder / "task" / "app.py").write_text(MODULE)
        patch.setenv("LAMBDA_TASK_ROOT", str(found.folder / "task"))
        patch.setenv("TMPDIR", folder)
        patch.setattr(flush_module, "codes_in_memory", lambda: iter(()))  # the tests' own heap
        for each in (agent_module, dispatch_module, gate_module, pauses, pending, windows):
            patch.setattr(each, "time", found)
        patch.setattr(agent_module, "make_gate", gate_module.Gate)
        write = writer.write_bundle

        def write_bundle(*arguments: Any) -> None:
            if not found.disk:
                raise OSError(28, "No space left on device")
            write(*arguments)

        patch.setattr(writer, "write_bundle", write_bundle)
        yield found


flush = st.tuples(
    st.just("flush"),
    st.tuples(st.sampled_from(["", "live", "canary"]), st.integers(0, 2), st.sampled_from(FAULTS)),
)
step = st.one_of(
    flush,
    flush,
    flush,
    st.tuples(st.just("disk"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([10.0, 400.0, 4000.0, DAY, -7200.0])),
    st.tuples(st.just("break"), st.none()),
    st.tuples(st.just("end"), st.sampled_from(["finish", "kill"])),
)


def steps_but(*left_out: str) -> st.SearchStrategy[list[tuple[str, Any]]]:
    return st.lists(step.filter(lambda each: each[0] not in left_out), min_size=4, max_size=30)


def live(world: World, steps: list[tuple[str, Any]]) -> list[Process]:
    processes = [Process(world)]
    for what, value in steps:
        process = processes[-1]
        if what == "flush":
            alias, number, world.fault = value
            for _ in range(number):
                process.invoke(alias)
            process.agent.flush()
        elif what == "disk":
            world.disk = value
        elif what == "wait":
            world.now += value
        elif what == "break":
            process.recorder.fail_at = {"drain"}
            process.agent.flush()
            process.recorder.fail_at = set()
        else:
            process.invoke("")
            process.end(value)
            processes.append(Process(world))
    world.fault, world.disk = "none", True
    processes[-1].end("finish")
    return processes


def combined(world: World) -> Bundle:
    found = Bundle()
    for key in sorted(world.stored):
        path = world.folder / "read"
        path.write_bytes(world.stored[key])
        bundle = read_bundle(path)
        assert len(bundle.bundles) == 1
        assert merge_into(found, bundle), "no bundle has two names"
    return found


def delivered(world: World) -> dict[str, Counter[str]]:
    """Invocations and losses that arrived, by process."""
    found: dict[str, Counter[str]] = {}
    for body in world.stored.values():
        path = world.folder / "read"
        path.write_bytes(body)
        bundle = read_bundle(path)
        (info,) = bundle.bundles.values()
        counts = found.setdefault(info.id.process_id, Counter())
        for usage in bundle.origins.values():
            counts[""] += sum(each.invocations for each in usage.exposures.values())
            counts.update(usage.losses)
            for day in usage.exposures:
                assert day.replace("-", "/") in next(
                    key for key, each in world.stored.items() if each == body
                )
    return found


@settings(max_examples=120, deadline=None, phases=PHASES)
@given(steps_but())
def test_what_arrives_and_what_is_stated_as_lost_is_what_happened(
    steps: list[tuple[str, Any]],
) -> None:
    with world() as found:
        processes = live(found, steps)
        arrived = delivered(found)
        for process in processes:
            counts = arrived.get(process.id, Counter[str]())
            lost = counts[NOT_MADE] + counts[DROPPED_INVOCATIONS]
            known = counts[""] + lost
            assert known <= process.invocations, "nothing is counted twice"
        last = processes[-1]
        counts = arrived[last.id]
        assert counts[""] + counts[NOT_MADE] == last.invocations
        assert combined(found).bundles


@settings(max_examples=120, deadline=None, phases=PHASES)
@given(steps_but("disk", "break"))
def test_with_a_disk_a_kill_costs_what_was_counted_since_the_last_bundle_and_no_more(
    steps: list[tuple[str, Any]],
) -> None:
    with world() as found:
        processes = live(found, steps)
        arrived = delivered(found)
        killed = 0
        for process in processes:
            counts = arrived.get(process.id, Counter[str]())
            if process.ended == "finish":
                assert counts[""] == process.invocations
            else:
                assert counts[""] == process.invocations - process.since_flush
                killed += process.id in arrived
        assert processes_unfinished(combined(found)) == killed


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(steps_but())
def test_each_bundle_tells_all_that_its_process_has_seen_before(
    steps: list[tuple[str, Any]],
) -> None:
    with world() as found:
        live(found, steps)
        seen: dict[str, set[int]] = {}
        for key in sorted(found.stored, key=lambda key: key.rpartition("/")[2]):
            path = found.folder / "read"
            path.write_bytes(found.stored[key])
            bundle = read_bundle(path)
            (info,) = bundle.bundles.values()
            (usage, *_) = bundle.origins.values()
            lines = {line for code in usage.codes.values() for line in code.invoke_lines}
            assert lines >= seen.get(info.id.process_id, set())
            seen[info.id.process_id] = lines


A_LOSS_IN_A_BUNDLE_THAT_ARRIVED_UNHEARD: list[tuple[str, Any]] = [
    ("flush", ("", 1, "refused")),
    ("wait", 400.0),
    ("flush", ("", 1, "refused")),
    ("wait", 400.0),
    ("flush", ("", 0, "none")),
    ("flush", ("", 1, "stored unheard")),
    ("flush", ("", 1, "none")),
]


@settings(max_examples=60, deadline=None, phases=PHASES)
@example(A_LOSS_IN_A_BUNDLE_THAT_ARRIVED_UNHEARD, 1)
@given(steps_but("end"), st.integers(1, 100))
def test_what_is_dropped_for_want_of_room_is_stated(
    steps: list[tuple[str, Any]], kilobytes: int
) -> None:
    with world() as found, pytest.MonkeyPatch.context() as patch:
        patch.setattr(WaitingRoom.__init__, "__defaults__", (kilobytes * 1024,))
        (process,) = live(found, steps)
        counts = delivered(found)[process.id]
        sure = ("", NOT_MADE, DROPPED_INVOCATIONS)
        known = sum(counts[reason] for reason in sure)
        doubtful = sum(counts[unsure(reason)] for reason in sure)
        assert known <= process.invocations <= known + doubtful
