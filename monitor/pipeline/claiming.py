"""The queue of polls, as one daemon takes from it: what is due is claimed, wrong times are put right.

put off by a wrong clock, missed while all stood still | claim | committed, or of no answer: freed
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.core.models import FeedState, PollRecord
from monitor.pipeline.in_force import InForce
from monitor.pipeline.ports import Clock, PollStore
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_DISTRUST = 60.0
_DAY = timedelta(days=1)
_LATER_THAN = 1.2
"""Times the longest wait there is, jitter included."""
_STOOD_STILL = timedelta(minutes=2)
_APART = timedelta(seconds=0.02)
"""Between two polls of those that were missed while the daemon stood still."""
_AT_ONCE = 50
"""So many missed ones may be polled together."""
_LEASE_MARGIN = timedelta(seconds=40)


class Claims:
    """Feeds that one daemon has claimed and not yet committed."""

    def __init__(self, store: PollStore, in_force: InForce, clock: Clock) -> None:
        self._store, self._in_force, self._clock = store, in_force, clock
        self._claimed: set[str] = set()
        self._in_doubt = False
        """Whether more may be claimed than is known, as the answer to a claim was lost."""
        self._distrust_at = 0.0
        """When, by the loop's time, to look again for what a wrong clock put off."""
        self._looked_at: datetime | None = None
        """When due feeds were looked for last."""

    async def tidy(self) -> None:
        """Put right what a wrong clock, or standing still, did to the times of the feeds."""
        await self.distrust_clock()
        await self._spread_missed()

    async def take(self, now: datetime, *, limit: int) -> list[FeedState]:
        """Claim feeds due at `now`; first free those of a claim of which no answer came."""
        if self._in_doubt:
            await self._store.free_claims(but=self._claimed)
        self._in_doubt = True
        claimed = await self._store.claim_due_feeds(now, lease=self._lease(), limit=limit)
        self._in_doubt = False
        self._claimed.update(state.url for state in claimed)
        return claimed

    def settled(self, records: Iterable[PollRecord]) -> None:
        """Take note of what was committed."""
        self._claimed.difference_update(record.state.url for record in records)

    async def distrust_clock(self) -> None:
        """At the start and every minute, make due what was put off by a clock that was ahead."""
        if (elapsed := asyncio.get_running_loop().time()) < self._distrust_at:
            return
        self._distrust_at = elapsed + _DISTRUST
        longest = max((feed.interval for feed in self._in_force.feeds.values()), default=timedelta(0))
        now = self._clock()
        furthest = now + _LATER_THAN * max(_DAY, longest, self._in_force.settings.polling.max_backoff)
        pulled = await self._store.pull_back_polls(now, furthest=furthest, lease=self._lease())
        if pulled:
            log.warning("poll.clock_was_ahead", extra=fields(feeds=pulled))

    async def _spread_missed(self) -> None:
        """Keep what was missed while the daemon, the machine or the database stood still from a stampede."""
        now = self._clock()
        if self._looked_at is None or now - self._looked_at > _STOOD_STILL:
            await self._store.spread_overdue(now, each=_APART, but=_AT_ONCE)
        self._looked_at = now

    def _lease(self) -> timedelta:
        polling = self._in_force.settings.polling
        return polling.total_timeout + polling.parse_timeout + polling.host_interval + _LEASE_MARGIN
