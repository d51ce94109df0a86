"""Blocks of ``CoverageContext`` are invocations, whichever task they are in."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import Any

from lambda_usage.attach.bootstrap import recorded
from lambda_usage.attach.context import CoverageContext

from .world import World


def test_tasks_with_blocks_at_the_same_time_void_the_window_and_leave_nothing_behind(
    blocks: World,
) -> None:
    async def task(started: asyncio.Event, go: asyncio.Event) -> None:
        async with CoverageContext():
            started.set()
            await go.wait()

    async def main() -> None:
        events = [(asyncio.Event(), asyncio.Event()) for _ in range(3)]
        tasks = [asyncio.create_task(task(*each)) for each in events]
        for started, _ in events:
            await started.wait()
        for number in (1, 0, 2):  # they end in another order than they began in
            events[number][1].set()
            await tasks[number]
        async with CoverageContext():
            assert blocks.recorder.opened
        assert not blocks.recorder.opened

    asyncio.run(main())
    with CoverageContext():
        assert blocks.recorder.opened
    blocks.finish()
    assert blocks.total("invocations") == 5
    assert blocks.total("windows_voided") == 1
    assert blocks.total("windows") == 2


def test_blocks_in_tasks_of_an_invocation_are_part_of_it(blocks: World) -> None:
    async def task() -> None:
        async with CoverageContext():
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(task(), task())

    recorded(lambda _event, _context: asyncio.run(main()), blocks.agent)({}, None)
    blocks.finish()
    assert (blocks.total("invocations"), blocks.total("windows")) == (1, 1)


def test_a_block_that_ends_in_another_context_is_over_all_the_same(blocks: World) -> None:
    block = CoverageContext()
    copy_context().run(block.__enter__)
    block.__exit__(None, None, None)
    assert blocks.agent.errors == 0
    with CoverageContext():
        assert blocks.recorder.opened


def test_one_object_may_open_several_blocks_within_each_other(blocks: World) -> None:
    block = CoverageContext()
    with block:
        with block:
            assert blocks.recorder.opened
        assert blocks.recorder.opened
    assert not blocks.recorder.opened
    with block:
        assert blocks.recorder.opened
    blocks.finish()
    assert (blocks.total("invocations"), blocks.total("windows")) == (2, 2)


def test_one_object_may_open_blocks_in_several_tasks(blocks: World) -> None:
    block = CoverageContext()

    async def task(started: asyncio.Event, go: asyncio.Event) -> None:
        async with block:
            started.set()
            await go.wait()

    async def main() -> None:
        events = [(asyncio.Event(), asyncio.Event()) for _ in range(2)]
        tasks = [asyncio.create_task(task(*each)) for each in events]
        for started, _ in events:
            await started.wait()
        for (_, go), each in zip(events, tasks, strict=True):
            go.set()
            await each

    asyncio.run(main())
    assert not blocks.agent._running
    with CoverageContext():
        assert blocks.recorder.opened
    blocks.finish()
    assert (blocks.total("invocations"), blocks.total("windows")) == (3, 1)
    assert blocks.total("windows_voided") == 1


def test_a_block_says_in_which_frame_it_stands(blocks: World) -> None:
    def user() -> Any:
        with CoverageContext():
            pass

    async def asynchronous() -> None:
        async with CoverageContext():
            pass

    user()
    asyncio.run(asynchronous())
    names = [frame and frame.f_code.co_name for frame in blocks.recorder.frames]
    assert names == ["user", "asynchronous"]
