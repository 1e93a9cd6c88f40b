"""Workers: one row for each daemon on PostgreSQL, kept fresh by the clock of the database."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, func, literal_column, select, update

from monitor.core.models import Sign, Worker
from monitor.store import calls, terms
from monitor.store.dialect import insert_into
from monitor.store.schema_shared import shards, workers
from monitor.store.terms import LEASE

FORGOTTEN_AFTER = timedelta(days=1)
"""A worker silent for so long is no longer listed."""

Wish = Literal["empty", "working"]
"""What people may want of a worker."""

_w = workers.c


class Standing(Enum):
    """Whether a worker gets hosts to poll."""

    WORKS = auto()
    DRAINS = auto()
    SILENT = auto()


def is_alive() -> ColumnElement[bool]:
    """Make the condition that a worker's heartbeat is recent enough."""
    return _w.heartbeat > func.clock_timestamp() - LEASE


def sign_in(connection: Connection, name: str, sign: Sign) -> tuple[int, bool]:
    """Say that a worker lives, what it runs and with which rules; forget those long silent.

    Returns:
        The number of its fence, and whether it is to be emptied.
    """
    now = func.clock_timestamp()
    said = {
        "host": sign.host,
        "version": sign.version,
        "rules": sign.rules,
        "rule_version": sign.rule_version,
        "feeds": sign.feeds,
    }
    row = insert_into(connection, workers).values(name=name, since=now, heartbeat=now, **said)
    signed = connection.execute(
        row.on_conflict_do_update(index_elements=[_w.name], set_={"heartbeat": now, **said}).returning(
            _w.fence, _w.draining, literal_column("workers.xmax = 0")
        )
    ).one()
    connection.execute(delete(workers).where(_w.heartbeat < now - FORGOTTEN_AFTER))
    fence, draining, is_new = signed
    if is_new:
        calls.call(connection, calls.WORKERS)
    return fence, draining


def standings(connection: Connection) -> dict[str, Standing]:
    """Say of every worker how it stands."""
    rows = connection.execute(select(_w.name, _w.draining, is_alive().label("alive")))
    works = {False: Standing.WORKS, True: Standing.DRAINS}
    return {row.name: works[row.draining] if row.alive else Standing.SILENT for row in rows}


def wish(connection: Connection, name: str, wished: Wish) -> bool:
    """Write down what people wish of a worker; False if there is none of that name."""
    calls.call(connection, calls.WORKERS)
    written = update(workers).where(_w.name == name).values(draining=wished == "empty")
    return connection.execute(written).rowcount > 0


def sign_out(connection: Connection, name: str) -> None:
    """Take a worker that stops from the list."""
    connection.execute(delete(workers).where(_w.name == name))


def listed(connection: Connection) -> list[Worker]:
    """List the workers, the eldest first."""
    now = connection.scalar(select(func.clock_timestamp()))
    keeper = terms.keeper(connection)
    said = (_w.name, _w.host, _w.version, _w.rules, _w.rule_version, _w.feeds)
    told = (_w.since, _w.heartbeat, _w.draining)
    owned = select(shards.c.owner, func.count().label("shards")).group_by(shards.c.owner).subquery()
    asked = (
        select(*said, *told, func.coalesce(owned.c.shards, 0).label("shards"))
        .outerjoin_from(workers, owned, owned.c.owner == _w.name)
        .order_by(_w.since, _w.name)
    )
    rows = connection.execute(asked).mappings()
    return [
        Worker(
            **row,
            silent_for=max(now - row["heartbeat"], timedelta(0)),
            is_keeper=row["name"] == keeper,
        )
        for row in rows
    ]
