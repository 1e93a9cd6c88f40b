"""The figures for graphs and alarms are the same on both databases."""

from __future__ import annotations

from datetime import timedelta

from monitor.core.models import (
    Decided,
    DeliveryState,
    Ended,
    Health,
    Sent,
    Silence,
    Verdict,
)
from monitor.store import Store
from tests.store.samples import LEASE, MINUTE, NOW, a_delivery, alerted, an_entry, poll


async def test_an_empty_database_stands_at_zero(store: Store) -> None:
    """Nothing is missing, nothing is guessed; the tables take some room."""
    found = await store.standing(NOW)
    assert (found.entries, found.pending, found.held, found.silences, found.open) == (0, 0, 0, 0, {})
    assert (found.oldest_pending_at, found.oldest_unsent_at, found.next_poll_at) == (None, None, None)
    assert found.size > 0
    ends = await store.ledgers_end()
    assert (ends.decision, ends.delivery, ends.open) == (0, 0, frozenset())


async def test_how_things_stand_is_counted(store: Store) -> None:
    """Queues with the age of what has waited longest; feeds by what their last poll came to."""
    await alerted(store, a_delivery("d"))
    await poll(store, an_entry("b"))
    await store.add_silence(
        Silence(id="s", matchers={"rule": "raids"}, starts_at=NOW, ends_at=NOW + MINUTE, author="alice")
    )
    found = await store.standing(NOW)
    assert (found.entries, found.pending, found.silences) == (2, 1, 1)
    assert found.feeds == {Health.NEW: 1}
    assert found.open == {("slack", DeliveryState.READY): 1}
    assert found.oldest_pending_at == found.oldest_unsent_at == NOW
    assert (await store.standing(NOW + MINUTE)).silences == 0


async def test_the_ledgers_are_read_on_from_where_they_were_left(store: Store) -> None:
    """Each decision and each delivery that ended comes once."""
    start = await store.ledgers_end()
    await alerted(store, a_delivery("d"), a_delivery("e", ordinal=1))
    first = await store.ledgers_since(start)
    assert first.decided == (Decided(rule="raids", verdict=Verdict.ALERT, number=1, matches=1),)
    assert first.ended == ()
    assert len(first.followed.open) == 2
    for delivery in await store.claim_deliveries(NOW + timedelta(seconds=3), lease=LEASE, limit=9):
        await store.settle(delivery, Sent(), now=NOW + MINUTE, retry_at=NOW)
    second = await store.ledgers_since(first.followed)
    assert second.decided == ()
    seconds = sorted(second.ended, key=lambda one: one.seconds is None)
    assert seconds == [
        Ended(channel="slack", state=DeliveryState.SENT, seconds=3.0),
        Ended(channel="slack", state=DeliveryState.SENT),
    ]
    assert (await store.ledgers_since(second.followed)).ended == ()
