"""Servers that take long hold up no other, until there are very many of them."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from monitor.pipeline.slots import Slots


def test_polls_that_take_long_leave_their_slots_to_others() -> None:
    """After two seconds; three times the limit at most, so that files do not run out."""
    slots, limit = Slots(), 4
    tasks: list[asyncio.Task[None]] = [cast("Any", object()) for _ in range(40)]
    begun = 0
    for second in (0.0, 1.0, 3.0, 6.0, 9.0, 12.0, 15.0):
        while slots.free(limit, second) > 0:
            slots.begin(tasks[begun], second)
            begun += 1
    assert begun == 4 * limit
    assert slots.free(limit, 99.0) == 0
    slots.end(tasks[0])
    assert slots.free(limit, 99.0) == 1
    for task in tasks:
        slots.end(task)
    assert slots.free(limit, 99.0) == limit
