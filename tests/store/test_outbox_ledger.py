"""The ledger of deliveries: what leaves, in which order, and what a crash leaves behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from monitor.core.models import (
    Absent,
    Deferred,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Lookup,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsure,
)
from monitor.store import Store, open_store
from tests.store.samples import LEASE, MINUTE, NOW, a_delivery, alerted


async def claim(store: Store, *, at: int = 0, limit: int = 100) -> list[Delivery]:
    """Claim what is due so many minutes after NOW."""
    return await store.claim_deliveries(NOW + at * MINUTE, lease=LEASE, limit=limit)


async def settle(store: Store, delivery: Delivery, outcome: Outcome | Lookup, *, at: int = 0) -> bool:
    """Settle it, with a retry one minute later."""
    now = NOW + at * MINUTE
    return await store.settle(delivery, outcome, now=now, retry_at=now + MINUTE)


async def state_of(store: Store, delivery: str) -> Delivery:
    """Return a delivery as it now stands."""
    [found] = [one for one in await store.deliveries() if one.id == delivery]
    return found


async def test_a_claim_is_written_down_before_it_is_returned(store: Store) -> None:
    """Another connection sees SENDING, the attempt and its beginning; the message is as it was frozen."""
    await alerted(store, a_delivery("d"))
    [claimed] = await claim(store)
    assert (claimed.state, claimed.attempts, claimed.epoch) == (DeliveryState.SENDING, 1, 1)
    assert claimed.started_at == NOW
    assert claimed.message == a_delivery("d").message
    assert await state_of(store, "d") == claimed
    assert await claim(store) == []


async def test_the_oldest_due_go_first(store: Store) -> None:
    """Those not yet due wait; the next time is known."""
    due = [a_delivery(f"d{number}", alert=f"alert-{number}", at=NOW - number * MINUTE) for number in range(4)]
    later = a_delivery("later", alert="alert-9", at=NOW + MINUTE)
    await alerted(store, *due, later)
    assert [one.id for one in await claim(store, limit=3)] == ["d3", "d2", "d1"]
    assert await store.next_delivery_at() == NOW
    assert [one.id for one in await claim(store)] == ["d0"]
    assert await store.next_delivery_at() == NOW + LEASE


async def test_deliveries_of_one_channel_are_claimed_alone(store: Store) -> None:
    """A channel that is down keeps nobody else waiting."""
    mail = replace(a_delivery("mail"), channel="mail")
    await alerted(store, a_delivery("slack"), mail)
    [claimed] = await store.claim_deliveries(NOW, lease=LEASE, limit=10, channel="mail")
    assert claimed.id == "mail"
    assert await store.claim_deliveries(NOW, lease=LEASE, limit=10, channel="mail") == []
    assert [one.id for one in await claim(store)] == ["slack"]


async def test_nothing_waits_where_there_is_nothing(store: Store) -> None:
    """An empty outbox has no next time; nor has one where all has come to an end."""
    assert await store.next_delivery_at() is None
    await alerted(store, a_delivery("d"))
    assert await store.next_delivery_at() == NOW
    [claimed] = await claim(store)
    await settle(store, claimed, Sent())
    assert await store.next_delivery_at() is None


@pytest.mark.parametrize(
    ("outcome", "state", "minutes", "error"),
    [
        (Sent(remote_id="ts"), DeliveryState.SENT, 0, None),
        (Deferred(why="busy"), DeliveryState.READY, 1, "busy"),
        (Unsure(why="no answer"), DeliveryState.UNSURE, 1, "no answer"),
        (Rejected(why="no such channel"), DeliveryState.PARKED, 0, "no such channel"),
    ],
)
async def test_each_outcome_leads_to_its_state(
    store: Store, outcome: Outcome, state: DeliveryState, minutes: int, error: str | None
) -> None:
    """Of an attempt."""
    await alerted(store, a_delivery("d"))
    [claimed] = await claim(store)
    assert await settle(store, claimed, outcome)
    settled = await state_of(store, "d")
    assert (settled.state, settled.error) == (state, error)
    assert settled.next_attempt_at == NOW + minutes * MINUTE
    assert settled.remote_id == ("ts" if state is DeliveryState.SENT else None)


@pytest.mark.parametrize(
    ("lookup", "state", "minutes"),
    [
        (Sent(remote_id="ts"), DeliveryState.SENT, 1),
        (Absent(), DeliveryState.READY, 1),
        (Unknown(why="history is not readable"), DeliveryState.UNSURE, 2),
    ],
)
async def test_each_lookup_leads_to_its_state(
    store: Store, lookup: Lookup, state: DeliveryState, minutes: int
) -> None:
    """Of a delivery in doubt, which is claimed as such and counts no attempt."""
    await alerted(store, a_delivery("d"))
    [claimed] = await claim(store)
    await settle(store, claimed, Unsure(why="no answer"))
    assert await claim(store) == []
    [doubtful] = await claim(store, at=1)
    assert (doubtful.state, doubtful.attempts, doubtful.epoch) == (DeliveryState.UNSURE, 1, 2)
    assert doubtful.started_at == NOW
    assert await settle(store, doubtful, lookup, at=1)
    settled = await state_of(store, "d")
    assert (settled.state, settled.next_attempt_at) == (state, NOW + minutes * MINUTE)


async def test_whoever_lost_the_lease_writes_nothing(store: Store) -> None:
    """A sender that overslept finds its delivery in doubt and claimed by another, and is refused."""
    await alerted(store, a_delivery("d"))
    [slow] = await claim(store)
    [doubtful] = await claim(store, at=1)
    assert doubtful.state is DeliveryState.UNSURE
    assert not await settle(store, slow, Sent(remote_id="late"), at=1)
    assert (await state_of(store, "d")).state is DeliveryState.UNSURE
    assert await settle(store, doubtful, Sent(remote_id="found"), at=1)
    assert (await state_of(store, "d")).remote_id == "found"


async def test_settling_twice_counts_once(store: Store) -> None:
    """The second word on a settled delivery is refused."""
    await alerted(store, a_delivery("d"))
    [claimed] = await claim(store)
    assert await settle(store, claimed, Sent(remote_id="ts"))
    assert not await settle(store, claimed, Deferred(why="late"))


async def test_two_senders_never_share_a_delivery(url: str) -> None:
    """Two stores that claim at the same time get disjoint deliveries, and together all of them."""
    stores = [await open_store(url, owner=name, exclusive=False) for name in ("one", "two")]
    try:
        many = [a_delivery(f"d{number}", alert=f"alert-{number}") for number in range(120)]
        await alerted(stores[0], *many)
        claims = await asyncio.gather(*(claim(store, limit=10) for _ in range(8) for store in stores))
        ids = [delivery.id for claimed in claims for delivery in claimed]
        assert len(ids) == len(set(ids)) == 120
    finally:
        for store in stores:
            await store.close()


async def test_a_follow_up_waits_for_its_root(store: Store) -> None:
    """Due once the first post is SENT, and told what the channel calls that."""
    update = a_delivery("update", kind=DeliveryKind.UPDATE, ordinal=1)
    elsewhere = a_delivery("mail", kind=DeliveryKind.POST, recipient="x@example.org")
    await alerted(store, a_delivery("post"), update, elsewhere)
    post, mail = sorted(await claim(store), key=lambda one: one.recipient or "")
    assert (post.id, mail.id) == ("post", "mail")
    assert await claim(store) == []
    await settle(store, mail, Sent())
    await settle(store, post, Unsure(why="no answer"))
    [doubtful] = await claim(store, at=1)
    assert doubtful.id == "post"
    await settle(store, doubtful, Sent(remote_id="ts-1"), at=1)
    [follow_up] = await claim(store, at=1)
    assert (follow_up.id, follow_up.root_remote_id) == ("update", "ts-1")


async def test_a_follow_up_of_a_parked_root_goes_without_root(store: Store) -> None:
    """A refused first post does not swallow what follows."""
    await alerted(store, a_delivery("post"), a_delivery("thread", kind=DeliveryKind.THREAD, ordinal=1))
    [post] = await claim(store)
    await settle(store, post, Rejected(why="too long"))
    [thread] = await claim(store)
    assert (thread.id, thread.root_remote_id) == ("thread", None)


async def test_follow_ups_keep_their_order(store: Store) -> None:
    """The second thread waits for the first, even if that one is deferred."""
    threads = [a_delivery(f"t{number}", kind=DeliveryKind.THREAD, ordinal=number) for number in (1, 2)]
    await alerted(store, a_delivery("post"), *threads)
    [post] = await claim(store)
    await settle(store, post, Sent(remote_id="ts"))
    [first] = await claim(store)
    assert first.id == "t1"
    await settle(store, first, Deferred(why="busy"))
    assert await claim(store) == []
    assert await store.next_delivery_at() == NOW + MINUTE
    [again] = await claim(store, at=1)
    assert again.id == "t1"


async def test_a_second_post_of_an_alert_waits_for_nobody(store: Store) -> None:
    """A rule whose follow-ups are new messages posts them whatever became of the first."""
    await alerted(store, a_delivery("post"), a_delivery("next", ordinal=1))
    assert [one.id for one in await claim(store)] == ["post", "next"]


async def test_after_a_crash_what_was_being_sent_is_in_doubt(url: str) -> None:
    """The next run of the same owner finds it UNSURE at once, and may still learn that it arrived."""
    crashed = await open_store(url, owner="one", exclusive=False)
    await alerted(crashed, a_delivery("d"), a_delivery("e", alert="alert-e", at=NOW + MINUTE))
    await claim(crashed)
    await crashed.close()
    store = await open_store(url, owner="one", exclusive=True)
    try:
        assert await store.recover_deliveries(NOW) == 1
        assert await store.recover_deliveries(NOW) == 0
        [doubtful] = await claim(store)
        assert (doubtful.id, doubtful.state, doubtful.attempts) == ("d", DeliveryState.UNSURE, 1)
        assert await settle(store, doubtful, Absent())
        [again] = await claim(store)
        assert (again.id, again.state, again.attempts) == ("d", DeliveryState.SENDING, 2)
    finally:
        await store.close()


async def test_a_person_may_retry_and_drop(store: Store) -> None:
    """PARKED goes again, READY and PARKED can be given up, SENT neither."""
    await alerted(store, a_delivery("d"), a_delivery("e", alert="alert-e"))
    parked, sent = await claim(store)
    await settle(store, parked, Rejected(why="no"))
    await settle(store, sent, Sent())
    assert not await store.retry_delivery(sent.id, NOW)
    assert not await store.drop_delivery(sent.id)
    assert await store.retry_delivery(parked.id, NOW + MINUTE)
    [again] = await claim(store, at=1)
    assert (again.id, again.attempts) == (parked.id, 2)
    assert not await store.drop_delivery(again.id)
    await settle(store, again, Deferred(why="busy"), at=1)
    assert await store.drop_delivery(again.id)
    dropped = await state_of(store, again.id)
    assert (dropped.state, dropped.error) == (DeliveryState.DROPPED, "busy")
    assert await claim(store, at=9) == []


async def test_a_late_answer_cannot_undo_what_a_person_did(store: Store) -> None:
    """A delivery in doubt that was dropped by hand stays dropped."""
    await alerted(store, a_delivery("d"))
    [claimed] = await claim(store)
    await settle(store, claimed, Unsure(why="no answer"))
    [doubtful] = await claim(store, at=1)
    assert await store.drop_delivery("d")
    assert not await settle(store, doubtful, Absent(), at=1)
    assert (await state_of(store, "d")).state is DeliveryState.DROPPED


async def test_a_message_keeps_its_bytes(store: Store) -> None:
    """Key order, null and letters of a message are the same at every attempt."""
    frozen = replace(a_delivery("d").message, blocks=({"z": 1, "a": {"y": None, "b": "ї"}},))
    await alerted(store, replace(a_delivery("d"), message=frozen))
    [first] = await claim(store)
    await settle(store, first, Deferred(why="busy"))
    [second] = await claim(store, at=1)
    assert str(first.message) == str(second.message) == str(frozen)


async def test_a_person_may_hurry_what_is_in_doubt(store: Store) -> None:
    """It is sent at once and says that it may be a repeat; whoever was just asking for it writes nothing."""
    await alerted(store, a_delivery("d"))
    [first] = await claim(store)
    await settle(store, first, Unsure(why="no answer"))
    [asked] = await claim(store, at=1)
    assert asked.state is DeliveryState.UNSURE
    assert await store.retry_delivery("d", NOW + MINUTE)
    assert not await settle(store, asked, Absent(), at=1)
    [again] = await claim(store, at=1)
    assert (again.state, again.doubts) == (DeliveryState.SENDING, 1)
