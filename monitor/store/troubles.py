"""Channels that do not take what is sent to them, as the outbox shows it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from monitor.core.models import Trouble
from monitor.store.schema import deliveries, is_open, is_parked

_d = deliveries.c


def of_channels(connection: Connection, *, before: datetime) -> list[Trouble]:
    """Give the channels on which something waits since before a moment, and those that refused something.

    What waits comes once for each channel, with the latest reason, and is counted whether it was tried or
    not: a channel that is down is tried with one message at a time. What was refused comes once for each
    reason.
    """
    number = _number_open(connection)
    waiting: dict[str, Trouble] = {}
    for one in _by_reason(connection, is_open, _d.created_at <= before):  # the latest reason last
        known = waiting.get(one.channel)
        waiting[one.channel] = Trouble(
            channel=one.channel,
            why=one.why,
            waiting=number[one.channel],
            since=min(one.since, known.since) if known else one.since,
        )
    return [*waiting.values(), *_by_reason(connection, is_parked, given_up=True)]


def _number_open(connection: Connection) -> dict[str, int]:
    """How many messages wait on each channel."""
    rows = connection.execute(
        select(_d.channel, func.count().label("number")).where(is_open).group_by(_d.channel)
    )
    return {row.channel: row.number for row in rows}


def _by_reason(connection: Connection, *wanted: ColumnElement[bool], given_up: bool = False) -> list[Trouble]:
    rows = connection.execute(
        select(
            _d.channel,
            _d.error,
            func.count().label("number"),
            func.min(_d.created_at).label("since"),
        )
        .where(_d.error.is_not(None), _d.error != "", _d.attempts > 0, *wanted)
        .group_by(_d.channel, _d.error)
        .order_by(func.max(_d.started_at))
    )
    return [
        Trouble(channel=row.channel, why=row.error, waiting=row.number, since=row.since, given_up=given_up)
        for row in rows
    ]
