"""What is agreed with hubs is kept, claimed by one, and of configured feeds alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from monitor.core.models import Subscription, SubscriptionState
from monitor.store import Store
from tests.store.samples import FEED, MINUTE, NOW, a_feed

NEW = Subscription(
    feed=FEED.url, hub="https://hub.example/", topic=FEED.url, token="t", secret="s", ask_at=NOW
)


async def test_a_subscription_comes_back_as_it_was(store: Store) -> None:
    """Asked, refused, leased, heard, denied; a new one of the same feed takes its place."""
    await store.sync_feeds([FEED], NOW)
    await store.agree(NEW)
    assert await store.subscriptions() == [NEW]
    await store.put_off_subscription("t", NOW + MINUTE, asks=3)
    await store.refuse_subscription("t", "no")
    assert await store.subscription_of("t") == replace(NEW, ask_at=NOW + MINUTE, asks=3, why="no")
    await store.lease("t", until=NOW + 9 * MINUTE, renew_at=NOW + 7 * MINUTE)
    await store.hub_told("t", NOW + MINUTE)
    live = replace(
        NEW,
        state=SubscriptionState.LIVE,
        ask_at=NOW + 7 * MINUTE,
        lease_until=NOW + 9 * MINUTE,
        told_at=NOW + MINUTE,
    )
    assert await store.subscriptions() == [live]
    await store.deny_subscription("t", again_at=NOW + MINUTE, why="never")
    assert await store.subscription_of("t") == replace(
        live, state=SubscriptionState.DENIED, ask_at=NOW + MINUTE, lease_until=None, why="never"
    )
    await store.agree(replace(NEW, token="u"))
    assert await store.subscription_of("t") is None
    assert await store.subscriptions() == [replace(NEW, token="u")]


async def test_each_is_asked_for_by_one_when_its_time_has_come(store: Store) -> None:
    """Two that look at once get it once; a feed that is no longer configured is asked for by nobody."""
    other = a_feed(7)
    await store.sync_feeds([FEED, other], NOW)
    await store.agree(NEW)
    await store.agree(replace(NEW, feed=other.url, token="later", ask_at=NOW + MINUTE))
    looks = (store.claim_subscriptions(NOW, limit=5, until=NOW + MINUTE) for _ in range(4))
    claimed = [one.token for found in await asyncio.gather(*looks) for one in found]
    assert claimed == ["t"]
    await store.sync_feeds([FEED], NOW)
    again = await store.claim_subscriptions(NOW + 2 * MINUTE, limit=5, until=NOW + 3 * MINUTE)
    assert [one.token for one in again] == ["t"]
    assert [one.token for one in await store.subscriptions()] == ["t"]
