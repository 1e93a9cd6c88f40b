"""The first page: what is being told now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import web

from monitor.core.models import Severity, Story
from monitor.core.rules.tree import Rule
from monitor.web.choosing import Choice, tags_of
from monitor.web.ports import LiveStore
from monitor.web.rendering import page
from monitor.web.rows import rows_of

PAGE: Final = 30
"""Stories of one page."""


class Pages:
    """Answers requests for pages."""

    def __init__(self, store: LiveStore, *, rules: Callable[[], Mapping[str, Rule]]) -> None:
        self._store, self._rules = store, rules

    def routes(self) -> list[web.RouteDef]:
        """Where each page is."""
        return [web.get("/", self.now)]

    async def now(self, request: web.Request) -> web.Response:
        """Stories, the last changed first, of a choice; `?before=` those after a page."""
        rules, choice = self._rules(), Choice.of(request.query)
        before = place_of(request.query.get("before"))
        mark = await self._store.mark()  # before the list: what comes between is told twice rather than never
        found = await self._store.page_of_stories(before=before, limit=PAGE + 1, among=choice.among(rules))
        return page(
            "now.html",
            rows=await rows_of(self._store, found[:PAGE], rules),
            older=_address(choice, found[PAGE - 1]) if len(found) > PAGE else None,
            choice=choice,
            rules=tuple(rules),
            severities=tuple(reversed(Severity)),
            tags=tags_of(rules.values()),
            languages=sorted({*await self._store.languages(), *filter(None, [choice.lang])}),
            counts=await self._store.counts(),
            events=None if before else f"/events?{choice.query(after=str(mark))}",
        )


def _address(choice: Choice, last: Story) -> str:
    return f"/?{choice.query(before=f'{last.updated_at.isoformat()}~{last.id}')}"


def place_of(said: str | None) -> tuple[datetime, str] | None:
    """Read where a page begins; what cannot be read begins at the top."""
    moment, _, story = (said or "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, story) if at.tzinfo else None
