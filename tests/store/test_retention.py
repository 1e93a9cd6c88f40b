"""Retention: what is old goes, what must be remembered stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.models import DeliveryKind, DeliveryState, Keep, Purged, Sent, Verdict
from monitor.store import Store
from tests.store.samples import (
    FEED,
    LEASE,
    MINUTE,
    NOW,
    a_delivery,
    alerted,
    an_entry,
    assembled,
    guid,
    poll,
)

KEEP = Keep(entries=timedelta(days=90), deliveries=timedelta(days=30))
MUCH_LATER = NOW + timedelta(days=91)


async def test_an_old_entry_goes_and_is_still_known(store: Store) -> None:
    """Its text is gone; when the article returns it is neither new nor revised."""
    await alerted(store)
    assert await store.purge(NOW + timedelta(days=89), KEEP) == Purged()
    assert await store.purge(MUCH_LATER, KEEP) == Purged(entries=1, stories=1, decisions=1)
    assert await store.entry("a") is None
    assert await store.story("a") is None
    [known] = await store.known_entries(FEED.url, [guid("guid-a")])
    assert (known.id, known.text_hash, known.revision, known.first_seen) == ("a", "hash-a-0", 0, NOW)
    assert await poll(store, an_entry("a"), now=MUCH_LATER) == 0
    assert await store.pending_entries(limit=10) == []


async def test_an_old_article_with_a_new_text_returns(store: Store) -> None:
    """A revision of a purged entry is stored again, first seen when it first was."""
    await alerted(store)
    await store.purge(MUCH_LATER, KEEP)
    assert await poll(store, an_entry("a", revision=1), now=MUCH_LATER) == 1
    [waiting] = await store.pending_entries(limit=10)
    assert (waiting.entry.revision, waiting.entry.first_seen) == (1, NOW)
    [known] = await store.known_entries(FEED.url, [guid("guid-a")])
    assert known.revision == 1


async def test_entries_of_a_living_story_stay(store: Store) -> None:
    """A story that changed lately keeps its first article."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    done = assembled(waiting)
    await store.commit_assembled([replace(done, story=replace(done.story, updated_at=MUCH_LATER))])
    assert (await store.purge(MUCH_LATER, KEEP)).entries == 0
    assert await store.entry("a") is not None


async def test_entries_that_still_wait_stay(store: Store) -> None:
    """Nothing is deleted before it was looked at."""
    await poll(store, an_entry("a"))
    assert (await store.purge(MUCH_LATER, KEEP)).entries == 0
    assert len(await store.pending_entries(limit=10)) == 1


async def test_deliveries_go_when_all_of_their_alert_have_ended(store: Store) -> None:
    """A root is kept as long as a follow-up may need it."""
    await alerted(store, a_delivery("post"), a_delivery("thread", kind=DeliveryKind.THREAD, ordinal=1))
    [post] = await store.claim_deliveries(NOW, lease=LEASE, limit=10)
    await store.settle(post, Sent(remote_id="ts"), now=NOW, retry_at=NOW)
    assert (await store.purge(MUCH_LATER, KEEP)).deliveries == 0
    assert await store.story("a") is not None
    [thread] = await store.claim_deliveries(NOW + MINUTE, lease=LEASE, limit=10)
    assert thread.root_remote_id == "ts"
    await store.settle(thread, Sent(), now=NOW, retry_at=NOW)
    purged = await store.purge(MUCH_LATER, KEEP)
    assert (purged.deliveries, purged.stories) == (2, 1)


async def test_a_held_alert_keeps_its_story(store: Store) -> None:
    """However old, it is still to be decided."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(waiting, verdict=Verdict.HELD)])
    assert (await store.purge(MUCH_LATER, KEEP)).stories == 0
    assert len(await store.held_alerts(due=MUCH_LATER)) == 1


async def test_much_goes_in_small_steps(store: Store) -> None:
    """More than one batch, all of it gone at the end."""
    many = [an_entry(f"n{number}") for number in range(1100)]
    await poll(store, *many)
    waiting = await store.pending_entries(limit=2000)
    await store.commit_assembled([assembled(item) for item in waiting])
    purged = await store.purge(MUCH_LATER, KEEP)
    assert (purged.entries, purged.stories, purged.decisions) == (1100, 1100, 1100)
    counts = await store.counts()
    assert (counts.entries, counts.stories, counts.alerts) == (0, 0, 0)
    assert counts.deliveries[DeliveryState.READY] == 0
