"""Deliveries told in a digest: all of them or none, follow-ups after it, in its thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.folding import Tempo, folds
from monitor.core.models import Delivery, DeliveryKind, DeliveryState, Fold, Folded, Sent, Unsure
from monitor.store import Store
from tests.store.samples import LEASE, MINUTE, NOW, a_delivery


async def waiting(store: Store, *names: str) -> Fold:
    """Queue first posts and return the digest that would tell them."""
    await store.queue([a_delivery(name, alert=f"alert-{name}") for name in names])
    [fold] = folds(await store.waiting("slack", NOW, limit=10), Tempo(), now=NOW)
    return fold


async def claimed(store: Store, *, after: timedelta = timedelta(0)) -> Delivery:
    """Claim the only delivery that is due."""
    [found] = await store.claim_deliveries(NOW + after, lease=LEASE, limit=10)
    return found


async def test_what_is_folded_says_into_which_message(store: Store) -> None:
    """The digest waits in its members' place; each of them names it, and it names them."""
    fold = await waiting(store, "a", "b", "c")
    assert await store.number_waiting("slack", NOW) == 3
    assert await store.fold(fold, NOW)
    assert await store.number_waiting("slack", NOW) == 0
    members = await store.members(fold.digest.id)
    assert [one.id for one in members] == ["a", "b", "c"]
    assert {one.state for one in members} == {DeliveryState.FOLDED}
    assert {one.folded_into for one in members} == {fold.digest.id}
    digest = await claimed(store)
    assert digest.id == fold.digest.id
    assert await store.settle(digest, Sent(remote_id="C:1"), now=NOW, retry_at=NOW)
    assert await store.next_delivery_at() is None


async def test_the_same_digest_is_queued_once(store: Store) -> None:
    """Whoever comes second finds nothing to fold: a restart in between changes nothing."""
    fold = await waiting(store, "a", "b")
    assert await store.fold(fold, NOW)
    assert not await store.fold(fold, NOW)
    assert len(await store.deliveries()) == 3


async def test_what_went_on_is_not_folded(store: Store) -> None:
    """One that somebody is just sending, or that may have arrived, spoils the digest: nothing is done."""
    fold = await waiting(store, "a", "b")
    [first] = await store.claim_deliveries(NOW, lease=LEASE, limit=1)
    assert not await store.fold(fold, NOW)
    assert await store.settle(first, Unsure(why="no answer"), now=NOW, retry_at=NOW)
    assert not await store.fold(fold, NOW)
    assert [one.id for one in await store.waiting("slack", NOW, limit=10)] == ["b"]
    assert await store.members(fold.digest.id) == []


async def test_a_follow_up_waits_for_the_digest_and_answers_it(store: Store) -> None:
    """Its root is what the channel calls the digest."""
    fold = await waiting(store, "a", "b")
    thread = a_delivery("t", alert="alert-a", kind=DeliveryKind.THREAD, ordinal=1)
    await store.queue([thread])
    assert await store.fold(fold, NOW)
    digest = await claimed(store)
    assert digest.id == fold.digest.id
    await store.settle(digest, Sent(remote_id="C:7"), now=NOW, retry_at=NOW)
    follow_up = await claimed(store)
    assert (follow_up.id, follow_up.root_remote_id) == ("t", "C:7")
    assert follow_up.root_folded_into == digest.id


async def test_an_edit_of_a_folded_alert_is_folded_too(store: Store) -> None:
    """A digest cannot be edited for one of many; nothing is sent."""
    fold = await waiting(store, "a", "b")
    await store.queue([a_delivery("u", alert="alert-a", kind=DeliveryKind.UPDATE, ordinal=1)])
    await store.fold(fold, NOW)
    await store.settle(await claimed(store), Sent(remote_id="C:7"), now=NOW, retry_at=NOW)
    edit = await claimed(store)
    assert edit.root_folded_into == fold.digest.id
    assert await store.settle(edit, Folded(into=fold.digest.id), now=NOW, retry_at=NOW)
    assert [one.id for one in await store.members(fold.digest.id)] == ["a", "b", "u"]


async def test_a_digest_is_folded_into_nothing(store: Store) -> None:
    """Digests of digests would hide the links."""
    fold = await waiting(store, "a", "b")
    await store.fold(fold, NOW)
    await store.queue([a_delivery("c", alert="alert-c"), a_delivery("d", alert="alert-d")])
    assert [one.id for one in await store.waiting("slack", NOW, limit=10)] == ["c", "d"]


async def test_each_channel_is_asked_for_what_is_due_on_it(store: Store) -> None:
    """Nothing due elsewhere wakes a channel."""
    later = replace(a_delivery("m", alert="alert-m"), channel="mail", next_attempt_at=NOW + MINUTE)
    await store.queue([a_delivery("a"), later])
    assert await store.next_delivery_at("slack") == NOW
    assert await store.next_delivery_at("mail") == NOW + MINUTE
    assert await store.next_delivery_at("console") is None
