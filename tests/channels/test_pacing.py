"""Keeping to a rate."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

from monitor.channels.pacing import Pace


async def test_turns_are_never_closer_than_the_interval() -> None:
    """Counted from when a turn really began, however late that was."""
    pace = Pace(timedelta(seconds=0.02))
    clock = asyncio.get_running_loop().time
    begun: list[float] = []

    async def take() -> None:
        assert await pace.slot() is None
        begun.append(clock())

    await asyncio.gather(*(take() for _ in range(8)))
    assert all(later - earlier >= 0.0199 for earlier, later in itertools.pairwise(begun))


async def test_a_queue_longer_than_patience_turns_newcomers_away() -> None:
    """They come back later instead of holding a task."""
    pace = Pace(timedelta(seconds=10), patience=timedelta(seconds=3))
    assert await pace.slot() is None
    wait = await pace.slot()
    assert wait is not None
    assert timedelta(seconds=9) < wait <= timedelta(seconds=10)


async def test_a_pause_reaches_those_who_already_wait() -> None:
    """A 429 that another task got holds for all."""
    pace = Pace(timedelta(seconds=0.02))
    assert await pace.slot() is None
    waiting = asyncio.create_task(pace.slot())
    await asyncio.sleep(0)
    pace.hold(timedelta(seconds=30))
    wait = await waiting
    assert wait is not None
    assert wait > timedelta(seconds=20)
