"""The side of the store that polling knows: PollStore, and the feeds that are configured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.core.models import (
    Act,
    Delivery,
    EntryKey,
    Feed,
    FeedState,
    Health,
    HealthNews,
    KnownEntry,
    PollRecord,
)
from monitor.store import audit, commits, entries, feed_health, feeds, shards, walks
from monitor.store.opened import Opened


class Polling(Opened):
    """Feeds claimed, entries known again, polls committed."""

    async def sync_feeds(
        self, wanted: Sequence[Feed], now: datetime, *, first_poll_at: Mapping[str, datetime] | None = None
    ) -> None:
        """Make `wanted` the configured feeds. New ones are due at `first_poll_at` (by url), by default now.

        Feeds no longer wanted keep what they remember and are never claimed; one that returns resumes it.
        """
        await self._database.write(feeds.sync, wanted, first_poll_at or {}, now)

    async def feed_states(self) -> list[FeedState]:
        """Every configured feed, by url."""
        return await self._database.read(feeds.states)

    async def make_due(self, url: str, now: datetime) -> bool:
        """Let a configured feed be polled at once; False if there is none of that url."""
        return await self._by_hand(audit.deed(Act.POLL, url), feeds.make_due, url, now)

    async def claim_due_feeds(self, now: datetime, *, lease: timedelta, limit: int) -> list[FeedState]:
        """Take up to `limit` feeds that are due and unclaimed, longest due first.

        A claim that a power cut undoes is none the worse: nobody is left who holds it.
        One of several workers takes feeds of the hosts that are its own, whoever else had claimed them.
        """
        claim = feeds.Claim(at=now, until=now + lease, owner=self._owner, limit=limit)
        if self._share is None:
            claimed = await self._database.write_forgettable(feeds.claim_due, claim)
        elif self._share.lasts:
            claimed = await self._database.write_forgettable(shards.claim_due, claim, self._share.part)
        else:
            return []
        return [*await self._claimed_walk(), *claimed]

    async def _claimed_walk(self) -> list[FeedState]:
        """Claim the feed of this worker's synthetic entry; it takes no slot from others, being one."""
        if not self._walk_is_due:
            return []
        found = await self._database.write_forgettable(walks.claim, self._owner)
        self._walk_is_due = False
        return found

    async def free_claims(self, *, but: Collection[str]) -> None:
        """Free what this worker has claimed, but for the feeds of these urls."""
        await self._database.write(feeds.free_claims, self._owner, but)

    def may_poll(self, shard: int) -> bool:
        """Whether hosts of a shard are this worker's just now; true of all where none has to share.

        True also of a number below 0: of what is at no host.
        """
        return shard < 0 or self._share is None or self._share.has(shard)

    async def next_poll_at(self) -> datetime | None:
        """When the next unclaimed feed that this worker may claim is due; None if there is none."""
        if self._share is None:
            return await self._database.read(feeds.next_due)
        if not self._share.lasts:
            return None
        return await self._database.read(shards.next_due, self._share.part)

    async def known_entries(self, feed: str, keys: Sequence[EntryKey]) -> list[KnownEntry]:
        """The entries of the feed that bear any of the keys, each with those of its keys that were asked for.

        Entries that retention took are among them.
        """
        if not keys:
            return []
        return await self._database.read(entries.known, feed, keys)

    async def commit_polls(self, polls: Sequence[PollRecord]) -> int:
        """Store what several polls brought in one transaction, free the claims; return how many entries.

        The feed's count of entries is kept here: the one in the record is not looked at.
        """
        return await self._database.write(commits.polls, polls)

    async def pull_back_polls(self, now: datetime, *, furthest: datetime, lease: timedelta) -> int:
        """Make due what a clock that was ahead put off, and end its claims; return how many feeds."""
        return await self._database.write(feeds.pull_back, now, furthest=furthest, lease=lease)

    async def spread_overdue(self, now: datetime, *, each: timedelta, but: int) -> int:
        """Give the feeds that are overdue and unclaimed moments `each` apart, unless there are at most `but`.

        One of several workers does so with the feeds of its hosts. Returns how many that concerned.
        """
        within = () if self._share is None else shards.within(self._share.part)
        return await self._database.write(feeds.spread_overdue, now, *within, each=each, but=but)

    async def health_news(self) -> list[HealthNews]:
        """The configured feeds that are not as people were told, by name."""
        return await self._database.read(feed_health.news)

    async def tell_health(self, told: Mapping[str, Health | None], deliveries: Sequence[Delivery]) -> None:
        """Write down what people are told of feeds, by url, together with the messages that tell it."""
        await self._write_as_keeper(feed_health.tell, told, deliveries)
