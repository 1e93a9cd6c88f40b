"""The first page: what is being told now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from monitor.core.models import ListedAlert, Story
from monitor.web.ports import RuleNames, StoryReader
from monitor.web.rendering import page

PAGE: Final = 30
"""Stories of one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A story in the list."""

    story: Story
    stances: Sequence[tuple[str, int]]
    """How often it is claimed, denied, confirmed, said."""
    alerts: Sequence[ListedAlert]


class Pages:
    """Answers requests for pages."""

    def __init__(self, store: StoryReader, *, rules: RuleNames) -> None:
        self._store, self._rules = store, rules

    def routes(self) -> list[web.RouteDef]:
        """Where each page is."""
        return [web.get("/", self.now)]

    async def now(self, request: web.Request) -> web.Response:
        """Stories, the last changed first; `?rule=` those of one rule, `?before=` those after a page."""
        rule = request.query.get("rule") or None
        found = await self._store.page_of_stories(
            before=place_of(request.query.get("before")), limit=PAGE + 1, rule=rule
        )
        rows = await self._rows(found[:PAGE])
        older = _address(rule, found[PAGE - 1]) if len(found) > PAGE else None
        counts = await self._store.counts()
        return page("now.html", rows=rows, older=older, rule=rule, rules=self._rules(), counts=counts)

    async def _rows(self, found: Sequence[Story]) -> list[Row]:
        """Put stories beside their alerts, which are read all at once."""
        alerts: defaultdict[str, list[ListedAlert]] = defaultdict(list)
        for alert in await self._store.alerts_of_stories([story.id for story in found]):
            alerts[alert.record.story].append(alert)
        return [_row(story, alerts[story.id]) for story in found]


def _row(story: Story, alerts: Sequence[ListedAlert]) -> Row:
    stances = Counter(one.claim.stance.value for one in story.claims)
    return Row(story=story, stances=stances.most_common(), alerts=alerts)


def _address(rule: str | None, last: Story) -> str:
    asked = {"before": f"{last.updated_at.isoformat()}~{last.id}"} | ({"rule": rule} if rule else {})
    return f"/?{urlencode(asked)}"


def place_of(said: str | None) -> tuple[datetime, str] | None:
    """Read where a page begins; what cannot be read begins at the top."""
    moment, _, story = (said or "").partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, story) if at.tzinfo else None
