"""When the steps of alerts were made: published, first seen, decided, sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from monitor.core.health import WELL
from monitor.core.models import AlertTimes, Day, DeliveryKind, DeliveryState, Verdict
from monitor.store.dialect import BATCH
from monitor.store.schema import alerts, decisions, deliveries, entries, feeds

_d = deliveries.c


def of_alerts(connection: Connection, ids: Sequence[str]) -> list[AlertTimes]:
    """Give the times of these alerts, in order of id."""
    found = []
    for start in range(0, len(ids), BATCH):
        found += _times(connection, alerts.c.id.in_(ids[start : start + BATCH]))
    return sorted(found, key=lambda one: one.alert)


def day_since(connection: Connection, since: datetime) -> Day:
    """Count what was done since a moment."""
    well = or_(feeds.c.health.is_(None), feeds.c.health.in_([state.value for state in WELL]))
    lately = select(_d.alert).where(
        _d.created_at >= since, _d.kind == DeliveryKind.POST.value, _d.sent_at.is_not(None)
    )
    return Day(
        feeds=_number(connection, feeds.c.configured),
        in_trouble=_number(connection, and_(feeds.c.configured, ~well)),
        entries=_number(connection, entries.c.first_seen >= since),
        alerts=_number(connection, alerts.c.created_at >= since),
        times=_times(connection, alerts.c.id.in_(lately)),
    )


def _number(connection: Connection, wanted: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).where(wanted)) or 0


def _times(connection: Connection, wanted: ColumnElement[bool]) -> list[AlertTimes]:
    """The digest in which a message was told has the time of all that it tells."""
    digest = deliveries.alias("digest")
    sent = (
        select(func.min(func.coalesce(digest.c.sent_at, _d.sent_at)))
        .select_from(deliveries.outerjoin(digest, digest.c.id == _d.folded_into))
        .where(
            _d.alert == alerts.c.id,
            _d.state.in_((DeliveryState.SENT.value, DeliveryState.FOLDED.value)),
        )
        .correlate(alerts)
        .scalar_subquery()
    )
    decided = (
        select(func.min(decisions.c.at))
        .where(
            decisions.c.story == alerts.c.story,
            decisions.c.rule == alerts.c.rule,
            decisions.c.verdict == Verdict.ALERT.value,
        )
        .correlate(alerts)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(
            alerts.c.id,
            entries.c.published,
            entries.c.first_seen,
            decided.label("decided"),
            sent.label("sent"),
        )
        .select_from(alerts.outerjoin(entries, entries.c.id == alerts.c.entry))
        .where(wanted)
        .order_by(alerts.c.id)
    )
    return [
        AlertTimes(
            alert=row.id,
            published=row.published,
            first_seen=row.first_seen,
            decided=row.decided,
            sent=row.sent,
        )
        for row in rows
    ]
