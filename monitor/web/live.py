"""What *Now* is told while it is open: rows of new and changed stories, and the counts above them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web

from monitor.core.models import Changes
from monitor.web.ports import LiveStore
from monitor.web.rendering import fragment
from monitor.web.rows import row_of
from monitor.web.stream import LOOK, News, Stream, news


class Live:
    """Renders changes once for all pages that are open."""

    def __init__(self, store: LiveStore, *, look: float = LOOK) -> None:
        self._store = store
        self.stream = Stream(store, self._told, look=look)

    def routes(self) -> list[web.RouteDef]:
        """Where to listen."""
        return [web.get("/events", self.stream.events)]

    @property
    def close(self) -> Callable[[], None]:
        """Ends every connection."""
        return self.stream.close

    async def _told(self, changes: Changes) -> Sequence[News]:
        """Tell each story as its row, oldest change first; of too many, that the page is to be read anew."""
        if not changes.complete:
            return [news("stale", {}, mark=changes.mark)]
        counts = fragment("counts.html", counts=await self._store.counts())
        told = [news("counts", {"text": counts.strip()}, mark=changes.mark)]
        for story in changes.stories:
            one = await self._of_story(story, changes)
            told += [one] if one else []
        return told

    async def _of_story(self, story: str, changes: Changes) -> News | None:
        rules = changes.rules.get(story, frozenset())
        found = await self._store.story(story)
        if found is None:
            return None
        if await self._store.merged_into(story) is not None:
            return news("gone", {"id": story}, mark=changes.mark)
        row = fragment("row.html", row=row_of(found, await self._store.alerts_of_story(story)))
        said = {"id": story, "html": row, "alert": story in changes.alerted}
        return news("story", said, mark=changes.mark, rules=rules)
