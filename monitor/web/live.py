"""What open pages are told: rows of new and changed stories, and the counts above them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aiohttp import hdrs, web

from monitor.core.models import Changes, Mark
from monitor.core.rules.tree import Rule
from monitor.web.choosing import Choice
from monitor.web.ports import LiveStore
from monitor.web.rendering import fragment
from monitor.web.rows import rows_of
from monitor.web.stream import LOOK, News, Stream, Wanted, news

Rules = Callable[[], Mapping[str, Rule]]
"""The rules in force, by id."""


class Live:
    """Renders changes once for all pages that are open."""

    def __init__(self, store: LiveStore, *, look: float = LOOK, rules: Rules = dict) -> None:
        self._store, self._rules = store, rules
        self.stream = Stream(store, self._told, look=look, wanted=self._wanted)

    def routes(self) -> list[web.RouteDef]:
        """Where to listen."""
        return [web.get("/events", self.stream.events), web.get("/unseen", self.unseen)]

    async def unseen(self, request: web.Request) -> web.Response:
        """What alerted since a mark (`after`), for a page in a hidden tab, which does not listen."""
        now = await self._store.mark()
        since = Mark.read(request.query.get("after", "")) or now
        among = Choice.of(request.query).among(self._rules())
        said = {"mark": str(now), "stories": await self._store.alerted(since, now, among)}
        return web.json_response(said, headers={hdrs.CACHE_CONTROL: "no-store"})

    @property
    def close(self) -> Callable[[], None]:
        """Ends every connection."""
        return self.stream.close

    def _wanted(self, request: web.Request) -> Wanted:
        """Read what a page is of: a story (`?story=`), or the choice of its list."""
        among = Choice.of(request.query).among(self._rules())
        return Wanted(story=request.query.get("story", ""), rules=among.rules, lang=among.lang)

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
        [row] = await rows_of(self._store, [found], self._rules())
        said = {"id": story, "html": fragment("row.html", row=row), "alert": story in changes.alerted}
        languages = frozenset(found.languages)
        return news("story", said, mark=changes.mark).about(story, rules=rules, languages=languages)
