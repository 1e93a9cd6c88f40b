"""The side of the store that is asked for single entries, and to forget one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.core.models import Act, Forgotten, StoredEntry
from monitor.core.urls import canonical_url
from monitor.store import audit, entries, forgetting
from monitor.store.forgetting import Wish
from monitor.store.opened import Opened


class Kept(Opened):
    """Entries listed, named by their ids, and forgotten."""

    async def list_entries(
        self, *, since: datetime, feed: str | None = None, limit: int = 50
    ) -> list[StoredEntry]:
        """Entries first seen at or after a moment, of one feed or all, the latest first."""
        return await self._database.read(entries.listed, since=since, feed=feed, limit=limit)

    async def entries_like(self, prefix: str, *, limit: int = 10) -> list[StoredEntry]:
        """Entries whose id begins so."""
        return await self._database.read(entries.like, prefix, limit)

    async def buried_like(self, prefix: str, *, limit: int = 10) -> list[str]:
        """Ids of entries whose text is gone, by their beginning: retention took it, or it was forgotten."""
        return await self._database.read(forgetting.buried_like, prefix, limit)

    async def buried_at(self, address: str) -> list[str]:
        """Ids of entries whose text is gone, by their address; looks through the keys of every entry."""
        canonical = canonical_url(address)
        return [] if canonical is None else await self._database.read(forgetting.buried_at, canonical)

    async def forget_entry(
        self, entry: str, *, at: datetime, author: str, owners: Mapping[str, str]
    ) -> Forgotten:
        """Remove all that is kept of the text of an entry, for good; log who wished it.

        It is not stored again when its feed still serves it, whatever its text by then. A running daemon
        reads its stories anew before it places the next entry. `owners` are those of the StoryBook.

        Raises:
            ForgettingError: it is not there, or something of it is still to be decided or sent.
        """
        wish = Wish(entry=entry, at=at, author=author, owners=owners)
        return await self._by_hand(audit.deed(Act.FORGET, entry), forgetting.forget, wish)
