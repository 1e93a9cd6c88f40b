"""The side of the store that polling knows: PollStore, and the feeds that are configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.core.models import EntryKey, Feed, FeedState, KnownEntry, PollRecord
from monitor.store import commits, entries, feeds
from monitor.store.opened import Opened


class Polling(Opened):
    """Feeds claimed, entries known again, polls committed."""

    async def sync_feeds(
        self, wanted: Sequence[Feed], now: datetime, *, first_poll_at: Mapping[str, datetime] | None = None
    ) -> None:
        """Make `wanted` the configured feeds. New ones are due at `first_poll_at` (by url), by default now.

        Feeds no longer wanted keep what they remember and are never claimed; one that returns resumes it.
        """
        async with self._database.write() as connection:
            await feeds.forget_unconfigured(connection, {feed.url for feed in wanted})
            await feeds.add_configured(connection, wanted, first_poll_at or {}, now)

    async def feed_states(self) -> list[FeedState]:
        """Every configured feed, by url."""
        async with self._database.read() as connection:
            return await feeds.states(connection)

    async def make_due(self, url: str, now: datetime) -> bool:
        """Let a configured feed be polled at once; False if there is none of that url."""
        async with self._database.write() as connection:
            return await feeds.make_due(connection, url, now)

    async def claim_due_feeds(self, now: datetime, *, lease: timedelta, limit: int) -> list[FeedState]:
        """Take up to `limit` feeds that are due and unclaimed, longest due first."""
        async with self._database.write() as connection:
            return await feeds.claim_due(connection, now, until=now + lease, owner=self._owner, limit=limit)

    async def next_poll_at(self) -> datetime | None:
        """When the next unclaimed feed is due; None if there is none."""
        async with self._database.read() as connection:
            return await feeds.next_due_unclaimed(connection)

    async def known_entries(self, feed: str, keys: Sequence[EntryKey]) -> list[KnownEntry]:
        """The entries of the feed that bear any of the keys, each with those of its keys that were asked for.

        Entries that retention took are among them.
        """
        if not keys:
            return []
        async with self._database.read() as connection:
            return await entries.known(connection, feed, keys)

    async def commit_polls(self, polls: Sequence[PollRecord]) -> int:
        """Store what several polls brought in one transaction, free the claims; return how many entries.

        The feed's count of entries is kept here: the one in the record is not looked at.
        """
        async with self._database.write() as connection:
            return await commits.polls(connection, polls)
