"""The row of the synthetic entry: moved on by what moves everything else, shown nowhere, not left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.channels.null import NullChannel
from monitor.core.matcher import Matcher
from monitor.core.models import (
    Deferred,
    DeliveryState,
    Entry,
    FeedState,
    Findings,
    Match,
    NewEntry,
    PollRecord,
    Sent,
    Walk,
    WalkStage,
)
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import Settings
from monitor.core.walking import CHANNEL, feed_of, guid_of, title_of
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.walked import judged, walker
from monitor.samples.walk import WalkFeed
from monitor.store import Store, open_store
from tests.store.samples import LEASE, NOW, an_entry, poll


def own(store: Store, number: int = 1) -> Walk:
    """What a daemon knows of its entry before it looks."""
    return Walk(worker=store.worker, number=number, stage=WalkStage.DUE)


async def stage_of(store: Store) -> WalkStage | None:
    """Where the entry is."""
    found = await store.look_at_walk(own(store))
    return None if found is None else found.stage


def in_force(store: Store) -> InForce:
    """What a daemon has in force that sends entries."""
    rulebook = Rulebook.of(RuleSet(), Matcher(RuleSet()))
    feed = WalkFeed(store.worker, "secret").feed
    return InForce(settings=Settings(), rulebook=rulebook, walker=walker(feed, NullChannel(CHANNEL)))


def read(store: Store, number: int, epoch: int) -> PollRecord:
    """A poll that brought the n-th entry, of a claim of that number."""
    entry = Entry(
        id="any",
        feed=feed_of(store.worker),
        outlet="news-monitor",
        guid=guid_of(store.worker, number),
        title=title_of(number),
        fetched=NOW,
        first_seen=NOW,
    )
    findings = Findings(matches=(Match(rule=CHANNEL, hits=()),))
    state = poll_state(store, epoch)
    return PollRecord(state=state, entries=(NewEntry(entry=entry, findings=findings),))


def poll_state(store: Store, epoch: int) -> FeedState:
    """Return the state of its feed."""
    return FeedState(url=feed_of(store.worker), epoch=epoch, next_poll_at=NOW)


async def test_each_stage_moves_it_on_and_no_list_has_it(store: Store) -> None:
    """From the claim of its feed to the answer of the null channel."""
    await store.launch_walk(1, NOW)
    assert await stage_of(store) is WalkStage.DUE
    [state] = await store.claim_due_feeds(NOW, lease=LEASE, limit=5)
    assert (state.url, state.epoch) == (feed_of(store.worker), 1)
    assert store.may_poll(state.shard)
    assert await store.claim_due_feeds(NOW, lease=LEASE, limit=5) == []
    assert await store.commit_polls([read(store, 1, 1)]) == 0
    assert await stage_of(store) is WalkStage.PENDING
    [waiting] = await store.pending_entries(limit=5)
    assert (await store.counts()).pending == 0
    done = judged(store, in_force(store), waiting, now=NOW)
    await store.commit_assembled([done])
    assert await store.pending_entries(limit=5) == []
    assert await stage_of(store) is WalkStage.READY
    assert await store.next_delivery_at(CHANNEL) is not None
    assert await store.next_delivery_at() is None
    [delivery] = await store.claim_deliveries(NOW, lease=LEASE, limit=1, channel=CHANNEL)
    assert delivery.state is DeliveryState.SENDING
    assert title_of(1) in delivery.message.text
    assert await store.settle(delivery, Sent(), now=NOW, retry_at=NOW)
    assert await stage_of(store) is WalkStage.ARRIVED
    assert not await store.settle(delivery, Sent(), now=NOW, retry_at=NOW)
    counts = await store.counts()
    assert (counts.entries, counts.stories, counts.alerts, sum(counts.deliveries.values())) == (0, 0, 0, 0)


async def test_what_goes_wrong_is_kept_with_it(store: Store) -> None:
    """A feed that cannot be read, an entry that its rule does not match, a channel that puts it off."""
    await store.launch_walk(1, NOW)
    [state] = await store.claim_due_feeds(NOW, lease=LEASE, limit=5)
    await store.commit_polls(
        [PollRecord(state=replace(state, error="connection refused"), failure="unreachable")]
    )
    found = await store.look_at_walk(own(store))
    assert found is not None
    assert (found.stage, found.said) == (WalkStage.POLLED, "connection refused")
    [new] = read(store, 1, 1).entries
    await store.commit_polls([PollRecord(state=state, entries=(replace(new, findings=Findings()),))])
    found = await store.look_at_walk(own(store))
    assert found is not None
    assert found.said == "its own rule did not match it"


async def test_an_entry_given_up_moves_nobody(store: Store) -> None:
    """What comes late of it is of another number."""
    await store.launch_walk(1, NOW)
    await store.claim_due_feeds(NOW, lease=LEASE, limit=5)
    await store.launch_walk(2, NOW)
    await store.commit_polls([read(store, 1, 1)])
    assert await stage_of(store) is WalkStage.DUE


async def test_it_travels_beside_entries_that_are_news(store: Store) -> None:
    """In the same transactions, which store what is not synthetic as ever."""
    await store.launch_walk(1, NOW)
    await store.claim_due_feeds(NOW, lease=LEASE, limit=5)
    await poll(store, an_entry("a"))
    await store.commit_polls([read(store, 1, 1)])
    first, second = await store.pending_entries(limit=5)
    assert (first.entry.id, second.entry.id) == (guid_of(store.worker, 1), "a")
    assert (await store.counts()).entries == 1


async def test_what_nothing_delivers_is_not_assembled_for_ever(store: Store) -> None:
    """A single round has no null channel: the entry ends there, and its daemon sends another."""
    await store.launch_walk(1, NOW)
    await store.claim_due_feeds(NOW, lease=LEASE, limit=5)
    await store.commit_polls([read(store, 1, 1)])
    [waiting] = await store.pending_entries(limit=5)
    alone = replace(in_force(store), walker=None)
    await store.commit_assembled([judged(store, alone, waiting, now=NOW)])
    assert await store.pending_entries(limit=5) == []
    assert await stage_of(store) is WalkStage.DECIDED


async def test_what_a_killed_keeper_was_sending_is_sent_by_the_next(store: Store) -> None:
    """The null channel may well have it twice."""
    await store.launch_walk(1, NOW)
    await store.claim_due_feeds(NOW, lease=LEASE, limit=5)
    await store.commit_polls([read(store, 1, 1)])
    [waiting] = await store.pending_entries(limit=5)
    await store.commit_assembled([judged(store, in_force(store), waiting, now=NOW)])
    [delivery] = await store.claim_deliveries(NOW, lease=LEASE, limit=1, channel=CHANNEL)
    await store.recover_deliveries(NOW)
    assert await stage_of(store) is WalkStage.READY
    [again] = await store.claim_deliveries(NOW, lease=LEASE, limit=1, channel=CHANNEL)
    await store.settle(again, Deferred(why="later"), now=NOW, retry_at=NOW + timedelta(minutes=1))
    assert await stage_of(store) is WalkStage.READY
    assert again == delivery


async def test_rows_of_daemons_that_are_gone_are_deleted(store: Store, url: str) -> None:
    """One that was killed left its row; the next to send an entry deletes it, and keeps its own."""
    gone = await open_store(url, owner="gone", exclusive=False)
    await gone.launch_walk(7, NOW)
    await gone.close()
    await store.launch_walk(1, NOW)
    left = Walk(worker="gone", number=7, stage=WalkStage.DUE)
    assert await store.look_at_walk(left) is not None
    await store.forget_walks_of_the_gone()
    assert await store.look_at_walk(left) is None
    assert await stage_of(store) is WalkStage.DUE
    await store.forget_walk()
    assert await stage_of(store) is None
