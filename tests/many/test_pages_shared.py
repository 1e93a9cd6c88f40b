"""Pages of articles are fetched by the worker whose host they are on, wherever their feed is polled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from monitor.core.models import Findings, NewEntry, Page, PageState, PollRecord, Sign
from monitor.core.sharding import shard_of, shared_out
from monitor.store import Store, open_store
from tests.store.samples import LEASE, NOW, an_entry, claim

SIGN = Sign(host="a", version="1", rules="aaa", feeds=3)
HOSTS = [f"{number}.example" for number in range(40)]


@pytest.fixture
async def two(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two daemons' stores that joined, and pages on forty hosts that one of their feeds brought."""
    first, second = [await open_store(postgres_url, owner=name, exclusive=True) for name in ("a", "b")]
    (state,) = await claim(first)
    entries = [an_entry(f"e{number}") for number in range(len(HOSTS))]
    new = tuple(
        NewEntry(
            entry=entry,
            findings=Findings(),
            page=Page(
                entry=entry.id,
                feed=entry.feed,
                address=f"https://{host}/article",
                revision=0,
                wanted_at=NOW,
                due_at=NOW,
            ),
        )
        for entry, host in zip(entries, HOSTS, strict=True)
    )
    await first.commit_polls([PollRecord(state=state, entries=new)])
    for store in (first, second):
        store.join()
    yield first, second
    await first.close()
    await second.close()


async def hosts(store: Store) -> set[str]:
    """Claim all it can get."""
    found = await store.claim_pages(NOW, lease=LEASE, limit=100, but=())
    return {page.address.split("/")[2] for page, _ in found}


@pytest.mark.postgres
async def test_each_page_is_one_workers_to_fetch(two: tuple[Store, Store]) -> None:
    """So that two requests to a host stay apart though several machines fetch."""
    assert await hosts(two[0]) == set()
    for _ in range(2):
        for store in two:
            await store.attend(SIGN)
    got = [await hosts(store) for store in two]
    assert sorted(host for part in got for host in part) == sorted(HOSTS)
    by_right = shared_out(frozenset("ab"))
    for store, part in zip(two, got, strict=True):
        assert {by_right[shard_of(host, host)] for host in part} == {store._owner}


@pytest.mark.postgres
async def test_what_a_worker_left_is_fetched_by_its_successor(two: tuple[Store, Store]) -> None:
    """When the lease of its claim is over; what the first brings then comes too late."""
    await two[0].attend(SIGN)
    early = await two[0].claim_pages(NOW, lease=LEASE, limit=1, but=())
    await two[0].sign_out()
    await two[1].attend(SIGN)
    later = NOW + LEASE + timedelta(seconds=1)
    again = await two[1].claim_pages(later, lease=LEASE, limit=100, but=())
    assert {page.entry for page, _ in early} < {page.entry for page, _ in again}
    ((page, _),) = early
    done = Page(
        **{name: getattr(page, name) for name in Page.__dataclass_fields__} | {"state": PageState.FAILED}
    )
    assert not await two[0].settle_page(done)
