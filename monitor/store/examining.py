"""How a database is: its size, what it holds, and whether its rows fit together."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, func, or_, select, text

from monitor.core.models import DeliveryState
from monitor.store import carrying, files, migration, sizing
from monitor.store.dialect import is_sqlite
from monitor.store.schema import alerts, assignments, deliveries, entries, entry_keys, stories, tombstones

LONG_CLAIMED = timedelta(hours=1)
"""A delivery whose claim ended so long ago, and which nobody claimed again, hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A database as `db status` shows it."""

    backend: str
    shown: str
    """Its name, without a password."""
    revision: str | None
    size: int
    """Bytes on disk, write-ahead log included; of PostgreSQL without its log."""
    used: int
    """Of that, bytes in use: the rest is used again before it grows."""
    free: int | None
    """Bytes free where the file lies; None for PostgreSQL, whose disk is not seen from here."""
    oldest: datetime | None
    newest: datetime | None
    """When the first and the last entry that is held was first seen."""
    rows: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Rows that do not fit together, and what to do about it."""

    message: str
    remedy: str


def condition(connection: Connection, shown: str, path: Path | None) -> Condition:
    """Measure a database; every table is read once to be counted."""
    rows = carrying.rows_of_tables(connection)
    # Two statements: both databases look up one end of an index, but not both ends in one.
    oldest = connection.scalar(select(func.min(entries.c.first_seen)))
    newest = connection.scalar(select(func.max(entries.c.first_seen)))
    return Condition(
        backend="SQLite" if is_sqlite(connection) else "PostgreSQL",
        shown=shown,
        revision=migration.revision(connection),
        size=_size(connection, path),
        used=sizing.extent(connection).used,
        free=shutil.disk_usage(path.parent).free if path else None,
        oldest=oldest,
        newest=newest,
        rows=rows,
    )


def _size(connection: Connection, path: Path | None) -> int:
    if not is_sqlite(connection):
        return connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
    parts = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")] if path else []
    return sum(part.stat().st_size for part in parts if part.exists())


def faults(connection: Connection, now: datetime, path: Path | None) -> list[Fault]:
    """Say what is wrong: pages, indexes and references of an SQLite file, and rows that belong to nothing."""
    broken = files.integrity(path) if path else []
    found = [Fault(message=line, remedy="restore a backup: news-monitor db restore FILE") for line in broken]
    return found + [
        Fault(message=f"{number} {what}", remedy=remedy)
        for what, remedy, table, wrong in _questions(now)
        if (number := connection.scalar(select(func.count()).select_from(table).where(wrong)))
    ]


def _questions(now: datetime) -> list[tuple[str, str, FromClause, ColumnElement[bool]]]:
    unplaced = ~exists().where(stories.c.id == assignments.c.story)
    untold = ~exists().where(stories.c.id == alerts.c.story)
    unknown = and_(
        ~exists().where(entries.c.id == entry_keys.c.entry),
        ~exists().where(tombstones.c.entry == entry_keys.c.entry),
    )
    claimed = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until < now - LONG_CLAIMED)
    hanging = and_(deliveries.c.state == DeliveryState.SENDING.value, claimed)
    restore = "restore a backup from before: something other than news-monitor deleted rows"
    return [
        ("entries in stories that are not there", restore, assignments, unplaced),
        ("alerts of stories that are not there", restore, alerts, untold),
        ("keys of entries that are not there and left no tombstone", restore, entry_keys, unknown),
        (
            "deliveries begun and never ended",
            "start the daemon, which asks the channel about them; `alerts retry` or `alerts drop` ends them",
            deliveries,
            hanging,
        ),
    ]


def daemons(connection: Connection) -> list[str]:
    """Name the daemons that are connected to a PostgreSQL database; commands are not among them."""
    if is_sqlite(connection):
        return []
    return [
        row.application_name
        for row in connection.execute(
            text(
                "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND application_name LIKE 'news-monitor %'"
                " AND application_name NOT LIKE 'news-monitor command-%'"
                " AND application_name NOT LIKE 'news-monitor doctor-%' ORDER BY 1"
            )
        )
    ]
