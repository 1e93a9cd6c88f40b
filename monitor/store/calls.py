"""What daemons on one PostgreSQL database call out to each other, with NOTIFY, when a transaction commits.

A call says that there is something to look at, never what: whoever missed it looks a little later.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select

from monitor.store.dialect import is_sqlite

CHANNEL: Final = "news_monitor"
ENTRIES: Final = "entries"
"""New entries wait for their stories."""
RULES: Final = "rules"
"""Rules were pushed."""
WORKERS: Final = "workers"
"""A worker came, went, handed over or is to be emptied."""


def call(connection: Connection, what: str) -> None:
    """Call out when this transaction commits; on SQLite nobody is there to hear."""
    if not is_sqlite(connection):
        connection.execute(select(func.pg_notify(CHANNEL, what)))
