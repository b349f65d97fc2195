"""The one reader of a run: small in memory, and whole for those who are behind."""

from __future__ import annotations

import asyncio
import json

from builder.events import Steps
from builder.rundir import RunDirectory
from builder.server.backlog import CHUNK, seq_of
from builder.server.tail import Tail, Tails


def test_a_slow_viewer_costs_no_memory_and_misses_nothing(run: RunDirectory) -> None:
    log = run.event_log()

    async def watch() -> tuple[list[int], list[int]]:
        async with Tails().watching(run) as tail:
            offset, version, newest = 0, tail.version, 0
            seen: list[int] = []
            steps: list[int] = []
            while tail.end < 5 * CHUNK:  # the viewer reads nothing meanwhile
                for _ in range(500):
                    newest = log.append(Steps(epoch=1, steps=(newest + 1,), losses=(0.5,))).seq
                await tail.wait(version, 30)
                version = tail.version
                held = tail.end - tail._window[1]
                assert held <= 3 * CHUNK
            assert not tail.holds(offset)
            while not seen or seen[-1] < newest:
                if offset == tail.end:
                    await tail.wait(tail.version, 30)
                lines, offset = await tail.read(offset, (0, 0))
                seen += [seq_of(line) for line in lines]
                steps += [step for line in lines for step in json.loads(line)["steps"]]
            return seen, steps

    seen, steps = asyncio.run(watch())
    log.close()
    assert seen == sorted(set(seen))
    # Losses that are all alike show two points: of those that are far behind, only the first and the last came.
    assert steps[-1] == seen[-1]
    assert steps == sorted(set(steps))
    assert steps[0] == 1


def test_what_was_there_before_the_first_viewer_is_in_the_window(run: RunDirectory) -> None:
    log = run.event_log()
    for step in (1, 2, 3):
        log.append(Steps(epoch=1, steps=(step,), losses=(0.5,)))
    log.close()

    async def read() -> tuple[list[bytes], int]:
        tail = Tail(run)
        assert tail.holds(0)
        return await tail.read(0, (0, 0))

    lines, offset = asyncio.run(read())
    assert [json.loads(line)["steps"] for line in lines] == [[1], [2], [3]]
    assert offset == run.events_path.stat().st_size


def test_waiting_without_news_ends(run: RunDirectory) -> None:
    async def wait() -> bool:
        tail = Tail(run)
        return await tail.wait(tail.version, 0.01)

    assert asyncio.run(wait()) is False


def test_closing_sends_viewers_away_now_and_later(run: RunDirectory) -> None:
    async def close() -> tuple[bool, bool]:
        tails = Tails()
        async with tails.watching(run) as tail:
            waiting = asyncio.create_task(tail.wait(tail.version, 30))
            await asyncio.sleep(0)
            tails.close()
            assert await waiting
            first = tail.closed
        async with tails.watching(run) as tail:
            return first, tail.closed

    assert asyncio.run(close()) == (True, True)
