"""What is counted for graphs and alarms, in statements that cost the same however much is stored.

Totals are read by following the ledgers, whose numbers only grow: what retention takes is counted already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal_column, select, text

from monitor.core.models import (
    Decided,
    DeliveryKind,
    DeliveryState,
    Ended,
    Followed,
    Health,
    Since,
    Standing,
    Verdict,
)
from monitor.store import codec, feeds, outbox
from monitor.store.dialect import BATCH, is_sqlite
from monitor.store.schema import alerts, decisions, deliveries, entries, is_held, is_open, pending, silences
from monitor.store.schema import feeds as feed_table

_d = deliveries.c


def beginning(connection: Connection) -> Followed:
    """Where the ledgers end now."""
    return Followed(
        decision=connection.scalar(select(func.max(decisions.c.seq))) or 0,
        delivery=connection.scalar(select(func.max(_d.seq))) or 0,
        open=frozenset(connection.scalars(select(_d.seq).where(is_open))),
    )


def since(connection: Connection, before: Followed) -> Since:
    """What has been decided and delivered since the ledgers were read so far."""
    last = connection.scalar(select(func.max(decisions.c.seq))) or 0
    rows = [*_after(connection, before.delivery), *_again(connection, sorted(before.open))]
    return Since(
        followed=Followed(
            decision=max(last, before.decision),
            delivery=max([before.delivery, *(row.seq for row in rows)]),
            open=frozenset(row.seq for row in rows if row.state in outbox.OPEN),
        ),
        decided=tuple(_decided(connection, before.decision, last)),
        ended=tuple(_ended(row) for row in rows if row.state not in outbox.OPEN),
    )


def _decided(connection: Connection, after: int, last: int) -> Iterator[Decided]:
    earlier = decisions.alias("earlier")
    is_first = ~exists().where(
        earlier.c.entry == decisions.c.entry,
        earlier.c.rule == decisions.c.rule,
        earlier.c.seq < decisions.c.seq,
    )
    rows = connection.execute(
        select(
            decisions.c.rule,
            decisions.c.verdict,
            func.count().label("number"),
            func.sum(case((is_first, 1), else_=0)).label("matches"),
        )
        .where(decisions.c.seq > after, decisions.c.seq <= last)
        .group_by(decisions.c.rule, decisions.c.verdict)
    )
    for row in rows:
        yield Decided(
            rule=row.rule, verdict=Verdict(row.verdict), number=row.number, matches=int(row.matches)
        )


def _after(connection: Connection, seq: int) -> Sequence[codec.AnyRow]:
    return _rows(connection, _d.seq > seq)


def _again(connection: Connection, open_before: list[int]) -> list[codec.AnyRow]:
    found: list[codec.AnyRow] = []
    for start in range(0, len(open_before), BATCH):
        found += _rows(connection, _d.seq.in_(open_before[start : start + BATCH]))
    return found


def _rows(connection: Connection, wanted: ColumnElement[bool]) -> Sequence[codec.AnyRow]:
    columns: Sequence[ColumnElement[Any]] = (
        _d.seq,
        _d.channel,
        _d.state,
        _d.started_at,
        entries.c.first_seen,
    )
    first_post = and_(_d.kind == DeliveryKind.POST.value, _d.ordinal == 0)
    return connection.execute(
        select(*columns)
        .select_from(
            deliveries.outerjoin(alerts, and_(alerts.c.id == _d.alert, first_post)).outerjoin(
                entries, entries.c.id == alerts.c.entry
            )
        )
        .where(wanted)
    ).all()


def _ended(row: codec.AnyRow) -> Ended:
    state = DeliveryState(row.state)
    is_told = state is DeliveryState.SENT and row.first_seen is not None and row.started_at is not None
    # Clocks of two machines may differ: an alert is never told before its article was seen.
    seconds = max((row.started_at - row.first_seen).total_seconds(), 0.0) if is_told else None
    return Ended(channel=row.channel, state=state, seconds=seconds)


def standing(connection: Connection, now: datetime) -> Standing:
    """How things stand."""
    oldest_pending = (
        select(entries.c.first_seen)
        .join(pending, pending.c.entry == entries.c.id)
        .order_by(pending.c.seq)
        .limit(1)
    )
    in_force = (silences.c.starts_at <= now, silences.c.ends_at > now)
    return Standing(
        feeds=_feeds(connection),
        next_poll_at=feeds.next_due(connection),
        entries=int(connection.scalar(select(func.sum(feed_table.c.entries))) or 0),
        pending=connection.scalar(select(func.count()).select_from(pending)) or 0,
        oldest_pending_at=connection.scalar(oldest_pending),
        held=connection.scalar(select(func.count()).select_from(alerts).where(is_held)) or 0,
        open=_open(connection),
        oldest_unsent_at=outbox.oldest_open(connection),
        silences=connection.scalar(select(func.count()).select_from(silences).where(*in_force)) or 0,
        size=_size(connection),
    )


def _feeds(connection: Connection) -> dict[Health, int]:
    health = func.coalesce(feed_table.c.health, literal_column(f"'{Health.NEW.value}'"))
    rows = connection.execute(
        select(health.label("health"), func.count().label("number"))
        .where(feed_table.c.configured)
        .group_by(health)
    )
    return {Health(row.health): row.number for row in rows}


def _open(connection: Connection) -> dict[tuple[str, DeliveryState], int]:
    rows = connection.execute(
        select(_d.channel, _d.state, func.count().label("number"))
        .where(is_open)
        .group_by(_d.channel, _d.state)
    )
    return {(row.channel, DeliveryState(row.state)): row.number for row in rows}


def _size(connection: Connection) -> int:
    if is_sqlite(connection):
        pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        return connection.scalar(text(pages)) or 0
    return connection.scalar(select(func.pg_database_size(func.current_database()))) or 0
