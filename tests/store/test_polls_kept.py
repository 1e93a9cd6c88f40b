"""What polling keeps: claims, entries known again, commits that can be repeated."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.models import EntryKey, FeedStatus, KeyKind, PollRecord
from monitor.store import Store, open_store
from tests.store.samples import (
    FEED,
    FINDINGS,
    LEASE,
    MINUTE,
    NOW,
    a_feed,
    an_entry,
    claim,
    guid,
    new,
    poll,
)


async def test_a_feed_is_claimed_once_until_its_lease_is_over(store: Store) -> None:
    """Nobody else gets a claimed feed; when the lease runs out the next claimer does, with a higher epoch."""
    [first] = await claim(store)
    assert await store.claim_due_feeds(NOW, lease=LEASE, limit=10) == []
    [second] = await store.claim_due_feeds(NOW + LEASE, lease=LEASE, limit=10)
    assert (first.url, first.epoch, second.epoch) == (FEED.url, 1, 2)


async def test_the_longest_due_feeds_are_claimed_first(store: Store) -> None:
    """The limit cuts off those that became due last."""
    feeds = [a_feed(number) for number in range(5)]
    due = {feed.url: NOW - number * MINUTE for number, feed in enumerate(feeds)}
    await store.sync_feeds(feeds, NOW, first_poll_at=due)
    claimed = await store.claim_due_feeds(NOW, lease=LEASE, limit=3)
    assert [state.url for state in claimed] == [feeds[4].url, feeds[3].url, feeds[2].url]
    assert await store.next_poll_at() == NOW - MINUTE


async def test_feeds_not_yet_due_wait(store: Store) -> None:
    """A feed whose time has not come is not claimed, and says when it will be."""
    await store.sync_feeds([FEED], NOW, first_poll_at={FEED.url: NOW + MINUTE})
    assert await store.claim_due_feeds(NOW, lease=LEASE, limit=10) == []
    assert await store.next_poll_at() == NOW + MINUTE
    assert await store.make_due(FEED.url, NOW)
    assert len(await store.claim_due_feeds(NOW, lease=LEASE, limit=10)) == 1
    assert not await store.make_due("https://unknown.example/", NOW)


async def test_two_claimers_never_share_a_feed(url: str) -> None:
    """Two stores that claim at the same time get disjoint feeds, and together all of them."""
    stores = [await open_store(url, owner=name, exclusive=False) for name in ("one", "two")]
    try:
        await stores[0].sync_feeds([a_feed(number) for number in range(200)], NOW)
        claims = await asyncio.gather(
            *(store.claim_due_feeds(NOW, lease=LEASE, limit=15) for _ in range(10) for store in stores)
        )
        urls = [state.url for claimed in claims for state in claimed]
        assert len(urls) == len(set(urls)) == 200
    finally:
        for store in stores:
            await store.close()


async def test_a_poll_with_a_stale_epoch_is_left_out(store: Store) -> None:
    """Whoever lost its lease writes neither state nor entries."""
    [stale] = await claim(store)
    [fresh] = await store.claim_due_feeds(NOW + LEASE, lease=LEASE, limit=1)
    late = PollRecord(state=replace(stale, etag="stale"), entries=new(an_entry("a")))
    assert await store.commit_polls([late]) == 0
    assert await store.pending_entries(limit=10) == []
    done = PollRecord(
        state=replace(fresh, etag="fresh", next_poll_at=NOW + MINUTE), entries=new(an_entry("b"))
    )
    assert await store.commit_polls([late, done]) == 1
    [state] = await store.feed_states()
    assert (state.etag, state.entries) == ("fresh", 1)


async def test_every_field_of_a_feed_comes_back(store: Store) -> None:
    """What a poll learned is read as it was written, times with their microseconds and zone."""
    [claimed] = await claim(store)
    learned = replace(
        claimed,
        etag='W/"1"',
        last_modified="Sun, 01 Mar 2026 12:00:00 GMT",
        body_hash="h",
        moved_to="https://new.example/",
        moving_to="https://next.example/",
        moves=2,
        next_poll_at=NOW + MINUTE,
        last_polled_at=NOW,
        last_success_at=NOW,
        first_read_at=NOW,
        last_entry_at=NOW - MINUTE,
        failures=3,
        status=FeedStatus.FAILING,
        error="the server said 500",
    )
    await store.commit_polls([PollRecord(state=learned)])
    assert await store.feed_states() == [learned]


async def test_every_field_of_an_entry_comes_back(store: Store) -> None:
    """An entry and its findings are read as they were written."""
    entry = an_entry("a")
    assert await poll(store, entry) == 1
    [waiting] = await store.pending_entries(limit=10)
    assert (waiting.entry, waiting.findings) == (entry, FINDINGS)
    stored = await store.entry("a")
    assert stored is not None
    assert (stored.entry, stored.findings, stored.assignment) == (entry, FINDINGS, None)


async def test_repeating_a_commit_changes_nothing(store: Store) -> None:
    """The same entries once more, or an older revision, add nothing and revise nothing."""
    await poll(store, an_entry("a"), an_entry("b"))
    await poll(store, an_entry("a", revision=1))
    assert await poll(store, an_entry("a"), an_entry("b"), an_entry("a", revision=1)) == 0
    counts = await store.counts()
    assert (counts.entries, counts.pending) == (2, 2)
    assert len(await store.revisions("a")) == 1
    [state] = await store.feed_states()
    assert state.entries == 2


async def test_an_entry_is_known_by_any_of_its_keys(store: Store) -> None:
    """One key suffices; keys of another feed or another kind do not."""
    await poll(store, an_entry("a"), an_entry("b"))
    url = EntryKey(kind=KeyKind.URL, value="https://bbc.example/a")
    [known] = await store.known_entries(FEED.url, [url, guid("other")])
    assert (known.id, known.keys, known.text_hash, known.revision) == ("a", (url,), "hash-a-0", 0)
    assert known.first_seen == NOW
    both = await store.known_entries(FEED.url, [guid("guid-a"), url, guid("guid-b")])
    assert {entry.id: len(entry.keys) for entry in both} == {"a": 2, "b": 1}
    assert await store.known_entries("https://other.example/", [url]) == []
    assert await store.known_entries(FEED.url, [EntryKey(kind=KeyKind.TITLE, value="guid-a")]) == []
    assert await store.known_entries(FEED.url, []) == []


async def test_keys_of_any_length_are_kept(store: Store) -> None:
    """A guid of many kilobytes is known again, whatever the database can index."""
    long = guid("x" * 9000 + "ї")
    entry = replace(an_entry("a"), keys=(long,))
    await poll(store, entry)
    [known] = await store.known_entries(FEED.url, [long, guid("x" * 9000)])
    assert (known.id, known.keys) == ("a", (long,))


async def test_a_thousand_keys_are_asked_at_once(store: Store) -> None:
    """A feed of many entries does not run into the limit of parameters."""
    await poll(store, *(an_entry(f"n{number}") for number in range(1200)))
    keys = [guid(f"guid-n{number}") for number in range(1500)]
    assert len(await store.known_entries(FEED.url, keys)) == 1200


async def test_a_key_borne_by_two_entries_names_both(store: Store) -> None:
    """A second entry under a known key does not take it over: both are told, so neither is trusted by it."""
    await poll(store, an_entry("a"))
    await poll(store, replace(an_entry("b"), keys=an_entry("a").keys))
    known = await store.known_entries(FEED.url, [guid("guid-a")])
    assert sorted(entry.id for entry in known) == ["a", "b"]


async def test_a_revision_keeps_the_former_text_and_waits_again(store: Store) -> None:
    """The entry has the new text, its first sight stays, the old text is listed."""
    await poll(store, an_entry("a"))
    later = replace(
        an_entry("a", revision=1, title="Corrected"), first_seen=NOW + MINUTE, fetched=NOW + MINUTE
    )
    assert await poll(store, later) == 1
    [waiting] = await store.pending_entries(limit=10)
    assert (waiting.entry.title, waiting.entry.revision) == ("Corrected", 1)
    assert waiting.entry.first_seen == NOW
    [former] = await store.revisions("a")
    assert (former.revision, former.title, former.fetched) == (0, an_entry("a").title, NOW)


async def test_of_two_revisions_in_one_commit_the_later_counts(store: Store) -> None:
    """A batch may hold two polls of one feed's mirror, or a feed that lists an item twice."""
    assert await poll(store, an_entry("a", revision=1), an_entry("a")) == 1
    [waiting] = await store.pending_entries(limit=10)
    assert waiting.entry.revision == 1


async def test_pending_entries_come_in_order_of_arrival(store: Store) -> None:
    """Over polls and within one."""
    await poll(store, an_entry("z"), an_entry("y"))
    await poll(store, an_entry("x"))
    waiting = await store.pending_entries(limit=2)
    assert [item.entry.id for item in waiting] == ["z", "y"]
    assert waiting[0].seq < waiting[1].seq


async def test_a_feed_taken_out_and_back_keeps_its_memory(store: Store) -> None:
    """Unconfigured feeds are never claimed; re-added ones go on with their validators."""
    [state] = await claim(store)
    await store.commit_polls([PollRecord(state=replace(state, etag="tag"))])
    await store.sync_feeds([a_feed(1)], NOW)
    claimed = await store.claim_due_feeds(NOW + MINUTE, lease=LEASE, limit=10)
    assert [one.url for one in claimed] == [a_feed(1).url]
    assert [one.url for one in await store.feed_states()] == [a_feed(1).url]
    await store.sync_feeds([FEED, a_feed(1)], NOW)
    assert {one.url: one.etag for one in await store.feed_states()} == {FEED.url: "tag", a_feed(1).url: None}


async def test_naive_times_are_refused(store: Store) -> None:
    """A time without a zone is a bug, said at once."""
    [state] = await claim(store)
    broken = replace(state, next_poll_at=NOW.replace(tzinfo=None))
    with pytest.raises(Exception, match="naive datetime"):
        await store.commit_polls([PollRecord(state=broken)])


async def test_walking_the_archive_meets_each_entry_once(store: Store) -> None:
    """Pages neither repeat nor skip, also where many entries share a moment."""
    items = [
        replace(an_entry(f"n{number:02}"), first_seen=NOW + timedelta(seconds=number // 5))
        for number in range(23)
    ]
    await poll(store, *items)
    pages = [page async for page in store.entries_since(NOW + timedelta(seconds=1), page=4)]
    ids = [item.entry.id for page in pages for item in page]
    assert ids == [f"n{number:02}" for number in range(5, 23)]
    assert max(len(page) for page in pages) == 4
