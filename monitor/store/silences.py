"""Silences: what is not to alert, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from monitor.core.models import Silence
from monitor.store import codec
from monitor.store.dialect import insert_into
from monitor.store.schema import silences


def in_force(connection: Connection, now: datetime) -> list[Silence]:
    """Those that have begun and not ended."""
    rows = connection.execute(
        select(silences)
        .where(silences.c.starts_at <= now, silences.c.ends_at > now)
        .order_by(silences.c.ends_at, silences.c.id)
    )
    return [codec.silence_from_row(row) for row in rows]


def add(connection: Connection, silence: Silence) -> None:
    """Add one, or replace the one of the same id."""
    values = codec.silence_to_values(silence)
    connection.execute(
        insert_into(connection, silences)
        .values(values)
        .on_conflict_do_update(index_elements=["id"], set_={k: v for k, v in values.items() if k != "id"})
    )


def end(connection: Connection, silence: str, now: datetime) -> bool:
    """End one before its time; False if there is none of that id still to end."""
    result = connection.execute(
        update(silences).where(silences.c.id == silence, silences.c.ends_at > now).values(ends_at=now)
    )
    return result.rowcount > 0


def listed(connection: Connection, *, ending_after: datetime | None) -> list[Silence]:
    """All, or those that end after a moment; the last to end first."""
    statement = select(silences).order_by(silences.c.ends_at.desc(), silences.c.id)
    if ending_after is not None:
        statement = statement.where(silences.c.ends_at > ending_after)
    return [codec.silence_from_row(row) for row in connection.execute(statement)]
