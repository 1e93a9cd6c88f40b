"""What the feeds brought, told once more in the order in which it came: every text the store has kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from itertools import accumulate
from typing import Protocol

from monitor.core.models import Entry, PendingEntry, Revision


class Archive(Protocol):
    """What a look back needs of the store."""

    def entries_since(self, since: datetime) -> AsyncIterator[list[PendingEntry]]:
        """Walk the entries first seen at or after `since`, oldest first."""

    async def revisions(self, entry: str) -> list[Revision]:
        """The texts an entry had before, oldest first."""


async def texts_since(archive: Archive, since: datetime) -> AsyncIterator[Entry]:
    """Give every text of every entry first seen at or after `since`, in order of arrival.

    An entry that was changed comes once for each of its texts, each with its number and the moment at which
    it was fetched; what else is known of it is that of the latest.
    """
    later: list[tuple[datetime, int, Entry]] = []
    order = 0
    async for page in archive.entries_since(since):
        for pending in page:
            first, *others = await _texts(archive, pending.entry)
            for due in _due(later, first.fetched):
                yield due
            yield first
            for text in others:
                order += 1
                heappush(later, (text.fetched, order, text))
    while later:
        yield heappop(later)[2]


def _due(later: list[tuple[datetime, int, Entry]], now: datetime) -> Iterator[Entry]:
    while later and later[0][0] <= now:
        yield heappop(later)[2]


async def _texts(archive: Archive, entry: Entry) -> Sequence[Entry]:
    if entry.revision == 0:
        return (entry,)
    former = await archive.revisions(entry.id)
    of_pages = accumulate(text.full_text for text in former)
    return (*(_as_it_was(entry, text, pages) for text, pages in zip(former, of_pages, strict=True)), entry)


def _as_it_was(entry: Entry, text: Revision, page_texts: int) -> Entry:
    """Put a former text in; the hash is left to that of the latest, which nobody compares in an archive."""
    return replace(
        entry,
        revision=text.revision,
        full_text=text.full_text,
        page_texts=page_texts,
        fetched=text.fetched,
        title=text.title,
        summary=text.summary,
        content=text.content,
    )
