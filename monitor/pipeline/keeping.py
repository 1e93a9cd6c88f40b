"""The keeper among daemons on one database: elected for a term, at work while it lasts, else standing by.

stand for election | elected: begin the work, renew the lease | lost or over: cancel the work, stand again
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.pipeline.pace import pause
from monitor.telemetry import fields

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at whether there is a keeper."""
RENEW = 2.0
"""Seconds between two renewals; a lease is three times as long."""
_TICK = 0.25
"""Seconds after which a term that ended is noticed: when the process was stopped for a while and woke."""

Chore = Callable[[], Coroutine[object, object, None]]


class Terms(Protocol):
    """What the store offers of being the keeper."""

    @property
    def is_keeper(self) -> bool:
        """Whether the lease lasts."""

    async def stand(self) -> int | None:
        """Begin a term if nobody else has one; None if somebody has."""

    async def renew(self) -> bool:
        """Extend the lease; False if somebody else took the next term."""

    async def step_down(self) -> None:
        """End the term at once."""


class Keeping:
    """The terms of one daemon. What is done in one has come to its end before the next begins."""

    def __init__(
        self,
        store: Terms,
        work: Callable[[], Awaitable[None]],
        *,
        is_willing: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take the work of a keeper, which never ends by itself; cancelled, it winds up before it returns.

        While this daemon is not willing, it does not stand for election and ends a term that it has.
        """
        self._store, self._work, self._is_willing = store, work, is_willing
        self._serving = False
        self._chores: set[asyncio.Task[None]] = set()
        self._standing_by = False

    @property
    def role(self) -> str:
        """`keeper`, `standby`, or nothing until the first election or between two terms."""
        if self._serving:
            return "keeper"
        return "standby" if self._standing_by else ""

    async def run(self) -> None:
        """Keep whenever elected, for ever; raises what breaks the work."""
        while True:
            try:
                term = await self._store.stand() if self._is_willing() else None
            except StoreUnavailableError as error:
                await pause(log, "keeper.store_unavailable", error)
                continue
            if term is None:
                self._stand_by()
            else:
                await self._serve(term, self._work)
            if not self._is_willing():
                await self.leave()
            await asyncio.sleep(LOOK)

    async def once(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work as the keeper, if there is no other one.

        Raises:
            StoreUnavailableError: the database cannot serve just now, or the term ended meanwhile.
        """
        term = await self._store.stand()
        if term is None:
            self._stand_by()
        else:
            await self._serve(term, work)

    async def leave(self) -> None:
        """Let go of the term, so that another daemon takes over at once; if it cannot be, its lease ends."""
        try:
            await self._store.step_down()
        except StoreUnavailableError as error:
            log.warning("keeper.not_let_go", extra=fields(error=str(error)))

    def only_keeper(self, chore: Chore) -> Chore:
        """Return a chore that does nothing in a daemon that stands by, and is cancelled with its term."""

        async def gated() -> None:
            if self._serving:
                task = asyncio.create_task(chore())
                self._chores.add(task)
                task.add_done_callback(self._chores.discard)
                with suppress(asyncio.CancelledError):  # the term or the daemon ends: no error
                    await task

        return gated

    def _stand_by(self) -> None:
        if not self._standing_by:
            log.info("keeper.standby", extra=fields(said="another daemon keeps stories and delivers"))
        self._standing_by = True

    async def _serve(self, term: int, work: Callable[[], Awaitable[None]]) -> None:
        if term:
            log.info("keeper.elected", extra=fields(term=term))
        self._standing_by, self._serving = False, True
        renewing = asyncio.create_task(self._renew_for_ever(), name="renew")
        lost = asyncio.create_task(self._until_lost(), name="lost")
        working = asyncio.ensure_future(work())
        try:
            await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            else:
                event = "keeper.lost" if self._is_willing() else "keeper.let_go"
                log.warning(event, extra=fields(term=term))
        finally:
            self._serving = False
            await self._wound_up(working)
            renewing.cancel()
            lost.cancel()
            await asyncio.gather(renewing, lost, return_exceptions=True)

    async def _wound_up(self, working: asyncio.Future[None]) -> None:
        """End the work and the chores, and wait until they have ended: the lease is renewed meanwhile."""
        ending = {working, *self._chores}
        for task in ending:
            task.cancel()
        for end in await asyncio.gather(*ending, return_exceptions=True):
            if isinstance(end, Exception):
                log.error("keeper.ended_with", exc_info=end)

    async def _until_lost(self) -> None:
        while self._store.is_keeper and self._is_willing():  # noqa: ASYNC110 - time ends a lease: nobody is there to set an event
            await asyncio.sleep(_TICK)

    async def _renew_for_ever(self) -> None:
        while True:  # at once: a take-over that had to wait began with part of its lease gone
            try:
                await self._store.renew()
            except StoreUnavailableError as error:  # the lease may outlast it
                log.warning("keeper.not_renewed", extra=fields(error=str(error)))
            await asyncio.sleep(RENEW)
