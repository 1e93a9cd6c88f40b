"""How many requests one host gets at a time, and how its queue learns that waiting is of no use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from monitor.core.models import FetchFailed


class HostDownError(Exception):
    """While we waited for the host, somebody before us found that it does not serve."""

    def __init__(self, failed: FetchFailed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class HostBusyError(Exception):
    """The host's turns went to others for longer than we would wait."""


@dataclass(slots=True)
class _Queue:
    semaphore: asyncio.Semaphore
    users: int = 0
    arrivals: int = 0
    failed: FetchFailed | None = field(default=None, repr=False)
    hopeless_before: int = 0
    """Those who arrived earlier than this share the failure; later ones try for themselves."""


class HostSlots:
    """At most `limit` holders per host; hosts that nobody asks for take no memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        """Count the hosts that are asked or waited for just now."""
        return len(self._queues)

    @asynccontextmanager
    async def slot(self, host: str, *, patience: float) -> AsyncIterator[None]:
        """Hold one of the host's slots, after those who came before, if that is within `patience` seconds.

        Raises:
            HostDownError: one of those reported the host meanwhile.
            HostBusyError: it was not.
        """
        queue = self._queues.get(host)
        if queue is None:
            queue = self._queues[host] = _Queue(asyncio.Semaphore(self._limit))
        number = queue.arrivals
        queue.arrivals += 1
        queue.users += 1
        try:
            if queue.semaphore.locked():
                await _acquired(queue.semaphore, patience)
            else:
                await queue.semaphore.acquire()  # at once: most hosts are free, and a deadline costs more
            try:
                if queue.failed is not None and number < queue.hopeless_before:
                    raise HostDownError(queue.failed)
                yield
            finally:
                queue.semaphore.release()
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[host]

    def report(self, host: str, failed: FetchFailed) -> None:
        """Let everybody who waits for the host just now fail likewise.

        Else a hundred feeds of a host that hangs would, two at a time, hold up the whole daemon for minutes.
        """
        queue = self._queues.get(host)
        if queue is not None:
            queue.failed = failed
            queue.hopeless_before = queue.arrivals


async def _acquired(semaphore: asyncio.Semaphore, patience: float) -> None:
    try:
        async with asyncio.timeout(patience):
            await semaphore.acquire()
    except TimeoutError:
        raise HostBusyError from None
