"""Servers that take as long as they may, poll after poll, delay no feed but their own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from tests.pipeline.outlets import DRIPPING, polled
from tests.pipeline.virtual_time import VirtualLoop, virtual_loop

INTERVAL = timedelta(seconds=60)
SLOW = [(f"127.0.2.{number + 1}", "") for number in range(4)]
OTHERS = [(f"127.0.1.{number + 1}", "") for number in range(36)]


def test_a_tenth_of_slow_servers_makes_no_other_feed_late(tmp_path: Path) -> None:
    """One poll at a time is allowed, and the slow ones alone would need more: the others are punctual."""
    assert len(SLOW) * DRIPPING > INTERVAL.total_seconds()
    with virtual_loop() as (runner, loop):
        runner.run(_through_ten_rounds(tmp_path, loop))


async def _through_ten_rounds(folder: Path, loop: VirtualLoop) -> None:
    began = loop.time()
    async with polled(
        folder, loop, [*OTHERS, *SLOW], spread=INTERVAL, interval=INTERVAL, concurrency=1
    ) as outlets:
        outlets.dripping = frozenset(host for host, _ in SLOW)
        await asyncio.sleep(10 * INTERVAL.total_seconds())
        ended = loop.time()
    waits = [
        after - before
        for host, _ in OTHERS
        for before, after in pairwise([began, *outlets.arrivals[host], ended])
    ]
    assert max(waits) <= 1.2 * INTERVAL.total_seconds()
    assert min(len(outlets.arrivals[host]) for host, _ in SLOW) >= 6
