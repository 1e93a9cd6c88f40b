"""Who delivers on which channel: one Deliverer each, started together, swapped at a reload."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

from monitor.core.folding import MAIL_ROOM, Tempo
from monitor.core.settings import ChannelSettings, EmailChannel, Settings, SlackChannel
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Channel, Clock, Outbox
from monitor.pipeline.verify import say_what_is_wrong
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_FINISH = 8.0
"""Seconds that a message under way has to finish when its channel is taken away."""


class Dispatch:
    """The deliverers of the channels in force."""

    def __init__(
        self, store: Outbox, in_force: InForce, *, clock: Clock, dice: Callable[[], float], on_alerts: Bell
    ) -> None:
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._dice = dice
        self._on_alerts = on_alerts
        self._delivering: dict[str, asyncio.Task[None]] = {}
        self._at_work: dict[str, Deliverer] = {}
        self._started = False
        self._asked: set[asyncio.Task[None]] = set()
        """Channels being asked whether they would take a message."""

    @property
    def delivering(self) -> set[asyncio.Task[None]]:
        """The deliverers at work; none ends by itself."""
        return set(self._delivering.values())

    @property
    def turns(self) -> dict[str, int]:
        """How often each deliverer has looked for messages, by name of its channel."""
        return {name: one.turns for name, one in self._at_work.items()}

    @property
    def sent(self) -> int:
        """How many messages its deliverers have sent."""
        return sum(one.sent for one in self._at_work.values())

    async def recover(self) -> None:
        """Take up what the last run left; what it put off is tried at once, as channels may be mended."""
        now = self._clock()
        doubtful = await self._store.recover_deliveries(now)
        if doubtful:
            log.warning("deliveries.in_doubt", extra=fields(deliveries=doubtful))
        await self._park_unconfigured()
        await self._store.pull_back_deliveries(now)
        await self._store.hurry_deliveries(self._in_force.channels, now)

    def start(self, names: Iterable[str]) -> None:
        """Deliver on these channels, and ask each whether it would take a message."""
        self._started = True
        for name in names:
            asked = asyncio.create_task(say_what_is_wrong(self._in_force.receivers[name]))
            self._asked.add(asked)
            asked.add_done_callback(self._asked.discard)
            self._at_work[name] = deliverer = self._deliverer(name)
            self._delivering[name] = asyncio.create_task(deliverer.run())

    async def stop(self) -> None:
        """Deliver no more; messages under way are finished, within limits, or broken off: see Deliverer."""
        self._started = False
        ending = self.delivering | self._asked
        self._delivering.clear()
        self._at_work.clear()
        for task in ending:
            task.cancel()
        for end in await asyncio.gather(*ending, return_exceptions=True):
            if isinstance(end, Exception):
                log.error("deliver.ended_with", exc_info=end)

    async def round(self) -> None:
        """Deliver what is due on every channel, once."""
        for name in self._in_force.channels:
            await self._deliverer(name).run_all()

    async def swap(self, settings: Settings, channels: Mapping[str, Channel]) -> None:
        """Put new channels in place; those that changed or went finish the message under way.

        While this daemon stands by, that is all: the keeper has its own settings.
        """
        before = self._in_force.channels
        gone = [name for name, channel in before.items() if channels.get(name) is not channel]
        self._in_force.settings, self._in_force.channels = settings, channels
        for name in gone:
            task = self._delivering.pop(name, None)
            self._at_work.pop(name, None)
            if task is not None:
                task.cancel()
                await asyncio.wait([task], timeout=_FINISH)
            await before[name].close()
        if not self._started:
            return
        await self._park_unconfigured()
        fresh = [name for name in channels if name not in self._delivering]
        await self._store.hurry_deliveries(fresh, self._clock())
        if self._started:  # the term may have ended meanwhile
            self.start(fresh)

    def _deliverer(self, name: str) -> Deliverer:
        return Deliverer(
            self._store,
            self._in_force.receivers[name],
            tempo_of(self._in_force.settings.channels.get(name)),
            clock=self._clock,
            dice=self._dice,
            on_alerts=self._on_alerts.listener(),
        )

    async def _park_unconfigured(self) -> None:
        """Show what waits for a channel that is gone among the dead letters, instead of nowhere."""
        parked = await self._store.park_unconfigured(self._in_force.channels)
        if parked:
            log.warning("deliveries.channel_gone", extra=fields(deliveries=parked))


def tempo_of(settings: ChannelSettings | None) -> Tempo:
    """How fast a channel may be used; consoles and webhooks take whatever comes, each alert alone."""
    match settings:
        case SlackChannel():
            return Tempo(pace=settings.pace, fold_after=settings.fold_after)
        case EmailChannel():
            return Tempo(pace=settings.pace, fold_after=settings.fold_after, room=MAIL_ROOM)
        case _:
            return Tempo()
