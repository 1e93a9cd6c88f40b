"""Articles older than the story window that come again: changed, or posted anew under another name.

Placed as if they were unknown, they would be told as news. The store remembers them longer than the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from monitor.core.models import Assignment, PendingEntry, StoredEntry
from monitor.core.stories import StoryBook
from monitor.core.stories.again import is_telling, posted_again
from monitor.pipeline.judge import Placed
from monitor.pipeline.ports import StoryStore


class Earlier:
    """What the store remembers of a batch of entries from before the window."""

    def __init__(self, store: StoryStore, book: StoryBook) -> None:
        self._store = store
        self._book = book
        self._first: dict[tuple[str, str], StoredEntry] = {}

    async def recall(self, pending: Sequence[PendingEntry], window: timedelta) -> None:
        """Look for texts that their own outlets published before the window."""
        texts = [
            (one.entry.outlet, one.entry.text_hash)
            for one in pending
            if not one.entry.revision and is_telling(one.entry)
        ]
        if not texts:
            return
        before = min(one.entry.first_seen for one in pending) - window
        for found in await self._store.first_of_texts(list(dict.fromkeys(texts)), before):
            self._first[found.entry.outlet, found.entry.text_hash] = found

    async def place(self, one: PendingEntry) -> Placed | None:
        """Place an entry beside what it was before, None if it was nothing, or the window still holds it."""
        entry = one.entry
        if entry.revision:
            if self._book.holds(entry.id):
                return None
            stored = await self._store.entry(entry.id)
            former = stored.assignment if stored else None
            return await self._placed(one, former and self._book.stays(entry, former))
        first = self._first.get((entry.outlet, entry.text_hash))
        if first is None or first.assignment is None or first.entry.id == entry.id:
            return None
        return await self._placed(one, posted_again(entry, first.entry, first.assignment))

    async def _placed(self, one: PendingEntry, assignment: Assignment | None) -> Placed | None:
        if assignment is None:
            return None
        story = self._book.story(assignment.story) or await self._store.story(assignment.story)
        return None if story is None else Placed(pending=one, assignment=assignment, story=story)
