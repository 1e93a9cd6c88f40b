"""What people were told is wrong with the daemon, so that its end is told once, whatever restarts between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, select

from monitor.core.models import Ailment, Delivery
from monitor.store import outbox
from monitor.store.dialect import insert_into
from monitor.store.schema import ailments, entries, pending


def told(connection: Connection) -> list[Ailment]:
    """Give what was told to have begun and has not been told to have ended, by key."""
    rows = connection.execute(select(ailments).order_by(ailments.c.key))
    return [Ailment(**row._asdict()) for row in rows]


def tell(
    connection: Connection,
    begun: Sequence[Ailment],
    over: Sequence[Ailment],
    deliveries: Sequence[Delivery],
) -> None:
    """Write down what is told, together with the messages that tell it."""
    if begun:
        connection.execute(
            insert_into(connection, ailments).on_conflict_do_nothing(index_elements=["key"]),
            [asdict(one) for one in begun],
        )
    if over:
        connection.execute(delete(ailments).where(ailments.c.key.in_([one.key for one in over])))
    outbox.enqueue(connection, deliveries)


def oldest_pending(connection: Connection) -> datetime | None:
    """When the entry that is next in line for its story was fetched."""
    return connection.scalar(
        select(entries.c.fetched)
        .select_from(pending.join(entries, entries.c.id == pending.c.entry))
        .order_by(pending.c.seq)
        .limit(1)
    )
