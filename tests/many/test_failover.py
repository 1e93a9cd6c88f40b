"""PostgreSQL on several hosts: the one that can write is found, after a failover the next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from monitor.core.errors import DatabaseUnusableError, StoreUnavailableError
from monitor.store import Store, open_store
from monitor.store.engine import address_of
from monitor.store.failover import several_hosts
from tests.many.clusters import Cluster, a_cluster
from tests.postgres_server import free_port
from tests.store.samples import an_entry, poll


def test_an_address_with_several_hosts_is_read() -> None:
    """Each with its port or the usual one; what has one host is left alone."""
    single, hosts = several_hosts("postgresql://ann:p,w@one,two:5433/news?sslmode=require")
    assert single == "postgresql://ann:p,w@/news?sslmode=require"
    assert hosts == (("one", 5432), ("two", 5433))
    assert several_hosts("postgresql://[::1]:1,[fe80::2]/n")[1] == (("::1", 1), ("fe80::2", 5432))
    for alone in ("postgresql://ann:p,w@one:1/news", "sqlite:///a,b.db"):
        assert several_hosts(alone) == (alone, ())
    assert address_of("postgresql://ann:hush@one,two/news").shown == "postgresql://one:5432,two:5432/news"


@pytest.mark.parametrize("wrong", ["one,two:port", "one,:1", "one,two:70000"])
def test_a_wrong_host_is_said(wrong: str) -> None:
    """As any other wrong address."""
    with pytest.raises(DatabaseUnusableError, match="must be sqlite:///path/to/file or postgresql://"):
        address_of(f"postgresql://ann@{wrong}/news")


@pytest.fixture
def primary() -> Iterator[Cluster]:
    """Run a server of this test's own."""
    with a_cluster() as cluster:
        yield cluster


@pytest.mark.postgres
async def test_after_a_failover_the_promoted_standby_is_written_to(primary: Cluster) -> None:
    """First past a host that refuses and a standby that cannot write; then without the former primary.

    Stopped in good order, since then PostgreSQL hands everything to its standby first.
    """
    standby = await asyncio.to_thread(primary.standby)
    try:
        hosts = ",".join(f"127.0.0.1:{port}" for port in (free_port(), standby.port, primary.port))
        store = await open_store(f"postgresql://postgres@{hosts}/postgres", owner="one", exclusive=True)
        await poll(store, an_entry("a"))
        await asyncio.to_thread(primary.stop)
        with pytest.raises(StoreUnavailableError):
            await poll(store, an_entry("b"))
        await asyncio.to_thread(standby.promote)
        await until_served(store)
        await poll(store, an_entry("b"))
        assert (await store.counts()).entries == 2
        await store.close()
    finally:
        standby.remove()


async def until_served(store: Store) -> None:
    """Wait until the database serves again."""
    async with asyncio.timeout(60):
        while True:
            try:
                await store.counts()
            except StoreUnavailableError:
                await asyncio.sleep(0.1)
            else:
                return


@pytest.mark.postgres
async def test_what_was_silent_while_the_server_was_away_comes_back_by_itself(primary: Cluster) -> None:
    """A restart of the server costs the transactions of that moment, each as a whole."""
    store = await open_store(primary.url, owner="one", exclusive=True)
    await poll(store, an_entry("a"))
    await asyncio.to_thread(primary.stop)
    with pytest.raises(StoreUnavailableError):
        await store.counts()
    await asyncio.to_thread(primary.start)
    await until_served(store)
    await poll(store, an_entry("b"))
    assert (await store.counts()).entries == 2
    await store.close()
