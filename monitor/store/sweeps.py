"""Deliveries that would be forgotten: of channels that went, of a clock that was wrong, too old to matter."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from monitor.core.models import Delivery, DeliveryState
from monitor.store import outbox
from monitor.store.outbox import READY, SENDING, UNSURE
from monitor.store.schema import deliveries, is_open

_d = deliveries.c
LONGEST_WAIT = timedelta(hours=25)
"""Nothing waits longer, and no lease is as long: what is later than this was written under a wrong clock."""


def succeed(connection: Connection, now: datetime) -> int:
    """Take up what all keepers before left: what they were sending is in doubt; return how many.

    Right only for the keeper, or for a process that owns the database alone: nobody else claims.
    """
    outbox.free_unsure(connection)
    return outbox.doubt_all(connection, now)


def give_up(connection: Connection, delivery: Delivery, why: str) -> bool:
    """Drop a claimed delivery of which no byte has left; tell whether the claim held."""
    result = connection.execute(
        update(deliveries)
        .where(_d.id == delivery.id, _d.epoch == delivery.epoch, _d.state == SENDING)
        .values(state=DeliveryState.DROPPED.value, error=why, lease_until=None, owner=None)
    )
    return result.rowcount > 0


def park_unconfigured(connection: Connection, channels: Collection[str]) -> int:
    """Park what waits, or is in doubt, for a channel that is none of these; return how many."""
    waiting = (is_open, _d.state.in_((READY, UNSURE)), _d.channel.not_in(sorted(channels)))
    gone = connection.scalars(select(_d.channel).distinct().where(*waiting)).all()
    return sum(_park(connection, channel) for channel in gone)


def _park(connection: Connection, channel: str) -> int:
    parked = 0
    for state, said in ((READY, ""), (UNSURE, "it may have arrived; ")):
        result = connection.execute(
            update(deliveries)
            .where(is_open, _d.state == state, _d.channel == channel)
            .values(
                state=DeliveryState.PARKED.value,
                error=f"{said}channel {channel} is no longer configured",
                epoch=_d.epoch + 1,
                lease_until=None,
                owner=None,
            )
        )
        parked += result.rowcount
    return parked


def hurry(connection: Connection, channels: Collection[str], now: datetime) -> int:
    """Make what was put off on these channels due at once; return how many."""
    result = connection.execute(
        update(deliveries)
        .where(is_open, _d.state == READY, _d.channel.in_(sorted(channels)), _d.next_attempt_at > now)
        .values(next_attempt_at=now)
    )
    return result.rowcount


def pull_back(connection: Connection, now: datetime) -> int:
    """Make due what waits for longer than anything may, and end such leases; return how many."""
    limit = now + LONGEST_WAIT
    found = connection.execute(
        select(_d.seq).where(is_open, or_(_d.next_attempt_at > limit, _d.lease_until > limit))
    )
    late = [row.seq for row in found]
    if late:
        for column in (_d.next_attempt_at, _d.lease_until):
            connection.execute(
                update(deliveries).where(_d.seq.in_(late), column > limit).values({column.name: now})
            )
    return len(late)
