"""Workers: one row for each daemon on PostgreSQL, kept fresh by the clock of the database."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, func, select

from monitor.core.models import Sign, Worker
from monitor.store import terms
from monitor.store.dialect import insert_into
from monitor.store.schema import workers

FORGOTTEN_AFTER = timedelta(days=1)
"""A worker silent for so long is no longer listed."""


def sign_in(connection: Connection, name: str, sign: Sign) -> None:
    """Say that a worker lives, what it runs and with which rules; forget those long silent."""
    now = func.clock_timestamp()
    said = {"host": sign.host, "version": sign.version, "rules": sign.rules, "feeds": sign.feeds}
    row = insert_into(connection, workers).values(name=name, since=now, heartbeat=now, **said)
    connection.execute(
        row.on_conflict_do_update(index_elements=[workers.c.name], set_={"heartbeat": now, **said})
    )
    connection.execute(delete(workers).where(workers.c.heartbeat < now - FORGOTTEN_AFTER))


def sign_out(connection: Connection, name: str) -> None:
    """Take a worker that stops from the list."""
    connection.execute(delete(workers).where(workers.c.name == name))


def listed(connection: Connection) -> list[Worker]:
    """List the workers, the eldest first."""
    now = connection.scalar(select(func.clock_timestamp()))
    keeper = terms.keeper(connection)
    rows = connection.execute(select(workers).order_by(workers.c.since, workers.c.name)).mappings()
    return [
        Worker(
            **row,
            silent_for=max(now - row["heartbeat"], timedelta(0)),
            is_keeper=row["name"] == keeper,
        )
        for row in rows
    ]
