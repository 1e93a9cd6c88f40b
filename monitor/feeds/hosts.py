"""How many requests one host gets at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HostSlots:
    """At most `limit` holders per host; hosts that nobody asks for take no memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._slots: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}

    def __len__(self) -> int:
        """Count the hosts that are asked or waited for just now."""
        return len(self._slots)

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        """Hold one of the host's slots, after those who came before."""
        semaphore, users = self._slots.setdefault(host, (asyncio.Semaphore(self._limit), []))
        users.append(None)
        try:
            async with semaphore:
                yield
        finally:
            users.pop()
            if not users:
                del self._slots[host]
