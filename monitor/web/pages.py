"""The pages: what is being told now, and one story with everything known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from monitor.core.models import Decision, ListedAlert, StoredEntry, Story, TextField
from monitor.core.stories.strands import strands
from monitor.web.ports import DeskStore, RuleNames
from monitor.web.rendering import Piece, page, pieces

PAGE: Final = 30
"""Stories of one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story in the list."""

    story: Story
    stances: Sequence[tuple[str, int]]
    """How often it is claimed, denied, confirmed, said."""
    alerts: Sequence[ListedAlert]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An entry in the timeline, with its evidence marked."""

    stored: StoredEntry
    title: Sequence[Piece]
    summary: Sequence[Piece]
    decisions: Sequence[Decision]


class Pages:
    """Answers requests for pages."""

    def __init__(self, store: DeskStore, *, rules: RuleNames) -> None:
        self._store, self._rules = store, rules

    def routes(self) -> list[web.RouteDef]:
        """Where each page is."""
        return [web.get("/", self.now), web.get("/stories/{story:[0-9a-f]{4,32}}", self.story)]

    async def now(self, request: web.Request) -> web.Response:
        """Stories, the last changed first; `?rule=` those of one rule, `?before=` those after a page."""
        rule = request.query.get("rule") or None
        found = await self._store.page_of_stories(
            before=_cursor(request.query.get("before")), limit=PAGE + 1, rule=rule
        )
        rows = [await self._row(story) for story in found[:PAGE]]
        older = _address(rule, found[PAGE - 1]) if len(found) > PAGE else None
        counts = await self._store.counts()
        return page("now.html", rows=rows, older=older, rule=rule, rules=self._rules(), counts=counts)

    async def _row(self, story: Story) -> Row:
        stances = Counter(one.claim.stance.value for one in story.claims)
        return Row(
            story=story,
            stances=stances.most_common(),
            alerts=await self._store.alerts_of_story(story.id),
        )

    async def story(self, request: web.Request) -> web.StreamResponse:
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
            alerts=await self._store.alerts_of_story(found.id),
        )


def _article(stored: StoredEntry, decisions: Sequence[Decision]) -> Article:
    hits = [hit for match in stored.findings.matches for hit in match.hits]
    entry = stored.entry
    return Article(
        stored=stored,
        title=list(pieces(entry.title, hits, TextField.TITLE)),
        summary=list(pieces(entry.summary, hits, TextField.SUMMARY)),
        decisions=[one for one in decisions if one.entry == entry.id],
    )


def _address(rule: str | None, last: Story) -> str:
    asked = {"before": f"{last.updated_at.isoformat()}~{last.id}"} | ({"rule": rule} if rule else {})
    return f"/?{urlencode(asked)}"


def _cursor(said: str | None) -> tuple[datetime, str] | None:
    """Read where a page begins; what cannot be read begins at the top."""
    moment, _, story = (said or "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, story) if at.tzinfo else None
