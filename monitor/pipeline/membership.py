"""A daemon among others on one database: says that it lives, and tells when others have other rules."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Sign, Worker
from monitor.telemetry import fields

log = logging.getLogger(__name__)

BEAT = 3.0
"""Seconds between two heartbeats."""
SILENT = timedelta(seconds=10)
"""A worker without a heartbeat for longer is taken for dead."""


class Members(Protocol):
    """What the store offers of workers."""

    @property
    def is_shared(self) -> bool:
        """Whether several daemons may work on it."""

    async def sign_in(self, sign: Sign) -> None:
        """Say that this worker lives."""

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
    """Say how a worker is, where these are the usual rules: `alive`, `silent` or `OTHER RULES`."""
    if is_silent(worker):
        return "silent"
    return "alive" if worker.rules == usual else "OTHER RULES"


def with_other_rules(workers: Iterable[Worker], rules: str) -> list[str]:
    """Name the living workers whose rules differ from these."""
    return sorted(one.name for one in workers if not is_silent(one) and one.rules != rules)


class Membership:
    """The heartbeat of one daemon."""

    def __init__(self, store: Members, sign: Callable[[], Sign]) -> None:
        self._store, self._sign = store, sign
        self._told: list[str] = []

    async def run(self) -> None:
        """Beat for ever; a database that cannot serve is tried again at the next beat."""
        while True:
            if self._store.is_shared:
                await self._beat_if_possible()
            await asyncio.sleep(BEAT)

    async def leave(self) -> None:
        """Sign out; if the database cannot serve, the silence will tell."""
        try:
            await self._store.sign_out()
        except StoreUnavailableError as error:
            log.warning("worker.not_signed_out", extra=fields(error=str(error)))

    async def beat(self) -> None:
        """Sign in once, and say once when others have other rules.

        Raises:
            StoreUnavailableError: the database cannot serve just now.
        """
        sign = self._sign()
        await self._store.sign_in(sign)
        others = with_other_rules(await self._store.workers(), sign.rules)
        if others and others != self._told:
            log.warning("worker.other_rules", extra=fields(workers=", ".join(others), rules=sign.rules))
        self._told = others

    async def _beat_if_possible(self) -> None:
        try:
            await self.beat()
        except StoreUnavailableError as error:
            log.warning("worker.no_heartbeat", extra=fields(error=str(error)))
