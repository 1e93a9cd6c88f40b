"""One keeper at a time on PostgreSQL: elected for a term, and refused as soon as the term is another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, text

from monitor.core.errors import NotKeeperError
from monitor.core.models import Released, Sent
from monitor.store import Store, open_store
from tests.store.samples import LEASE, NOW, a_delivery, alerted


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two daemons' stores; the first is elected."""
    first = await open_store(postgres_url, owner="first", exclusive=True)
    second = await open_store(postgres_url, owner="second", exclusive=True)
    assert await first.stand() == 1
    assert await second.stand() is None
    yield first, second
    await first.close()
    await second.close()


async def end_lease(store: Store) -> None:
    """Let the lease be over, as if its owner had been silent."""
    await store._database.write(run, "UPDATE keeping SET lease_until = clock_timestamp() - interval '1 s'")


def run(connection: Connection, statement: str) -> None:
    """Run a statement."""
    connection.execute(text(statement))


def keeps(store: Store) -> bool:
    """Whether a store reckons that its lease lasts."""
    return store.is_keeper


WRITES: dict[str, Callable[[Store], Awaitable[object]]] = {
    "assembled": lambda store: store.commit_assembled([]),
    "released": lambda store: store.commit_released(Released()),
    "let go": lambda store: store.commit_let_go(Released()),
    "recover": lambda store: store.recover_deliveries(NOW),
    "claim": lambda store: store.claim_deliveries(NOW, lease=LEASE, limit=1),
    "repeat": lambda store: store.begin_repeat(a_delivery("d"), NOW),
    "give up": lambda store: store.give_up(a_delivery("d"), "late"),
    "park": lambda store: store.park_unconfigured(["a"]),
    "hurry": lambda store: store.hurry_deliveries(["a"], NOW),
    "pull back": lambda store: store.pull_back_deliveries(NOW),
    "notice": lambda store: store.enqueue([a_delivery("n")]),
    "health": lambda store: store.tell_health({}, [a_delivery("n")]),
}


@pytest.mark.postgres
@pytest.mark.parametrize("name", WRITES)
async def test_a_former_keeper_writes_nothing(pair: tuple[Store, Store], name: str) -> None:
    """Though by its own reckoning the lease lasts, the database refuses; so it does those who stand by."""
    first, second = pair
    await WRITES[name](first)
    with pytest.raises(NotKeeperError):
        await WRITES[name](second)
    await end_lease(first)
    assert keeps(first)
    with pytest.raises(NotKeeperError):
        await WRITES[name](first)
    assert not keeps(first)
    assert await second.stand() == 2
    assert not await first.renew()
    await WRITES[name](second)


@pytest.mark.postgres
async def test_a_lease_is_renewed_until_the_next_term_begins(pair: tuple[Store, Store]) -> None:
    """Even late, if nobody took over; never after."""
    first, second = pair
    await end_lease(first)
    assert await first.renew()
    assert await second.stand() is None
    await first.step_down()
    assert not first.is_keeper
    assert await second.stand() == 2
    assert (await first.stand(), await first.renew()) == (None, False)


@pytest.mark.postgres
async def test_a_renewal_passes_a_write_under_way_and_a_take_over_waits_for_it(
    pair: tuple[Store, Store],
) -> None:
    """What the keeper writes while its lease ends is there before the next one reads."""
    first, second = pair
    writing = asyncio.create_task(first._write_as_keeper(slow, 1.5))
    async with asyncio.timeout(60):
        while not await first._database.read(under_way):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)
    assert await first.renew()
    assert not writing.done()
    await end_lease(first)
    assert not writing.done()
    assert await second.stand() == 2
    assert not await first._database.read(under_way)
    await writing


def slow(connection: Connection, seconds: float) -> None:
    """Take some time in a transaction."""
    connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


def under_way(connection: Connection) -> bool:
    """Whether the slow statement has begun."""
    found = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' "
            "AND state = 'active' AND datname = current_database()"
        )
    )
    return bool(found.scalar())


@pytest.mark.postgres
async def test_the_next_keeper_doubts_what_was_being_sent(pair: tuple[Store, Store]) -> None:
    """Long before its lease is over; an answer that the former keeper had by then still counts."""
    first, second = pair
    await alerted(first, a_delivery("a"), a_delivery("b"))
    one, other = await first.claim_deliveries(NOW, lease=LEASE, limit=2)
    await end_lease(first)
    await second.stand()
    assert await second.recover_deliveries(NOW) == 2
    assert await first.settle(one, Sent(remote_id="r"), now=NOW, retry_at=NOW)
    [doubted] = await second.claim_deliveries(NOW, lease=LEASE, limit=5)
    assert (doubted.id, doubted.doubts) == (other.id, 1)
    assert not await first.settle(other, Sent(remote_id="r"), now=NOW, retry_at=NOW)


@pytest.mark.postgres
async def test_a_frozen_transaction_holds_nobody_up(pair: tuple[Store, Store]) -> None:
    """The database ends it by itself, so that its lock does not outlast the lease."""
    first, _ = pair
    said = await first._write_as_keeper(patience)
    assert said == "4s"


def patience(connection: Connection) -> object:
    """How long this transaction may be idle."""
    return connection.scalar(func.current_setting("idle_in_transaction_session_timeout"))


async def test_on_sqlite_the_one_daemon_keeps(tmp_path: Path) -> None:
    """Nothing is elected, renewed or asked."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="me", exclusive=True)
    assert (await store.stand(), await store.renew(), store.is_keeper) == (0, True, True)
    await store.step_down()
    await store.commit_assembled([])
    assert store.is_keeper
    await store.close()
