"""The side of the store that programs walk through: pages, each beginning where the last ended.

Each row comes once. A page is found through an index however deep the walk is, and a row
that is added meanwhile moves no other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, func, or_, select, true

from monitor.core.models import (
    Delivery,
    DeliveryState,
    FeedState,
    Health,
    ListedAlert,
    ListedSilence,
    Silence,
    Verdict,
)
from monitor.store import codec, queries, silences
from monitor.store.opened import Opened
from monitor.store.schema import alerts, deliveries, feeds, is_held, is_unsent

Place = tuple[datetime, str]
"""Where a page ended: time and id of its last row."""


class Paging(Opened):
    """Listings in pages."""

    async def page_of_alerts(
        self,
        *,
        before: Place | None = None,
        limit: int,
        rules: Collection[str] | None = None,
        state: Verdict | None = None,
    ) -> list[ListedAlert]:
        """Alerts of any of these rules, in a state; the newest first."""
        return await self._database.read(page_of_alerts, before=before, limit=limit, rules=rules, state=state)

    async def page_of_deliveries(
        self,
        *,
        before: Place | None = None,
        limit: int,
        state: DeliveryState | None = None,
        channel: str | None = None,
    ) -> list[Delivery]:
        """Deliveries in a state, on a channel; the newest first."""
        return await self._database.read(
            page_of_deliveries, before=before, limit=limit, state=state, channel=channel
        )

    async def page_of_feeds(
        self, *, after: str = "", limit: int, health: Health | None = None
    ) -> list[FeedState]:
        """Configured feeds of a health, by url."""
        return await self._database.read(page_of_feeds, after=after, limit=limit, health=health)

    async def feed_state(self, url: str) -> FeedState | None:
        """What is remembered of a configured feed."""
        return await self._database.read(feed_state, url)

    async def page_of_silences(self, *, before: Place | None = None, limit: int) -> list[Silence]:
        """Silences, the last to end first."""
        return await self._database.read(silences.page, before=before, limit=limit)

    async def silence(self, silence: str) -> ListedSilence | None:
        """A silence of just this id, with what it held."""
        return await self._database.read(one_silence, silence)


def page_of_alerts(
    connection: Connection,
    *,
    before: Place | None,
    limit: int,
    rules: Collection[str] | None,
    state: Verdict | None,
) -> list[ListedAlert]:
    """Alerts of any of these rules, in a state; the newest first."""
    wanted = (
        *beyond(alerts.c.created_at, alerts.c.id, before),
        true() if rules is None else alerts.c.rule.in_(sorted(rules)),
        true() if state is None else is_held if state is Verdict.HELD else alerts.c.state == state.value,
    )
    return queries.listed_alerts(connection, wanted, (alerts.c.created_at.desc(), alerts.c.id), limit)


def page_of_deliveries(
    connection: Connection,
    *,
    before: Place | None,
    limit: int,
    state: DeliveryState | None,
    channel: str | None,
) -> list[Delivery]:
    """Deliveries in a state, on a channel; the newest first."""
    rows = connection.execute(
        select(deliveries)
        .where(
            *beyond(deliveries.c.created_at, deliveries.c.id, before),
            *_in_state(state),
            true() if channel is None else deliveries.c.channel == channel,
        )
        .order_by(deliveries.c.created_at.desc(), deliveries.c.id)
        .limit(limit)
    )
    return [codec.delivery_from_row(row) for row in rows]


def page_of_feeds(
    connection: Connection, *, after: str, limit: int, health: Health | None
) -> list[FeedState]:
    """Configured feeds of a health, by url."""
    wanted = true() if health is None else func.coalesce(feeds.c.health, Health.NEW.value) == health.value
    rows = connection.execute(
        select(feeds)
        .where(feeds.c.configured, feeds.c.url > after, wanted)
        .order_by(feeds.c.url)
        .limit(limit)
    )
    return [codec.feed_state_from_row(row) for row in rows]


def feed_state(connection: Connection, url: str) -> FeedState | None:
    """What is remembered of a configured feed."""
    row = connection.execute(select(feeds).where(feeds.c.url == url, feeds.c.configured)).first()
    return None if row is None else codec.feed_state_from_row(row)


def one_silence(connection: Connection, silence: str) -> ListedSilence | None:
    """A silence of just this id, with what it held."""
    found = [one for one in silences.like(connection, silence, 1) if one.id == silence]
    return next(iter(silences.effects(connection, found)), None)


def beyond(
    moment: Column[datetime], name: Column[str], before: Place | None
) -> Sequence[ColumnElement[bool]]:
    """Tell, in SQL, that a row comes after a place, the latest first; the index on the time serves."""
    if before is None:
        return ()
    at, last = before
    return (moment <= at, or_(moment < at, name > last))


def _in_state(state: DeliveryState | None) -> Sequence[ColumnElement[bool]]:
    if state is None:
        return ()
    asked = deliveries.c.state == state.value
    return (asked,) if state is DeliveryState.SENT else (is_unsent, asked)
