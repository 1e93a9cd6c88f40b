"""Deliveries told in another one: those that wait become members of a digest, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from monitor.core.models import Delivery, DeliveryKind, DeliveryState, Fold, WhenExpired
from monitor.store import codec, outbox
from monitor.store.outbox import READY
from monitor.store.schema import deliveries, is_open

_d = deliveries.c
is_digest = _d.story == _d.alert
"""A digest's id stands for its alert and its story."""


def _waits(channel: str, now: datetime) -> ColumnElement[bool]:
    """First posts on a channel that are due, that nobody has claimed, and that certainly never arrived.

    Neither those that are too late by now and are to be dropped: they are not told at all.
    """
    return and_(
        is_open,
        _d.state == READY,
        _d.kind == DeliveryKind.POST.value,
        _d.channel == channel,
        ~is_digest,
        _d.doubts == 0,
        _d.lease_until.is_(None),
        _d.next_attempt_at <= now,
        or_(_d.expires_at.is_(None), _d.expires_at > now, _d.when_expired != WhenExpired.DROP.value),
    )


def number_waiting(connection: Connection, channel: str, now: datetime) -> int:
    """How many first posts wait on a channel."""
    return int(connection.scalar(select(func.count()).where(_waits(channel, now))) or 0)


def waiting(connection: Connection, channel: str, now: datetime, limit: int) -> list[Delivery]:
    """The first posts that wait on a channel, the oldest first."""
    rows = connection.execute(
        select(deliveries).where(_waits(channel, now)).order_by(_d.created_at, _d.seq).limit(limit)
    )
    return [codec.delivery_from_row(row) for row in rows]


def fold(connection: Connection, fold: Fold, now: datetime) -> bool:
    """Add a digest and mark what it tells as folded into it; False, and nothing done, if one of them went."""
    digest = fold.digest
    members = (_d.id.in_(fold.members), _waits(digest.channel, now))
    there = connection.scalars(select(_d.id).where(*members).with_for_update()).all()
    if set(there) != set(fold.members):
        return False
    outbox.enqueue(connection, [digest])
    connection.execute(
        update(deliveries)
        .where(*members)
        .values(state=DeliveryState.FOLDED.value, folded_into=digest.id, epoch=_d.epoch + 1, error=None)
    )
    return True


def members(connection: Connection, digest: str) -> list[Delivery]:
    """What a digest tells, in order of creation."""
    rows = connection.execute(select(deliveries).where(_d.folded_into == digest).order_by(_d.seq))
    return [codec.delivery_from_row(row) for row in rows]
