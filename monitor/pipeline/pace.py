"""Waiting: until there is work, and after the store could not serve."""

from __future__ import annotations

import asyncio
import logging
import weakref

from monitor.core.errors import StoreUnavailableError
from monitor.telemetry import fields

Wakeup = asyncio.Event
"""Set by a stage that leaves work for the next one."""


class Bell:
    """Wakes every stage that listens; one that is at work finds it rung when it next waits."""

    def __init__(self) -> None:
        self._listeners: weakref.WeakSet[Wakeup] = weakref.WeakSet()

    def listener(self) -> Wakeup:
        """Return a wakeup of one's own; it is forgotten when its owner goes."""
        wakeup = Wakeup()
        self._listeners.add(wakeup)
        return wakeup

    def ring(self) -> None:
        """Wake all."""
        for wakeup in list(self._listeners):
            wakeup.set()


PAUSE = 2.0
"""Seconds between two tries at a store that cannot serve: a full disk or a restart is noticed soon enough."""


async def pause(log: logging.Logger, event: str, error: StoreUnavailableError) -> None:
    """Say that the store cannot serve just now, and wait before the next try."""
    log.error(event, extra=fields(error=str(error), next_try_seconds=PAUSE))
    await asyncio.sleep(PAUSE)


async def wait_for(wakeup: Wakeup, *, at_most: float) -> None:
    """Wait until somebody calls, `at_most` so many seconds; the call is taken."""
    try:
        await asyncio.wait_for(wakeup.wait(), at_most)
    except TimeoutError:
        return
    wakeup.clear()
