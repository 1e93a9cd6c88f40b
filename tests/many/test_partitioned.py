"""A worker is cut off from PostgreSQL for longer than its lease, both ways and silently, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from monitor.core.errors import StoreUnavailableError
from monitor.core.sharding import SHARDS
from monitor.store import Store, open_store
from tests.many.link import Link
from tests.many.test_hosts_owned import FEEDS, SIGN, claimed, parts, polled, shared, silence
from tests.many.test_keeper_taken_over import Newsroom, newsroom
from tests.store.samples import NOW


@pytest.fixture
async def link(postgres_url: str) -> AsyncIterator[Link]:
    """The way of one worker to the database."""
    async with Link(postgres_url) as made:
        yield made


@pytest.fixture
async def two(postgres_url: str, link: Link) -> AsyncIterator[tuple[Store, Store]]:
    """Two workers that share sixty feeds; the first has a link to the database."""
    first = await open_store(link.url, owner="a", exclusive=True)
    second = await open_store(postgres_url, owner="b", exclusive=True)
    await second.sync_feeds(FEEDS, NOW)
    first.join()
    second.join()
    await shared(first, second)
    yield first, second
    await first.close()
    await second.close()


async def under_way(link: Link, commit: Coroutine[object, object, None]) -> asyncio.Task[None]:
    """Cut a link, and begin a commit that gets no further than to it."""
    link.cut()
    task = asyncio.create_task(commit)
    async with asyncio.timeout(60):
        while not link.held:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return task


@pytest.mark.postgres
async def test_what_was_written_before_the_cut_and_arrives_too_late_is_refused(
    link: Link, two: tuple[Store, Store]
) -> None:
    """The commit waits in the network while another worker takes the hosts, polls and commits."""
    cut_off, other = two
    states = await claimed(cut_off)
    late = await under_way(link, polled(cut_off, states))
    await silence(other, "a")
    assert await other.attend(SIGN) == SHARDS
    again = await claimed(other)
    assert {state.url for state in states} <= {state.url for state in again}
    await polled(other, again)
    link.heal()
    with suppress(StoreUnavailableError):  # the server may have ended what stood idle
        await late
    assert {state.etag for state in await other.feed_states()} == {"b"}
    await polled(cut_off, states)
    assert {state.etag for state in await other.feed_states()} == {"b"}
    await shared(cut_off, other, cut_off)
    assert [len(part) > 0 for part in parts(cut_off, other)] == [True, True]


async def cut_off(room: Newsroom, link: Link) -> None:
    """Cut the keeper off until another has told what came since, then let its own writes arrive."""
    keeper = room.keeper()
    link.cut()
    room.publish(5)
    follower = await room.successor(keeper)
    await follower.until(lambda: len(room.told) >= len(room.items))
    link.heal()
    room.publish(5)
    await keeper.until(lambda: keeper.event("keeper.standby"))
    await room.all_told()


@pytest.mark.postgres
async def test_a_keeper_that_is_cut_off_is_followed_and_each_alert_comes_once(
    postgres_url: str, tmp_path: Path
) -> None:
    """Twice, once each way: nothing is lost, nothing comes twice, and whoever comes back stands by."""
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(Link(postgres_url)) for _ in range(2)]
        room = await stack.enter_async_context(newsroom(tmp_path, [link.url for link in links], machines=2))
        room.publish(5)
        await room.all_told()
        for _ in links:
            await cut_off(room, links[room.daemons.index(room.keeper())])
