"""What is agreed with hubs, one statement a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from monitor.core.models import Subscription, SubscriptionState
from monitor.store.dialect import insert_into
from monitor.store.hub_tables import subscriptions
from monitor.store.schema import feeds

_s = subscriptions.c


def every(connection: Connection) -> list[Subscription]:
    """Give those of configured feeds, by feed."""
    mine = select(subscriptions).join(feeds, feeds.c.url == _s.feed).where(feeds.c.configured)
    return [_read(row) for row in connection.execute(mine.order_by(_s.feed)).mappings()]


def by_token(connection: Connection, token: str) -> Subscription | None:
    """Find the one whose callback ends in this."""
    row = connection.execute(select(subscriptions).where(_s.token == token)).mappings().one_or_none()
    return _read(row) if row else None


def agree(connection: Connection, new: Subscription) -> None:
    """Begin anew with a hub; what was agreed about the feed with another is forgotten."""
    values = asdict(new) | {"state": new.state.value}
    insertion = insert_into(connection, subscriptions).values(values)
    connection.execute(insertion.on_conflict_do_update(index_elements=["feed"], set_=values))


def claim_due(connection: Connection, now: datetime, *, limit: int, until: datetime) -> list[Subscription]:
    """Take those of configured feeds that are to be asked for, so that nobody else does before `until`."""
    mine = select(_s.feed).join(feeds, feeds.c.url == _s.feed)
    due = mine.where(feeds.c.configured, _s.ask_at <= now).order_by(_s.ask_at, _s.feed).limit(limit)
    chosen: Sequence[str] = list(connection.scalars(due.with_for_update(skip_locked=True, of=subscriptions)))
    rows = connection.execute(
        update(subscriptions)
        .where(_s.feed.in_(chosen), _s.ask_at <= now)
        .values(ask_at=until)
        .returning(subscriptions)
    )
    return [_read(row) for row in rows.mappings()]


def put_off(connection: Connection, token: str, until: datetime, *, asks: int) -> None:
    """Write down when to ask next, and how often that was done in vain."""
    _set(connection, token, ask_at=until, asks=asks)


def refuse(connection: Connection, token: str, why: str) -> None:
    """Write down what a hub said."""
    _set(connection, token, why=why)


def live(connection: Connection, token: str, *, until: datetime, renew_at: datetime) -> None:
    """Write down a lease."""
    state = SubscriptionState.LIVE.value
    _set(connection, token, state=state, lease_until=until, ask_at=renew_at, asks=0, why="")


def deny(connection: Connection, token: str, *, again_at: datetime, why: str) -> None:
    """Write down that the hub will not."""
    state = SubscriptionState.DENIED.value
    _set(connection, token, state=state, lease_until=None, ask_at=again_at, why=why)


def told(connection: Connection, token: str, now: datetime) -> None:
    """Write down that the hub told of something."""
    _set(connection, token, told_at=now)


def _set(connection: Connection, token: str, **values: Any) -> None:
    connection.execute(update(subscriptions).where(_s.token == token).values(**values))


def _read(row: RowMapping) -> Subscription:
    return Subscription(**(dict(row) | {"state": SubscriptionState(row["state"])}))
