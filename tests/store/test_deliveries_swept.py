"""Deliveries that would be forgotten are found: those of removed channels and those of a wrong clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.models import Deferred, DeliveryKind, DeliveryState, Rejected, Sent, Unsure
from monitor.store import Store
from tests.store.samples import LEASE, MINUTE, NOW, a_delivery, alerted
from tests.store.test_outbox_ledger import claim, settle, state_of


async def test_what_waits_for_a_removed_channel_is_parked_with_the_reason(store: Store) -> None:
    """Ready or in doubt, it turns up among the dead letters; what others wait for stays."""
    there, gone, doubtful = (
        replace(a_delivery(name, alert=name), channel=channel)
        for name, channel in (("a", "desk"), ("b", "old"), ("c", "old"))
    )
    await alerted(store, doubtful, there, gone)
    [claimed] = await claim(store, limit=1)
    await settle(store, claimed, Unsure(why="no answer"))
    assert await store.park_unconfigured(["desk"]) == 2
    assert await store.park_unconfigured(["desk"]) == 0
    parked = {one.id: one.error for one in await store.deliveries(state=DeliveryState.PARKED)}
    assert parked == {
        "b": "channel old is no longer configured",
        "c": "it may have arrived; channel old is no longer configured",
    }
    assert (await state_of(store, "a")).state is DeliveryState.READY
    assert await store.park_unconfigured([]) == 1


async def test_what_was_put_off_goes_at_once_when_its_channel_is_mended(store: Store) -> None:
    """Of the named channel only."""
    one, two = (
        replace(a_delivery(name, alert=name), channel=name, next_attempt_at=NOW + MINUTE) for name in "ab"
    )
    await alerted(store, one, two)
    assert await store.hurry_deliveries(["a"], NOW) == 1
    assert [each.id for each in await claim(store)] == ["a"]


async def test_times_of_a_wrong_clock_are_pulled_back(store: Store) -> None:
    """An attempt put off to another year, and a lease until then; what waits for a day is left alone."""
    far = NOW + timedelta(days=900)
    await alerted(
        store,
        a_delivery("leased", alert="x"),
        replace(a_delivery("far", alert="y"), next_attempt_at=far),
        replace(a_delivery("near", alert="z"), next_attempt_at=NOW + timedelta(hours=24)),
    )
    assert [one.id for one in await store.claim_deliveries(far, lease=LEASE, limit=1)] == ["leased"]
    assert await claim(store) == []
    assert await store.pull_back_deliveries(NOW) == 2
    assert await store.pull_back_deliveries(NOW) == 0
    assert {(one.id, one.state) for one in await claim(store)} == {
        ("far", DeliveryState.SENDING),
        ("leased", DeliveryState.UNSURE),
    }


async def test_the_first_message_that_arrived_is_the_root(store: Store) -> None:
    """Where the post was refused an update takes its place, and later ones edit that."""
    updates = [
        a_delivery(f"u{number}", kind=DeliveryKind.UPDATE, ordinal=number, at=NOW + number * MINUTE)
        for number in (1, 2, 3)
    ]
    # Threads, since an update that waits is overtaken by the next one.
    threads = [replace(update, kind=DeliveryKind.THREAD) for update in updates]
    await alerted(store, a_delivery("post"), *threads)
    [post] = await claim(store)
    await settle(store, post, Rejected(why="the channel was archived"))
    found = []
    for number in (1, 2, 3):
        [claimed] = await claim(store, at=number)
        found.append(claimed.root_remote_id)
        await settle(store, claimed, Sent(remote_id=claimed.root_remote_id or f"ts-{number}"), at=number)
    assert found == [None, "ts-1", "ts-1"]


async def test_an_attempt_put_off_does_not_become_the_root(store: Store) -> None:
    """Only what arrived can be edited."""
    await alerted(store, a_delivery("post"), a_delivery("u", kind=DeliveryKind.UPDATE, ordinal=1))
    [post] = await claim(store)
    await settle(store, post, Deferred(why="busy"))
    assert await claim(store) == []
