"""Whoever waits for a call stops when told to, whatever comes at the same moment."""

from __future__ import annotations

import asyncio

import pytest

from monitor.pipeline.pace import Wakeup, wait_for


@pytest.mark.parametrize("turns", range(5))
async def test_a_call_at_the_moment_of_the_stop_does_not_swallow_it(turns: int) -> None:
    """The loop has so many turns between the two: a stage that missed its stop would go on for ever."""
    wakeup = Wakeup()
    waiting = asyncio.create_task(wait_for(wakeup, at_most=60))
    for _ in range(5):
        await asyncio.sleep(0)
    wakeup.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    had_ended = waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled() is not had_ended
