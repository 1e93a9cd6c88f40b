"""Feeds: how each is, why and what helps; an account of one; asked now; all of them as OPML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from aiohttp import web

from monitor.config.switching import paused_feeds
from monitor.core.feed_account import Case, facts_of
from monitor.core.health import is_well, remedy
from monitor.core.models import Feed, FeedState, Why
from monitor.core.render.times import ago, dated
from monitor.core.rhythm import mean_rate
from monitor.feeds.opml import write_opml
from monitor.web.access import MAY_CHANGE
from monitor.web.charts import bar_path
from monitor.web.forms import back_to, page_number, refused
from monitor.web.ports import World
from monitor.web.rendering import page

_HERE: Final = "/feed-health"
PAGE: Final = 200
"""Feeds of one page."""
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A feed in the list; its texts are without secrets."""

    id: str
    name: str
    well: bool
    health: str
    since: datetime | None
    reason: str
    remedy: str
    polled_at: datetime | None
    next_at: datetime
    newest_at: datetime | None
    entries: int
    a_day: float | None
    """Entries of a mean day; None while nothing is known of its rhythm."""
    hours: str
    """The path of a bar for each hour of the day, UTC; empty while nothing is known."""
    days: str
    """The same for each day of the week, Monday first."""
    delay: timedelta | None
    """From publication to first sight, as it usually is; None where entries have no dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """A feed of config.yaml that is switched off."""

    id: str
    name: str


class Feeds:
    """Answers requests about feeds."""

    def __init__(self, world: World) -> None:
        self._world, self._store = world, world.store

    def routes(self) -> list[web.RouteDef]:
        """Where each page and form is."""
        one = f"{_HERE}/{{feed:[0-9a-f]{{16}}}}"
        return [
            web.get(_HERE, self.show_all),
            web.get("/feed-health.opml", self.opml),
            web.get(one, self.show),
            web.post(f"{one}/poll", self.poll),
        ]

    async def show_all(self, request: web.Request) -> web.Response:
        """Feeds, those that need a look first; `?only=unwell` none but these, `?page=` further ones."""
        states = await self._store.feed_states()
        unwell = [one for one in states if not is_well(one.health.state)]
        only = request.query.get("only") == "unwell"
        chosen = sorted(unwell if only else states, key=self._place)
        number = page_number(request.query.get("page"))
        first = (number - 1) * PAGE
        delays = await self._store.usual_delays()
        return page(
            "feeds.html",
            rows=[self._row(one, delays) for one in chosen[first : first + PAGE]],
            paused=self._paused(),
            states=Counter(one.health.state.value for one in states).most_common(),
            feeds=len(states),
            unwell=len(unwell),
            only=only,
            number=number,
            more=len(chosen) > first + PAGE,
        )

    async def show(self, request: web.Request) -> web.Response:
        """All that is known of one feed: what `feeds why` says."""
        feed, state = await self._asked(request)
        polling = self._world.in_force.settings.polling
        pages = await self._store.page_tally(state.url)
        case = Case(feed=feed, state=state, polling=polling, at=self._world.clock(), pages=pages)
        facts = [(fact.label, self._world.hide(fact.text)) for fact in facts_of(case)]
        url = self._world.hide(state.url)
        link = url if url == state.url else None  # one without its key leads nowhere
        row = self._row(state, await self._store.usual_delays())
        return page("feed.html", row=row, url=url, link=link, feed=feed, facts=facts)

    async def poll(self, request: web.Request) -> web.Response:
        """Let a feed be asked at once, unless that would be rude."""
        _, state = await self._asked(request)
        where, now = f"{_HERE}/{feed_id(state.url)}", self._world.clock()
        if why_not := self._rude(state, now):
            return refused(why_not, back=where)
        await self._store.make_due(state.url, now)
        return back_to(where)

    async def opml(self, request: web.Request) -> web.Response:
        """The feeds of the configuration for another reader: what `feeds export` writes.

        Who may only look gets none whose address holds a key.
        """
        del request
        feeds = [
            one for one in self._world.feeds() if MAY_CHANGE.get() or self._world.hide(one.url) == one.url
        ]
        answer = web.Response(body=write_opml(feeds), content_type="text/x-opml")
        answer.headers["Content-Disposition"] = 'attachment; filename="feeds.opml"'
        return answer

    async def _asked(self, request: web.Request) -> tuple[Feed, FeedState]:
        wanted = request.match_info["feed"]
        for state in await self._store.feed_states():
            feed = self._world.in_force.feeds.get(state.url)
            if feed is not None and feed_id(state.url) == wanted:
                return feed, state
        raise web.HTTPNotFound(text="There is no such feed in the configuration.")

    def _rude(self, state: FeedState, now: datetime) -> str:
        """Say why a feed should not be asked now; empty if it may."""
        least = self._world.in_force.settings.polling.min_interval
        if state.noted.why is Why.ASKED and state.next_poll_at > now:
            return f"its server asked not to come before {dated(state.next_poll_at)}"
        if state.last_polled_at is not None and now - state.last_polled_at < least:
            return f"it was asked {ago(state.last_polled_at, now)}; no feed is asked again so soon"
        return ""

    def _place(self, state: FeedState) -> tuple[bool, str, str]:
        return is_well(state.health.state), state.health.state.value, self._name(state).casefold()

    def _name(self, state: FeedState) -> str:
        feed = self._world.in_force.feeds.get(state.url)
        return self._world.hide(feed.name if feed else state.url)

    def _paused(self) -> list[Paused]:
        found = [
            Paused(id=feed_id(feed.url), name=self._world.hide(feed.name))
            for feed in paused_feeds(self._world.in_force.settings)
        ]
        return sorted(found, key=lambda one: one.name.casefold())

    def _row(self, state: FeedState, delays: Mapping[str, timedelta]) -> Row:
        health, hide, rhythm = state.health, self._world.hide, state.rhythm
        well = is_well(health.state)
        return Row(
            id=feed_id(state.url),
            name=self._name(state),
            well=well,
            health=health.state.value,
            since=health.since,
            reason=hide(health.reason),
            remedy="" if well else hide(remedy(health, state.noted)),
            polled_at=state.last_polled_at,
            next_at=state.next_poll_at,
            newest_at=state.last_entry_at,
            entries=state.entries,
            a_day=_DAY * mean_rate(rhythm, self._world.clock()) if rhythm else None,
            hours=bar_path(rhythm.hours) if rhythm else "",
            days=bar_path(rhythm.days) if rhythm else "",
            delay=delays.get(state.url),
        )


def feed_id(url: str) -> str:
    """Name a feed in an address of ours without its own, which may hold a token."""
    return blake2b(url.encode("utf-8", "replace"), digest_size=8).hexdigest()
