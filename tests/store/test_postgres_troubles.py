"""What is said, and what recovers by itself, when PostgreSQL is not there."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from monitor.core.errors import DatabaseUnusableError, StoreUnavailableError
from monitor.store import open_store
from tests.store.samples import an_entry, poll

pytestmark = pytest.mark.postgres


async def test_no_server_is_said_without_the_password() -> None:
    """One sentence with the address, and never what is secret in it."""
    with pytest.raises(DatabaseUnusableError, match=r"postgresql.*127\.0\.0\.1:1/news") as failed:
        await open_store("postgresql://ann:hush@127.0.0.1:1/news", owner="one", exclusive=True)
    assert "hush" not in str(failed.value)


async def test_a_database_that_does_not_exist_is_said(postgres_url: str) -> None:
    """In PostgreSQL's own words."""
    with pytest.raises(DatabaseUnusableError, match='database "nowhere" does not exist'):
        await open_store(postgres_url.rpartition("/")[0] + "/nowhere", owner="one", exclusive=True)


async def test_lost_connections_are_made_anew(postgres_url: str) -> None:
    """The server ends every connection: what was at work fails whole, and the next one succeeds."""
    store = await open_store(postgres_url, owner="one", exclusive=True)
    await poll(store, an_entry("a"))
    await cut(postgres_url)
    await poll(store, an_entry("b"))
    blocker = await asyncpg.connect(postgres_url)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("LOCK TABLE entries")
    waiting = asyncio.create_task(poll(store, an_entry("c")))
    while not await blocker.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await cut(postgres_url, keep=blocker.get_server_pid())
    with pytest.raises(StoreUnavailableError):
        await waiting
    await transaction.rollback()
    await blocker.close()
    assert (await store.counts()).entries == 2
    await store.close()


async def cut(url: str, *, keep: int = 0) -> None:
    """End every connection to a database but one."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1)",
        keep,
    )
    await connection.close()
