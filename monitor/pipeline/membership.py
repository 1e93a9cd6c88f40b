"""A daemon among others on one database: says that it lives, and polls the hosts that are its own.

every two seconds, or when another calls: heartbeat -> hosts handed over and taken -> polls of others' end
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Sign, Worker
from monitor.core.sharding import SHARDS
from monitor.elapsed import since_boot
from monitor.pipeline.outage import Outage
from monitor.pipeline.pace import Wakeup, wait_for
from monitor.telemetry import fields

log = logging.getLogger(__name__)

BEAT = 2.0
"""Seconds between two heartbeats; a lease of the hosts is three times as long."""
_TICK = 0.25
"""Seconds after which a lease that ended is noticed: when the process was stopped for a while and woke."""
_PATIENCE = 5.0
"""Seconds that a heartbeat may take: nothing else would end one soon whose connection is cut off."""
_COMPARE = 5
"""Heartbeats between two looks at the rules of others."""
_FROZEN = _PATIENCE + 1
"""A heartbeat that took longer did not wait for the database: the process, or its machine, stood still."""
SILENT = timedelta(seconds=6)
"""A worker without a heartbeat for longer is taken for dead: the others poll its hosts."""


class Members(Protocol):
    """What the store offers of workers."""

    @property
    def is_shared(self) -> bool:
        """Whether several daemons may work on it."""

    @property
    def draining(self) -> bool:
        """Whether somebody wants this worker to be empty."""

    def join(self) -> None:
        """Claim, from now on, feeds of hosts that are this worker's alone."""

    async def attend(self, sign: Sign) -> int:
        """Say that this worker lives, hand over and take hosts; returns how many shards are its own."""

    async def sign_out(self) -> None:
        """Take this worker from the list."""

    async def workers(self) -> list[Worker]:
        """List all."""


def is_silent(worker: Worker) -> bool:
    """Whether a worker is taken for dead, by the clock of the database."""
    return worker.silent_for > SILENT


def usual_rules(workers: Iterable[Worker]) -> str:
    """Return the rules that most of the living have; of equals, those of the eldest worker."""
    counts = Counter(worker.rules for worker in workers if not is_silent(worker))
    return max(counts, key=counts.__getitem__, default="")


def state_of(worker: Worker, usual: str) -> str:
    """Say how a worker is, where these are the usual rules.

    `alive`, `silent`, `OTHER RULES`, `draining` or `drained`.
    """
    if is_silent(worker):
        return "silent"
    if worker.draining:
        return "drained" if worker.is_drained else "draining"
    return "alive" if worker.rules == usual else "OTHER RULES"


def is_well(state: str) -> bool:
    """Say whether a state is as somebody wants it."""
    return state in {"alive", "draining", "drained"}


def with_other_rules(workers: Iterable[Worker], rules: str) -> list[str]:
    """Name the living workers whose rules differ from these."""
    return sorted(one.name for one in workers if not is_silent(one) and one.rules != rules)


class Membership:
    """The heartbeat of one daemon, and with it the hosts that it polls."""

    def __init__(
        self, store: Members, sign: Callable[[], Sign], *, withdraw: Callable[[], None] = lambda: None
    ) -> None:
        """Take what ends polls under way of hosts that are another worker's."""
        self._store, self._sign, self._withdraw = store, sign, withdraw
        self._told: list[str] = []
        self._shards = -1
        self._beats_made = 0
        self.outage = Outage()
        self.called = Wakeup()
        """Set when another worker came, went or handed something over."""

    @property
    def is_willing(self) -> bool:
        """Whether this daemon is to work, and not to be emptied."""
        return not self._store.draining

    async def enter(self) -> None:
        """Join the others before anything is polled; if the database cannot serve, that is done later."""
        if self._store.is_shared:
            self._store.join()
            await self._beat_if_possible()

    async def enter_if_alone(self) -> None:
        """Join unless others are at work: one round of polls is no reason to move hosts to and fro.

        Raises:
            StoreUnavailableError: the database cannot serve just now.
        """
        self._store.join()
        if any(not is_silent(worker) for worker in await self._store.workers()):
            log.info("poll.left_to_others", extra=fields(said="other daemons poll on this database"))
        else:
            await self.enter()

    async def run(self) -> None:
        """Beat for ever; a database that cannot serve is tried again at the next beat."""
        if self._store.is_shared:
            await asyncio.gather(self._beats(), self._ticks())
        await asyncio.Event().wait()

    async def leave(self) -> None:
        """Sign out; if the database cannot serve, the silence will tell."""
        try:
            await self._store.sign_out()
        except StoreUnavailableError as error:
            log.warning("worker.not_signed_out", extra=fields(error=str(error)))

    async def beat(self) -> None:
        """Attend once, and say once when others have other rules; these are compared at every fifth beat.

        Raises:
            StoreUnavailableError: the database cannot serve just now.
        """
        sign = self._sign()
        shards = await self._store.attend(sign)
        self._withdraw()
        if shards != self._shards:
            log.info("worker.hosts", extra=fields(shards=shards, of=SHARDS))
        self._shards = shards
        self._beats_made += 1
        if self._beats_made % _COMPARE == 1:
            await self._compare(sign)

    async def _compare(self, sign: Sign) -> None:
        others = with_other_rules(await self._store.workers(), sign.rules)
        if others and others != self._told:
            log.warning("worker.other_rules", extra=fields(workers=", ".join(others), rules=sign.rules))
        self._told = others

    async def _beats(self) -> None:
        while True:
            await wait_for(self.called, at_most=BEAT)
            await self._beat_if_possible()

    async def _ticks(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            self._withdraw()

    async def _beat_if_possible(self) -> None:
        began = since_boot()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.beat()
        except StoreUnavailableError as error:
            self.outage.lost(str(error))
        except TimeoutError:
            if (lasted := since_boot() - began) > _FROZEN:
                log.warning("worker.stood_still", extra=fields(seconds=round(lasted, 1)))
            else:
                self.outage.lost(f"the database did not answer within {_PATIENCE:g} s")
        else:
            self.outage.back()
            log.debug("worker.beat", extra=fields(seconds=round(since_boot() - began, 3)))
