"""Channels that do not take what is sent to them, as the outbox shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.core.models import DeliveryState, Trouble
from monitor.store.schema import deliveries, is_open

_d = deliveries.c


def of_channels(connection: Connection, *, before: datetime, parked_since: datetime) -> list[Trouble]:
    """Give the channels on which something waits since before a moment, and the latest reason of each.

    A reason without which nothing waits, but for which something was given up lately, counts as well.
    """
    stuck = _grouped(connection, is_open, _d.attempts > 0, _d.created_at <= before)
    parked = _grouped(
        connection, _d.state == DeliveryState.PARKED.value, _d.created_at >= parked_since, _d.attempts > 0
    )
    return [*stuck.values(), *(one for name, one in parked.items() if name not in stuck)]


def _grouped(connection: Connection, *wanted: object) -> dict[str, Trouble]:
    rows = connection.execute(
        select(
            _d.channel,
            _d.error,
            func.count().label("number"),
            func.min(_d.created_at).label("since"),
            func.max(_d.started_at).label("latest"),
        )
        .where(_d.error.is_not(None), _d.error != "", *wanted)  # type: ignore[arg-type]
        .group_by(_d.channel, _d.error)
        .order_by(func.max(_d.started_at))
    ).all()
    found: dict[str, Trouble] = {}
    for row in rows:  # the latest reason last
        known = found.get(row.channel)
        found[row.channel] = Trouble(
            channel=row.channel,
            why=row.error,
            waiting=row.number + (known.waiting if known else 0),
            since=min(row.since, known.since) if known else row.since,
        )
    return found
