"""The health of feeds, as far as people are to be told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from monitor.core.health import WELL
from monitor.core.models import Delivery, Health, HealthNews
from monitor.store import outbox
from monitor.store.feed_codec import health_of, noted_from_json
from monitor.store.schema import feeds

_f = feeds.c


def news(connection: Connection) -> list[HealthNews]:
    """Give the configured feeds that are not as people were told, by name."""
    well = _f.health.is_(None) | _f.health.in_([state.value for state in WELL])
    untold = ~well & (_f.health_told.is_(None) | (_f.health_told != _f.health))
    recovered = (_f.health == Health.OK.value) & _f.health_told.is_not(None)
    rows = connection.execute(
        select(
            _f.url,
            _f.name,
            _f.health,
            _f.health_since,
            _f.health_reason,
            _f.failures,
            _f.health_told,
            _f.noted,
        )
        .where(_f.configured, untold | recovered)
        .order_by(_f.name, _f.url)
    )
    return [
        HealthNews(
            url=row.url,
            name=row.name,
            health=health_of(row.health, row.health_since, row.health_reason),
            failures=row.failures,
            told=Health(row.health_told) if row.health_told else None,
            noted=noted_from_json(row.noted),
        )
        for row in rows
    ]


def tell(connection: Connection, told: Mapping[str, Health | None], deliveries: Sequence[Delivery]) -> None:
    """Write down what people are told of feeds, by url, together with the messages that tell it."""
    if told:
        connection.execute(
            update(feeds).where(_f.url == bindparam("of_url")).values(health_told=bindparam("new")),
            [{"of_url": url, "new": state.value if state else None} for url, state in told.items()],
        )
    outbox.enqueue(connection, deliveries)
