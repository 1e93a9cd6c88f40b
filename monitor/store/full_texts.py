"""The side of the store that fetching pages of articles knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from monitor.core.models import Entry, NewEntry, Page, PageTally
from monitor.store import pages, shards
from monitor.store.opened import Opened
from monitor.store.page_table import pages as page_rows

_LATEST = 50
"""Pages of a feed by which it is told how they fare."""


class FullTexts(Opened):
    """Pages claimed and settled."""

    async def claim_pages(
        self,
        now: datetime,
        *,
        lease: timedelta,
        limit: int,
        but: Collection[str] = (),
        but_of: Collection[str] = (),
    ) -> list[tuple[Page, Entry]]:
        """Take up to `limit` pages that are due, one a host, with their entries.

        None are of the hosts in `but` or the feeds in `but_of`, of which enough are being fetched.
        One of several workers takes pages of the hosts that are its own. Those wanted for too long are given
        up here.
        """
        within: Sequence[shards.Condition] = ()
        if self._share is not None:
            if not self._share.lasts:
                return []
            within = shards.within(self._share.part, page_rows.c.shard)
        wish = pages.Claim(at=now, until=now + lease, limit=limit, but=but, but_of=but_of)
        if not await self._database.read(pages.is_any_due, now):
            return []
        return await self._database.write(pages.claim, wish, *within)

    async def settle_page(self, page: Page, new: NewEntry | None = None) -> bool:
        """Write down what came of a claimed page, together with its entry's new text, if there is one.

        False if the claim was lost, or the entry has changed since: nothing is written then.
        """
        return await self._database.write(pages.settle, page, new)

    async def pages_of(self, entries: Sequence[str]) -> dict[str, Page]:
        """The pages of these entries, by entry, as far as any were wanted."""
        return await self._database.read(pages.of_entries, entries) if entries else {}

    async def page_tally(self, feed: str) -> PageTally:
        """How the latest pages of a feed fared."""
        return await self._database.read(pages.tally, feed, latest=_LATEST)
