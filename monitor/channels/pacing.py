"""Keeping to a rate that the other side has set, across all tasks that use it."""

from __future__ import annotations

import asyncio
from datetime import timedelta


class Pace:
    """At least `interval` between two requests, and none before a Retry-After is over.

    A slot is taken the moment it is granted, so that tasks which ask together go one after another.
    """

    def __init__(self, interval: timedelta, *, patience: timedelta = timedelta(seconds=3)) -> None:
        """Keep `interval` apart; whoever would have to wait longer than `patience` is sent away instead."""
        self._interval = interval.total_seconds()
        self._patience = patience.total_seconds()
        self._free_at = 0.0

    async def slot(self) -> timedelta | None:
        """Wait for a turn; None once it has come, or how long it would take where that is too long."""
        now = asyncio.get_running_loop().time()
        wait = self._free_at - now
        if wait > self._patience:
            return timedelta(seconds=wait)
        self._free_at = max(self._free_at, now) + self._interval
        if wait > 0:
            await asyncio.sleep(wait)
        return None

    def hold(self, pause: timedelta) -> None:
        """Grant nothing for so long: the other side said Retry-After."""
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + pause.total_seconds())
