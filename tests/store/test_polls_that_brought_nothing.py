"""Polls that brought nothing write little: times and notes, and the claim is free again."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.models import FeedHealth, FeedState, FeedStatus, Health, PollRecord
from monitor.core.models.renewed import renewed
from monitor.store import Store
from tests.store.samples import LEASE, MINUTE, NOW, a_feed, an_entry, claim, new


def polled_again(state: FeedState) -> FeedState:
    """Return the state after one more 304."""
    noted = replace(state.noted, unmodified=state.noted.unmodified + 1, answer="304, not modified")
    later = NOW + 5 * MINUTE
    return replace(state, next_poll_at=later, last_polled_at=NOW, last_success_at=NOW, noted=noted)


async def test_times_and_notes_come_back_and_the_claim_is_free(store: Store) -> None:
    """What an unchanged poll learned is read as it was written."""
    [claimed] = await claim(store)
    after = polled_again(claimed)
    assert await store.commit_polls([PollRecord(state=after, before=claimed)]) == 0
    assert await store.feed_states() == [after]
    [again] = await store.claim_due_feeds(after.next_poll_at, lease=LEASE, limit=1)
    assert again.epoch == claimed.epoch + 1


async def test_who_lost_its_claim_writes_nothing(store: Store) -> None:
    """Of a claim that another took over, not even the times are kept, nor is the other's claim freed."""
    [stale] = await claim(store)
    [fresh] = await store.claim_due_feeds(NOW + LEASE, lease=LEASE, limit=1)
    await store.commit_polls([PollRecord(state=polled_again(stale), before=stale)])
    [kept] = await store.feed_states()
    assert (kept.last_polled_at, kept.epoch) == (None, fresh.epoch)
    assert await store.claim_due_feeds(NOW + LEASE, lease=LEASE, limit=1) == []


async def test_what_changed_beside_the_times_is_written_in_full(store: Store) -> None:
    """A new validator, or health that turned, is kept whether or not the state before is at hand."""
    [claimed] = await claim(store)
    health = FeedHealth(state=Health.SILENT, since=NOW, reason="nothing new for 5 days")
    after = replace(polled_again(claimed), etag='"2"', status=FeedStatus.OK, health=health)
    await store.commit_polls([PollRecord(state=after, before=claimed)])
    assert await store.feed_states() == [after]


async def test_polls_with_and_without_entries_are_committed_together(store: Store) -> None:
    """One that brought an entry and one that brought nothing share a transaction."""
    feeds = [a_feed(number) for number in range(2)]
    await store.sync_feeds(feeds, NOW)
    first, second = sorted(
        await store.claim_due_feeds(NOW, lease=LEASE, limit=2), key=lambda state: state.url
    )
    quiet = PollRecord(state=polled_again(first), before=first)
    entry = replace(an_entry("a"), feed=second.url)
    busy = PollRecord(state=polled_again(second), entries=new(entry), before=second)
    assert await store.commit_polls([quiet, busy]) == 1
    assert await store.feed_states() == [quiet.state, replace(busy.state, entries=1)]


def test_a_renewed_noun_is_the_one_that_replace_makes() -> None:
    """`renewed` is dataclasses.replace, only cheaper."""
    state = FeedState(url="https://valley.example/", next_poll_at=NOW, etag="1", failures=3)
    assert renewed(state, etag=None, failures=0) == replace(state, etag=None, failures=0)
    assert state.etag == "1"
