"""A database looked at and left as it is: no file made, no table upgraded, no mode of a file changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.store.dialect import is_sqlite
from monitor.store.engine import Database, address_of
from monitor.store.migration import revision
from monitor.store.schema import HEAD
from monitor.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What a database says of itself before anybody works in it."""

    revision: str | None
    """Of its tables; None if it has none yet."""
    clock: datetime | None
    """The time by PostgreSQL's own clock; None for SQLite, which has none."""
    wanted: str = HEAD
    """The revision that this program works with."""


def _glimpse(connection: Connection) -> Glimpse:
    clock = None if is_sqlite(connection) else connection.scalar(select(func.clock_timestamp()))
    return Glimpse(revision=revision(connection), clock=clock)


async def glimpse(url: str) -> Glimpse:
    """Look at a database that is there.

    Raises:
        DatabaseUnusableError: it holds tables of something else.
        StoreUnavailableError: it cannot be reached or read.
    """
    database = Database(address_of(url), owner="glimpse")
    try:
        return await database.read(_glimpse)
    finally:
        await database.close()


@asynccontextmanager
async def looked_into(url: str, *, owner: str) -> AsyncIterator[Store]:
    """Open a store on tables that have the wanted revision; for reading alone."""
    store = Store(Database(address_of(url), owner=owner), None, owner=owner, alone=False)
    try:
        yield store
    finally:
        await store.close()
