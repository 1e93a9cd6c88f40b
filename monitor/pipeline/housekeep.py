"""What the timetable runs: held alerts whose deadline passed, retention, the line that says all is well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Bulk, Counts, DeliveryState, Keep
from monitor.core.settings import RetentionSettings
from monitor.elapsed import since_boot
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.limiting import Limited, keep_below
from monitor.pipeline.ports import Clock
from monitor.telemetry import fields, notify

log = logging.getLogger(__name__)


_LEAP = 86_400.0
"""Seconds by which the clock may be set before retention waits, and for how long it then waits."""


class Archive(Limited, Protocol):
    """What housekeeping needs of the store."""

    async def counts(self) -> Counts:
        """How much there is of everything."""

    async def pull_back_deliveries(self, now: datetime) -> int:
        """Make due what waits for longer than anything may; return how many."""


class Housekeeper:
    """The chores of a daemon that runs for months; each is safe to miss and safe to run twice."""

    def __init__(
        self,
        archive: Archive,
        assembler: Assembler,
        *,
        clock: Clock,
        elapsed: Callable[[], float] = since_boot,
    ) -> None:
        """Take what the chores need; `elapsed` gives seconds that no setting of the clock changes."""
        self._archive = archive
        self._assembler = assembler
        self._clock = clock
        self._elapsed = elapsed
        self._offset = self._measured()
        self._leapt_at: float | None = None
        self.bulk: Bulk | None = None
        """The database beside its limit, as last measured; None: it has none."""

    def _measured(self) -> float:
        """Seconds between the clock and the time that has really passed: the same unless the clock is set."""
        return self._clock().timestamp() - self._elapsed()

    def _clock_leapt(self) -> bool:
        """Tell whether the clock leapt, and nothing may be deleted by it; after a day it is believed."""
        if abs(self._measured() - self._offset) <= _LEAP:
            self._leapt_at = None
            return False
        now = self._elapsed()
        self._leapt_at = now if self._leapt_at is None else self._leapt_at
        if now - self._leapt_at < _LEAP:
            return True
        self._offset, self._leapt_at = self._measured(), None
        return False

    async def release_overdue(self) -> None:
        """Decide on what time alone brings about: deadlines, quiet hours, digests, escalations."""
        try:
            released = await self._assembler.release_overdue()
        except StoreUnavailableError as error:
            log.warning("alerts.release_postponed", extra=fields(error=str(error)))
            return
        except asyncio.CancelledError:  # the daemon stops: APScheduler would log it as an error
            return
        if released:
            log.info("alerts.released", extra=fields(alerts=len(released)))

    async def purge(self, retention: RetentionSettings, window: timedelta) -> None:
        """Delete what is old; entries are kept at least as long as the story window."""
        if self._clock_leapt():
            log.error("retention.refused", extra=fields(why="the clock leapt by more than a day"))
            return
        keep = Keep(
            entries=max(retention.entries, window), deliveries=retention.deliveries, audit=retention.audit
        )
        try:
            purged = await self._archive.purge(self._clock(), keep)
        except StoreUnavailableError as error:
            log.warning("retention.postponed", extra=fields(error=str(error)))
            return
        log.info(
            "retention.done",
            extra=fields(entries=purged.entries, stories=purged.stories, deliveries=purged.deliveries),
        )

    async def limit_size(self, retention: RetentionSettings, window: timedelta) -> None:
        """Keep the database below its limit, if it has one."""
        if retention.max_size is None:
            self.bulk = None
            return
        if self._clock_leapt():  # the window would end at another moment
            return
        try:
            self.bulk = await keep_below(
                self._archive, retention.max_size, retention=retention, window=window, now=self._clock()
            )
        except StoreUnavailableError as error:
            log.warning("retention.postponed", extra=fields(error=str(error)))

    async def distrust_clock(self) -> None:
        """Make due what a clock that was ahead has put off for longer than anything waits."""
        try:
            pulled = await self._archive.pull_back_deliveries(self._clock())
        except StoreUnavailableError as error:
            log.warning("deliveries.pull_back_postponed", extra=fields(error=str(error)))
            return
        if pulled:
            log.warning("deliveries.clock_was_ahead", extra=fields(deliveries=pulled))

    async def say_status(self) -> None:
        """Tell systemd, and the log, how things stand in one line."""
        try:
            counts = await self._archive.counts()
        except StoreUnavailableError as error:
            notify(f"STATUS=the database cannot serve: {error}")
            return
        parked = counts.deliveries.get(DeliveryState.PARKED, 0)
        said = (
            f"{counts.feeds} feeds ({counts.failing} failing), {counts.entries} entries, "
            f"{counts.stories} stories, {counts.alerts} alerts, {parked} dead letters"
        )
        notify(f"STATUS={said}")
        log.info("status", extra=fields(said=said, pending=counts.pending, held=counts.held))
