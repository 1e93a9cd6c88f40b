"""How much of a database is in use, and freed pages given back to the disk.

SQLite knows its free pages. PostgreSQL does not say how full its pages are, and never makes a file smaller by
itself: the rows of some hundred pages of each table are measured, which tells how much of it the rows take.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select, text

from monitor.core.models import Extent
from monitor.store.columns import metadata
from monitor.store.dialect import is_sqlite
from monitor.store.schema import entries

_SAMPLE: Final = 300
"""Pages of a table whose rows are measured."""
_SMALL: Final = 8 * 2**20
"""Bytes; tables below are taken for full."""
_ROW: Final = 4
"""Bytes that a page spends on a row beside the row itself."""
_INCREMENTAL: Final = 2
PORTION: Final = 1000
"""Pages given back in one transaction."""


def extent(connection: Connection) -> Extent:
    """Measure the database: what it takes on disk, without its log, and what of that is in use."""
    if is_sqlite(connection):
        size = _pragma(connection, "page_size")
        pages, free = _pragma(connection, "page_count"), _pragma(connection, "freelist_count")
        shrinks = _pragma(connection, "auto_vacuum") == _INCREMENTAL
        return Extent(file=size * pages, used=size * (pages - free), shrinks=shrinks)
    file = int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    empty = sum(_empty(connection, table.name) for table in metadata.sorted_tables)
    return Extent(file=file, used=max(file - empty, 0), shrinks=False)


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _empty(connection: Connection, table: str) -> int:
    """Estimate how many bytes of a table and its indexes hold no row that anybody sees."""
    names = {"name": table}
    total, own, pages = connection.execute(
        text(
            "SELECT pg_total_relation_size(c.oid), pg_table_size(c.oid), "
            "pg_relation_size(c.oid) / current_setting('block_size')::int "
            "FROM pg_class c WHERE c.oid = CAST(:name AS regclass)"
        ),
        names,
    ).one()
    if total < _SMALL or not pages:
        return 0
    percent = min(100.0, 100.0 * _SAMPLE / pages)
    seen = connection.scalar(
        text(
            f"SELECT coalesce(sum(pg_column_size(t.*) + {_ROW}), 0) "  # noqa: S608 - a name of our own
            f"FROM {table} AS t TABLESAMPLE SYSTEM ({percent:.4f})"
        )
    )
    full = min(float(seen) * 100 / percent / own, 1.0)
    return int(total * (1 - full))


def seen_before(connection: Connection, share: float) -> datetime | None:
    """The moment before which a share of the entries, 0 to 1, was first seen; None if there are none."""
    number = connection.scalar(select(func.count()).select_from(entries)) if share else 0
    at = min(int((number or 0) * share) + bool(share), max((number or 0) - 1, 0))
    return connection.scalar(
        select(entries.c.first_seen).order_by(entries.c.first_seen, entries.c.seq).offset(at).limit(1)
    )


def give_back(connection: Connection, limit: int) -> int:
    """Return some freed pages of an SQLite file to the disk, if it is above a size; returns how many."""
    found = extent(connection)
    size = _pragma(connection, "page_size")
    wanted = min(-(-(found.file - limit) // size), _pragma(connection, "freelist_count"), PORTION)
    if wanted <= 0 or not found.shrinks:
        return 0
    for _ in range(wanted):  # the driver takes one step of a statement without columns: that is one page
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
    return wanted
