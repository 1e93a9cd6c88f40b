"""One story with everything known of it, and what a person can do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from monitor.core.models import Decision, Handling, ListedAlert, Silence, StoredEntry, Story, TextField
from monitor.core.stories.confirmation import confirmation
from monitor.core.stories.strands import Strand, strands
from monitor.web.charts import plot
from monitor.web.forms import name_of, page_number, token
from monitor.web.ports import World
from monitor.web.rendering import Piece, page, pieces

PAGE: Final = 60
"""Texts of a story on one page, the latest on the first; each with its copies."""

MOST: Final = 200
"""Outlets that are named, and copies of one text that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An entry in the timeline, with its evidence marked."""

    stored: StoredEntry
    title: Sequence[Piece]
    summary: Sequence[Piece]
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of the story: the article that brought it, and those that copy it."""

    first: Article
    copies: Sequence[Article]
    partly_of: StoredEntry | None
    """The article in which a part of it stands; None if it is independent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert, and what people did about it."""

    alert: ListedAlert
    handling: Handling | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Which of the texts of a story a page shows."""

    number: int
    """From 1, the latest."""
    begin: int
    end: int


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
        mark = await self._store.mark()  # before it is read: what comes between is told twice
        entries = await self._store.entries_of_story(found.id)
        decisions = await self._decisions(entries)
        texts = strands(entries)
        leaf = _leaf(len(texts), request.query.get("page"))
        shown = texts[leaf.begin : leaf.end]
        alerts = await self._told(found)
        return page(
            "story.html",
            story=found,
            confirmation=confirmation(found),
            articles=len(entries),
            texts=[_text(one, decisions) for one in shown],
            most=MOST,
            anchors={one.first.entry.id for one in shown},
            leaf=leaf,
            earlier=leaf.begin,
            later=len(texts) - leaf.end,
            plot=plot(entries, [one.alert.record.created_at for one in alerts]),
            alerts=alerts,
            events=f"/events?story={found.id}&after={mark}",
            possibly=await self._possibly(found, entries),
            muted=await self._muted(found),
            edits=await self._store.story_edits(found.id),
            name=name_of(request),
            token=token(),
        )

    async def _decisions(self, entries: Sequence[StoredEntry]) -> Mapping[str, Sequence[Decision]]:
        by_entry: defaultdict[str, list[Decision]] = defaultdict(list)
        for one in await self._store.decisions_on([one.entry.id for one in entries]):
            by_entry[one.entry].append(one)
        return by_entry

    async def _told(self, story: Story) -> list[Told]:
        now = self._world.clock()
        return [
            Told(alert=one, handling=await self._store.handling(one.record.id, now))
            for one in await self._store.alerts_of_story(story.id)
        ]

    async def _possibly(self, story: Story, entries: Sequence[StoredEntry]) -> list[Story]:
        """Other stories that may be the same one, most often told in another language."""
        named = [name for one in entries if one.assignment for name in one.assignment.possibly]
        named += await self._store.possibly_same(story)
        found: dict[str, Story] = {}
        for name in dict.fromkeys(named):
            whole = await self._store.merged_into(name) or name
            other = await self._store.story(whole)
            if other is not None and other.id != story.id:
                found[other.id] = other
        return list(found.values())

    async def _muted(self, story: Story) -> Silence | None:
        """The silence in force on this story alone that ends last."""
        in_force = await self._store.silences(self._world.clock())
        of_story = [one for one in in_force if dict(one.matchers) == {"story": story.id}]
        return max(of_story, key=lambda one: one.ends_at, default=None)


def _leaf(texts: int, said: str | None) -> Leaf:
    """Find the page that is asked for; what cannot be read, or lies beyond the last, is the first."""
    number = page_number(said)
    if (number - 1) * PAGE >= texts:
        number = 1
    end = texts - (number - 1) * PAGE
    return Leaf(number=number, begin=max(end - PAGE, 0), end=end)


def _text(strand: Strand, decisions: Mapping[str, Sequence[Decision]]) -> Text:
    first, *copies = (_article(one, decisions) for one in (strand.first, *strand.copies))
    return Text(first=first, copies=copies, partly_of=strand.partly_of)


def _article(stored: StoredEntry, decisions: Mapping[str, Sequence[Decision]]) -> Article:
    hits = [hit for match in stored.findings.matches for hit in match.hits]
    entry = stored.entry
    return Article(
        stored=stored,
        title=list(pieces(entry.title, hits, TextField.TITLE)),
        summary=list(pieces(entry.summary, hits, TextField.SUMMARY)),
        decisions=decisions.get(entry.id, ()),
    )
