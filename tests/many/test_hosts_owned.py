"""Each host is one worker's to poll: shared out, handed over, taken from the dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from monitor.actor import acting
from monitor.core.models import Act, Actor, FeedState, PollRecord, Sign, Via
from monitor.core.sharding import SHARDS, shard_of, shared_out
from monitor.elapsed import since_boot
from monitor.store import Store, open_store
from tests.store.samples import LEASE, NOW, a_feed

SIGN = Sign(host="a", version="1", rules="aaa", feeds=3)
FEEDS = [a_feed(number) for number in range(60)]


@pytest.fixture
async def three(postgres_url: str) -> AsyncIterator[tuple[Store, ...]]:
    """Three daemons' stores that joined; of feeds there are sixty, on hosts of their own, all due."""
    stores = tuple([await open_store(postgres_url, owner=name, exclusive=True) for name in ("a", "b", "c")])
    await stores[0].sync_feeds(FEEDS, NOW)
    for store in stores:
        store.join()
    yield stores
    for store in stores:
        await store.close()


async def shared(*stores: Store) -> None:
    """Let all of them attend until nothing moves any more."""
    for _ in range(2):
        for store in stores:
            await store.attend(SIGN)


async def claimed(store: Store) -> list[FeedState]:
    """Claim all it can get."""
    return await store.claim_due_feeds(datetime.now(UTC), lease=LEASE, limit=100)


async def polled(store: Store, states: list[FeedState]) -> None:
    """Commit polls that brought nothing; the feeds are due again at once."""
    await store.commit_polls([PollRecord(state=replace(state, etag=store._owner)) for state in states])


async def silence(store: Store, owner: str) -> None:
    """Let a worker have been silent, by the database's clock, for longer than its lease."""
    async with asyncio.timeout(60):  # what a server that just started knows of silence is not believed
        while not await store._database.read(Connection.scalar, text(_UP_FOR_LONG)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    at = "UPDATE workers SET heartbeat = clock_timestamp() - interval '7 s' WHERE name = :owner"
    await store._database.write(run, at, owner=owner)


_UP_FOR_LONG = "SELECT pg_postmaster_start_time() < clock_timestamp() - interval '6 s'"


def run(connection: Connection, /, statement: str, **values: object) -> None:
    """Run a statement."""
    connection.execute(text(statement), values)


def parts(*stores: Store) -> list[frozenset[int]]:
    """Return the shards that each has."""
    return [store._share.part.shards if store._share else frozenset() for store in stores]


@pytest.mark.postgres
async def test_every_feed_is_one_workers_to_claim(three: tuple[Store, ...]) -> None:
    """All hosts are shared out, each once, by a hash; whoever has not attended gets none."""
    assert await claimed(three[0]) == []
    assert await three[0].next_poll_at() is None
    await shared(*three)
    assert sum(len(part) for part in parts(*three)) == SHARDS
    got = [{state.url for state in await claimed(store)} for store in three]
    assert sorted(url for urls in got for url in urls) == sorted(feed.url for feed in FEEDS)
    by_right = shared_out(frozenset("abc"))
    for store, urls in zip(three, got, strict=True):
        assert {by_right[shard_of(url.split("/")[2], url)] for url in urls} == {store._owner}
        assert await store.next_poll_at() is None


@pytest.mark.postgres
async def test_one_that_is_alone_has_all_hosts(three: tuple[Store, ...]) -> None:
    """At its first heartbeat, and again as soon as the others have left."""
    first, second, _ = three
    assert await first.attend(SIGN) == SHARDS
    await shared(first, second)
    await second.sign_out()
    assert await claimed(second) == []
    assert await first.attend(SIGN) == SHARDS
    assert len(await claimed(first)) == len(FEEDS)


@pytest.mark.postgres
async def test_a_host_is_handed_over_when_its_polls_are_over(three: tuple[Store, ...]) -> None:
    """Until then it is nobody else's, and no further feed of it is claimed."""
    first, second, _ = three
    await first.attend(SIGN)
    states = await claimed(first)
    await second.attend(SIGN)
    await shared(first, second)
    moving = [state for state in states if state.shard not in parts(first)[0]]
    assert moving
    busy = {state.shard for state in moving}
    assert not busy & parts(second)[0]
    assert not any(first.may_poll(shard) for shard in busy)
    assert await claimed(second) == []
    await polled(first, states)
    assert {state.shard for state in await claimed(first)}.isdisjoint(busy)
    await shared(first, second)
    assert {state.url for state in await claimed(second)} == {state.url for state in moving}


@pytest.mark.postgres
async def test_the_hosts_of_a_silent_worker_are_taken_and_its_writes_refused(
    three: tuple[Store, ...],
) -> None:
    """Paused for longer than its lease, in its own eyes the owner: it claims and commits nothing."""
    first, second, _ = three
    await shared(first, second)
    states = await claimed(second)
    assert states
    await silence(first, "b")
    assert await first.attend(SIGN) == SHARDS
    assert second.may_poll(states[0].shard)
    assert await claimed(second) == []
    await polled(second, states)
    assert {state.etag for state in await first.feed_states()} == {None}
    again = await claimed(first)
    assert {state.url for state in again} == {feed.url for feed in FEEDS}
    await polled(second, states)
    assert {state.etag for state in await first.feed_states()} == {None}
    await polled(first, again)
    assert {state.etag for state in await first.feed_states()} == {"a"}
    await shared(second, first, second)
    assert {state.url for state in await claimed(second)} == {state.url for state in states}


@pytest.mark.postgres
async def test_after_an_outage_of_the_database_nobody_is_taken_for_dead(three: tuple[Store, ...]) -> None:
    """Whoever was out of touch itself lets a lease pass before it believes in the silence of others."""
    first, second, _ = three
    await shared(first, second)
    before = parts(first, second)
    for store, owner in ((first, "a"), (second, "b")):
        await silence(first, owner)
        assert store._share is not None
        store._share.until = since_boot() - 1
    assert await claimed(first) == []
    await first.attend(SIGN)
    await second.attend(SIGN)
    assert parts(first, second) == before
    await silence(first, "b")
    await first.attend(SIGN)
    assert parts(first, second) == before


@pytest.mark.postgres
async def test_a_frozen_claim_keeps_the_hosts_of_its_worker(three: tuple[Store, ...]) -> None:
    """For as long as its transaction is open, the worker cannot be fenced; then it is."""
    first, second, third = three
    await shared(first, second)
    part = parts(second)[0]
    await silence(first, "b")
    lock = "SELECT 1 FROM workers WHERE name = 'b' FOR KEY SHARE"
    async with third._database._writer._engine.begin() as connection:  # type: ignore[union-attr]
        await connection.execute(text(lock))
        await first.attend(SIGN)
        assert parts(first)[0].isdisjoint(part)
    await first.attend(SIGN)
    assert parts(first)[0] >= part


@pytest.mark.postgres
async def test_a_worker_is_emptied_and_works_again(three: tuple[Store, ...]) -> None:
    """Its hosts move, what it polls ends first; whoever is not there cannot be emptied."""
    first, second, third = three
    await shared(first, second)
    states = await claimed(second)
    with acting(Actor(at=NOW, name="olena", via=Via.TERMINAL)):
        assert not await third.wish_of_worker("nobody", "empty")
        assert await third.wish_of_worker("b", "empty")
    assert [(one.act, one.what) for one in await third.page_of_audit(limit=5)] == [(Act.DRAIN_WORKER, "b")]
    await shared(first, second)
    [_, listed] = await third.workers()
    assert (second.draining, listed.draining, listed.is_drained) == (True, True, False)
    await polled(second, states)
    await shared(first, second)
    assert [worker.is_drained for worker in await third.workers()] == [False, True]
    assert [one.owner for one in await third.holdings()] == ["a"]
    await third.wish_of_worker("b", "working")
    await shared(first, second)
    assert {one.owner: one.feeds for one in await third.holdings()}["b"] == len(states)


@pytest.mark.postgres
async def test_what_each_has_is_counted(three: tuple[Store, ...]) -> None:
    """Hosts, feeds, those that are due, late and being polled."""
    first, _, third = three
    await first.attend(SIGN)
    await first.claim_due_feeds(datetime.now(UTC), lease=LEASE, limit=10)
    [held] = await third.holdings()
    assert (held.owner, held.hosts, held.feeds, held.due, held.late, held.polled) == ("a", 60, 60, 50, 50, 10)


@pytest.mark.postgres
async def test_a_feed_that_leads_to_another_host_belongs_to_the_owner_of_that_one(
    three: tuple[Store, ...],
) -> None:
    """As a poll found; so that what several hosts redirect to is asked by one machine."""
    first, second, _ = three
    await shared(first, second)
    state = (await claimed(first))[0]
    mine = parts(second)[0]
    host = next(f"h{number}.example" for number in range(99) if shard_of(f"h{number}.example", "") in mine)
    await first.commit_polls([PollRecord(state=state, host=host)])
    assert state.url in {one.url for one in await claimed(second) if one.host == host}
    await first.sync_feeds(FEEDS, NOW)
    [moved] = [one for one in await first.feed_states() if one.url == state.url]
    assert moved.host == host


async def test_on_sqlite_nothing_is_shared(tmp_path: Path) -> None:
    """The one daemon of a file has all there is, and nothing is written for it."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="me", exclusive=True)
    store.join()
    await store.sync_feeds(FEEDS[:2], NOW)
    assert (await store.attend(SIGN), store.draining, await store.holdings()) == (0, False, [])
    assert len(await claimed(store)) == 2
    assert store.may_poll(0)
    await store.sign_out()
    await store.close()


async def test_claims_that_nobody_remembers_are_freed(tmp_path: Path) -> None:
    """Those of a claim whose answer was lost with the connection; the others are left as they are."""
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="me", exclusive=True)
    await store.sync_feeds(FEEDS[:3], NOW)
    states = await claimed(store)
    await store.free_claims(but=[states[0].url])
    assert [state.url for state in await claimed(store)] == [states[1].url, states[2].url]
    await polled(store, states)
    assert [state.etag for state in await store.feed_states()] == ["me", None, None]
    await store.close()
