"""One story with everything known of it, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from monitor.core.models import Decision, Handling, ListedAlert, Silence, StoredEntry, Story, TextField
from monitor.core.stories.strands import strands
from monitor.web.forms import name_of, token
from monitor.web.ports import World
from monitor.web.rendering import Piece, page, pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An entry in the timeline, with its evidence marked."""

    stored: StoredEntry
    title: Sequence[Piece]
    summary: Sequence[Piece]
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert, and what people did about it."""

    alert: ListedAlert
    handling: Handling | None


class StoryPage:
    """Shows a story."""

    def __init__(self, world: World) -> None:
        self._world, self._store = world, world.store

    def routes(self) -> list[web.RouteDef]:
        """Where it is."""
        return [web.get("/stories/{story:[0-9a-f]{4,32}}", self.show)]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """One story; one that was made part of another leads there."""
        found = await self._store.story(request.match_info["story"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such story, or it is no longer kept.")
        target = await self._store.merged_into(found.id)
        if target is not None:
            return web.Response(status=302, headers={"Location": f"/stories/{target}"})
        entries = await self._store.entries_of_story(found.id)
        decisions = await self._store.decisions_on([one.entry.id for one in entries])
        return page(
            "story.html",
            story=found,
            articles=[_article(one, decisions) for one in entries],
            strands=strands(entries),
            alerts=await self._told(found),
            muted=await self._muted(found),
            edits=await self._store.story_edits(found.id),
            name=name_of(request),
            token=token(),
        )

    async def _told(self, story: Story) -> list[Told]:
        now = self._world.clock()
        return [
            Told(alert=one, handling=await self._store.handling(one.record.id, now))
            for one in await self._store.alerts_of_story(story.id)
        ]

    async def _muted(self, story: Story) -> Silence | None:
        """The silence in force on this story alone that ends last."""
        in_force = await self._store.silences(self._world.clock())
        of_story = [one for one in in_force if dict(one.matchers) == {"story": story.id}]
        return max(of_story, key=lambda one: one.ends_at, default=None)


def _article(stored: StoredEntry, decisions: Sequence[Decision]) -> Article:
    hits = [hit for match in stored.findings.matches for hit in match.hits]
    entry = stored.entry
    return Article(
        stored=stored,
        title=list(pieces(entry.title, hits, TextField.TITLE)),
        summary=list(pieces(entry.summary, hits, TextField.SUMMARY)),
        decisions=[one for one in decisions if one.entry == entry.id],
    )
