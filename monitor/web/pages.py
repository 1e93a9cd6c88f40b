"""The first page: what is being told now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from monitor.core.models import ListedAlert, Mark, Story
from monitor.web.ports import LiveStore, RuleNames
from monitor.web.rendering import page
from monitor.web.rows import Row, row_of

PAGE: Final = 30
"""Stories of one page."""


class Pages:
    """Answers requests for pages."""

    def __init__(self, store: LiveStore, *, rules: RuleNames) -> None:
        self._store, self._rules = store, rules

    def routes(self) -> list[web.RouteDef]:
        """Where each page is."""
        return [web.get("/", self.now)]

    async def now(self, request: web.Request) -> web.Response:
        """Stories, the last changed first; `?rule=` those of one rule, `?before=` those after a page."""
        rule = request.query.get("rule") or None
        before = place_of(request.query.get("before"))
        mark = await self._store.mark()  # before the list: what comes between is told twice rather than never
        found = await self._store.page_of_stories(before=before, limit=PAGE + 1, rule=rule)
        rows = await self._rows(found[:PAGE])
        older = _address(rule, found[PAGE - 1]) if len(found) > PAGE else None
        counts = await self._store.counts()
        events = None if before else _events(rule, mark)
        return page(
            "now.html",
            rows=rows,
            older=older,
            rule=rule,
            rules=self._rules(),
            counts=counts,
            events=events,
        )

    async def _rows(self, found: Sequence[Story]) -> list[Row]:
        """Put stories beside their alerts, which are read all at once."""
        alerts: defaultdict[str, list[ListedAlert]] = defaultdict(list)
        for alert in await self._store.alerts_of_stories([story.id for story in found]):
            alerts[alert.record.story].append(alert)
        return [row_of(story, alerts[story.id]) for story in found]


def _address(rule: str | None, last: Story) -> str:
    asked = {"before": f"{last.updated_at.isoformat()}~{last.id}"} | ({"rule": rule} if rule else {})
    return f"/?{urlencode(asked)}"


def _events(rule: str | None, mark: Mark) -> str:
    return f"/events?{urlencode({'after': str(mark)} | ({'rule': rule} if rule else {}))}"


def place_of(said: str | None) -> tuple[datetime, str] | None:
    """Read where a page begins; what cannot be read begins at the top."""
    moment, _, story = (said or "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, story) if at.tzinfo else None
