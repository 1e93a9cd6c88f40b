"""Keeping to a rate that the other side has set, across all tasks that use it."""

from __future__ import annotations

import asyncio
from datetime import timedelta


class Pace:
    """At least `interval` between two requests, and none before a Retry-After is over.

    Turns are granted one after another, each counted from the moment the one before really began.
    """

    def __init__(self, interval: timedelta, *, patience: timedelta = timedelta(seconds=3)) -> None:
        """Keep `interval` apart; whoever would have to wait longer than `patience` is sent away instead."""
        self._interval = interval.total_seconds()
        self._patience = patience.total_seconds()
        self._free_at = 0.0
        self._waiting = 0
        self._turn = asyncio.Lock()

    async def slot(self) -> timedelta | None:
        """Wait for a turn; None once it has come, or how long it would take where that is too long."""
        clock = asyncio.get_running_loop().time
        wait = self._free_at - clock() + self._waiting * self._interval
        if wait > self._patience:
            return timedelta(seconds=wait)
        self._waiting += 1
        try:
            async with self._turn:
                while (wait := self._free_at - clock()) > 0:
                    if wait > self._patience:  # a Retry-After came while waiting
                        return timedelta(seconds=wait)
                    await asyncio.sleep(wait)
                self._free_at = clock() + self._interval
        finally:
            self._waiting -= 1
        return None

    def hold(self, pause: timedelta) -> None:
        """Grant nothing for so long: the other side said Retry-After."""
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + pause.total_seconds())
