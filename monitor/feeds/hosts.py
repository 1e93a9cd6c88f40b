"""How many requests a host gets at a time, how far apart, and how its queue learns that waiting is no use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from monitor.core.models import FetchFailed
from monitor.core.spacing import Spacing


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

    def raise_if_down(self, number: int) -> None:
        if self.failed is not None and number < self.hopeless_before:
            raise HostDownError(self.failed)


class HostSlots:
    """At most `limit` holders per host; hosts that nobody asks for take no memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._queues: dict[str, _Queue] = {}
        self._spacing = Spacing()

    def __len__(self) -> int:
        """Count the hosts that are asked or waited for just now."""
        return len(self._queues)

    @asynccontextmanager
    async def slot(self, host: str, *, patience: float, pause: float = 0.0) -> AsyncIterator[None]:
        """Hold one of the host's slots, after those who came before, if that is within `patience` seconds.

        Args:
            host: whom to ask.
            patience: seconds that may be waited.
            pause: seconds between the beginnings of two requests to the host.

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
                patience -= await _acquired(queue.semaphore, patience)
            else:
                await queue.semaphore.acquire()  # at once: most hosts are free, and a deadline costs more
            try:
                queue.raise_if_down(number)
                if pause and await self._apart(host, patience, pause):
                    queue.raise_if_down(number)
                yield
            finally:
                queue.semaphore.release()
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[host]

    async def _apart(self, host: str, patience: float, pause: float) -> bool:
        """Wait until the host may be asked again, and tell whether that took any time."""
        now = asyncio.get_running_loop().time()
        wait = self._spacing.wait(host, now=now, pause=pause)
        if wait > patience:
            raise HostBusyError
        self._spacing.asked(host, at=now + wait, pause=pause)
        if wait:
            await asyncio.sleep(wait)
        return wait > 0

    def report(self, host: str, failed: FetchFailed) -> None:
        """Let everybody who waits for the host just now fail likewise.

        Else a hundred feeds of a host that hangs would, two at a time, hold up the whole daemon for minutes.
        """
        queue = self._queues.get(host)
        if queue is not None:
            queue.failed = failed
            queue.hopeless_before = queue.arrivals


async def _acquired(semaphore: asyncio.Semaphore, patience: float) -> float:
    """Acquire, and return how many seconds that took."""
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(patience):
            await semaphore.acquire()
    except TimeoutError:
        raise HostBusyError from None
    return asyncio.get_running_loop().time() - began
