"""The ledger of deliveries, read page by page."""

from __future__ import annotations

from sqlalchemy import Connection, select

from monitor.core.models import Delivery, DeliveryState
from monitor.store import codec
from monitor.store.schema import deliveries


def page(
    connection: Connection, *, state: DeliveryState | None, before: str | None, limit: int
) -> list[Delivery]:
    """Deliveries in a state, the newest first: those made before the one of an id, none if it is gone."""
    statement = select(deliveries).order_by(deliveries.c.seq.desc()).limit(limit)
    if state is not None:
        statement = statement.where(deliveries.c.state == state.value)
    if before is not None:
        made = select(deliveries.c.seq).where(deliveries.c.id == before).scalar_subquery()
        statement = statement.where(deliveries.c.seq < made)
    return [codec.delivery_from_row(row) for row in connection.execute(statement)]
