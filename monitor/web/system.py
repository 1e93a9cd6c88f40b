"""System: what runs here since when, what waits in its queues, its channels, its rules, its fellows."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from monitor.core.models import Day, DeliveryState, Standing, Worker
from monitor.core.render.times import ago, lasting
from monitor.core.told_in_time import percentile, time_to_alert
from monitor.core.walking import sentence_on
from monitor.pipeline.membership import state_of, usual_rules
from monitor.web.metrics import own_version
from monitor.web.ports import World
from monitor.web.rendering import page

_MIB: Final = 2**20
_DAY: Final = timedelta(days=1)
_OPEN: Final = (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNSURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A channel, and how many messages wait on it."""

    name: str
    type: str
    """What config.yaml calls its kind; empty where it is no longer there, though messages wait for it."""
    ready: int
    sending: int
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fellow:
    """A daemon that works on the same database."""

    worker: Worker
    state: str


class System:
    """Answers requests for the page of the machine itself."""

    def __init__(self, world: World) -> None:
        self._world, self._store = world, world.store

    def routes(self) -> list[web.RouteDef]:
        """Where it is."""
        return [web.get("/system", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """Everything at a moment."""
        del request
        now, world = self._world.clock(), self._world
        standing = await self._store.standing(now)
        counts = await self._store.counts()
        day = await self._store.day_since(now - _DAY)
        rules = list(world.in_force.rulebook.rules.values())
        return page(
            "system.html",
            version=own_version(),
            python=platform.python_version(),
            database="PostgreSQL" if self._store.is_shared else "SQLite",
            size=f"{standing.size / _MIB:,.1f} MiB",
            started_at=world.started_at,
            running=ago(world.started_at, now),
            stuck=world.stuck(),
            walk=world.walk(),
            walk_late=sentence_on(late) if (late := world.walk().late) else "",
            ailments=sorted(await self._store.ailments_told(), key=lambda one: (one.since, one.key)),
            told_to=world.in_force.settings.ops,
            standing=standing,
            waiting=sum(standing.open.values()),
            parked=counts.deliveries.get(DeliveryState.PARKED, 0),
            feeds=sum(standing.feeds.values()),
            failing=counts.failing,
            channels=self._channels(standing),
            rules=len(rules),
            enabled=sum(rule.enabled for rule in rules),
            files=sorted(Counter(rule.at.path for rule in rules).items()),
            fellows=_fellows(await self._store.workers()),
            day=day,
            took=_took(day),
        )

    def _channels(self, standing: Standing) -> list[ChannelRow]:
        """Every channel of the configuration, and any other that messages wait for."""
        settings = self._world.in_force.settings.channels
        names = dict.fromkeys([*settings, *(name for name, _ in sorted(standing.open))])
        found = []
        for name in names:
            ready, sending, unsure = (standing.open.get((name, state), 0) for state in _OPEN)
            kind = settings[name].type if name in settings else ""
            found.append(ChannelRow(name=name, type=kind, ready=ready, sending=sending, unsure=unsure))
        return found


def _took(day: Day) -> Sequence[tuple[str, str]]:
    """Say how long the alerts of a day took, from publication to a channel, at its percentiles."""
    took = [length for one in day.times if (length := time_to_alert(one)) is not None]
    shares = (("half of them (p50)", 0.5), ("19 of 20 (p95)", 0.95), ("all", 1.0))
    return [(said, lasting(percentile(took, share))) for said, share in shares] if took else []


def _fellows(workers: Sequence[Worker]) -> list[Fellow]:
    """Say how each is, as `workers list` does."""
    usual = usual_rules(workers)
    return [Fellow(worker=one, state=state_of(one, usual)) for one in workers]
