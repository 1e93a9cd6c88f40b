"""The few places where the two databases spell the same thing differently."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert

BATCH = 500
"""Values in one IN list at most: both databases bound the parameters of a statement."""


def insert_into(connection: Connection, table: Table) -> Insert:
    """Begin an INSERT that may go on with ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def is_sqlite(connection: Connection) -> bool:
    """Whether the connection leads to SQLite."""
    return connection.dialect.name == "sqlite"
