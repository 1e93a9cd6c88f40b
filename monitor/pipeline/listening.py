"""Who listens to what people press and type at the channels: started beside delivery, never in its way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from monitor.telemetry import fields

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Listens at one place."""

    @property
    def name(self) -> str:
        """How people are told of it."""

    async def run(self) -> None:
        """Listen for ever; whatever the other side does is waited out."""


class Listening:
    """The listeners in force. One that meets a bug is logged and ends; alerts go on."""

    def __init__(self, build: Callable[[], Sequence[Listener]]) -> None:
        """Take what makes the listeners of the channels in force."""
        self._build = build
        self._running: set[asyncio.Task[None]] = set()
        self._for: object = None
        self._started = False

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """All that is to be cancelled at a stop."""
        return set(self._running)

    def start(self, settings: object) -> None:
        """Listen, as these settings of channels say."""
        self._for, self._started = settings, True
        for listener in self._build():
            task = asyncio.create_task(listener.run(), name=f"listen: {listener.name}")
            self._running.add(task)
            task.add_done_callback(self._ended)

    async def renew(self, settings: object) -> None:
        """Listen for the channels that are in force now, if their settings are others than before."""
        if self._started and settings != self._for:
            await self.stop()
            self.start(settings)

    async def stop(self) -> None:
        """Listen no more; a daemon that stands by leaves it to the keeper."""
        self._started = False
        before = self.tasks
        for task in before:
            task.cancel()
        await asyncio.gather(*before, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("listen.bug", exc_info=error, extra=fields(listener=task.get_name()))
