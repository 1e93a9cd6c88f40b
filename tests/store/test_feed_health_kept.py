"""Rhythm, notes and health of feeds on both databases; what people were told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.models import (
    FeedHealth,
    FeedStatus,
    Health,
    Hints,
    Noted,
    PollRecord,
    Rhythm,
    Why,
)
from monitor.store import Store
from tests.store.samples import FEED, MINUTE, NOW, a_delivery, a_feed, claim

EACH = timedelta(seconds=0.02)
THEN = NOW.replace(microsecond=0)
"""Rhythms and notes are kept to the second."""
NOTED = Noted(
    why=Why.LEARNED,
    conditional=True,
    answer="304, not modified",
    failed="timeout",
    status=503,
    wall="Cloudflare",
    offer="https://one.example/new.xml",
    listed=30,
    usual=40,
    empty=1,
    empty_at=THEN,
    refilled=2,
    dated=True,
    undated=2,
    whole_at=THEN,
    unmodified=7,
    strikes=1,
    distrusted_until=THEN + MINUTE,
    gap_at=THEN - MINUTE,
    old_at=THEN,
    old="an old copy came",
    old_copies=3,
    due_at=THEN - MINUTE,
    late=400,
    lates=2,
    hub="hub.example",
    told=True,
    untold=1,
    former="h0",
    hints=Hints(every=900, fresh=60, skip_hours=(0, 1), skip_days=(6,)),
)
RHYTHM = Rhythm(
    since=THEN - timedelta(days=3),
    at=THEN,
    newest=THEN - MINUTE,
    count=24.5,
    hours=(1.5,) * 8 + (0.0,) * 8 + (1.25,) * 8,
    days=(0.25,) * 7,
    minutes=(2.0,) * 12,
    burst=0.75,
    gaps=(60, 3600),
)


async def ill(store: Store, state: Health, *, failures: int = 3) -> None:
    """Let the feed be in this state."""
    await store.make_due(FEED.url, NOW)
    [claimed] = await store.claim_due_feeds(NOW, lease=MINUTE, limit=1)
    health = FeedHealth(state=state, since=NOW, reason="so it is" if state is not Health.OK else "")
    after = replace(claimed, failures=failures, status=FeedStatus.FAILING, health=health, noted=NOTED)
    await store.commit_polls([PollRecord(state=after)])


async def test_rhythm_notes_and_health_come_back(store: Store) -> None:
    """As they were written, every field of them; a feed never polled has none."""
    [claimed] = await claim(store)
    assert (claimed.rhythm, claimed.noted, claimed.health) == (None, Noted(), FeedHealth())
    health = FeedHealth(state=Health.GAP, since=NOW, reason="all its entries were new")
    learned = replace(claimed, next_poll_at=NOW + MINUTE, rhythm=RHYTHM, noted=NOTED, health=health)
    await store.commit_polls([PollRecord(state=learned)])
    assert await store.feed_states() == [learned]
    assert all(getattr(NOTED, name) != getattr(Noted(), name) for name in Noted.__dataclass_fields__)


async def test_news_of_health_is_what_differs_from_what_was_told(store: Store) -> None:
    """Until it is told; a recovery is news only of what was told; offline is none."""
    await store.sync_feeds([FEED], NOW)
    assert await store.health_news() == []
    await ill(store, Health.FAILING)
    [news] = await store.health_news()
    assert (news.url, news.name, news.failures, news.told) == (FEED.url, FEED.name, 3, None)
    assert (news.health.state, news.health.reason, news.noted) == (Health.FAILING, "so it is", NOTED)
    await store.tell_health({FEED.url: Health.FAILING}, [a_delivery("told")])
    assert await store.health_news() == []
    assert len(await store.claim_deliveries(NOW, lease=MINUTE, limit=9)) == 1
    await ill(store, Health.OFFLINE)
    assert await store.health_news() == []
    await ill(store, Health.GONE)
    [changed] = await store.health_news()
    assert (changed.health.state, changed.told) == (Health.GONE, Health.FAILING)
    await ill(store, Health.OK, failures=0)
    [well] = await store.health_news()
    assert (well.health.state, well.told) == (Health.OK, Health.FAILING)
    await store.tell_health({FEED.url: None}, [])
    assert await store.health_news() == []
    await ill(store, Health.SILENT)
    await store.sync_feeds([], NOW)
    assert await store.health_news() == []


@pytest.mark.parametrize(("but", "spread"), [(50, True), (500, False)])
async def test_what_was_missed_while_the_daemon_stood_still_is_spread(
    store: Store, *, but: int, spread: bool
) -> None:
    """Two hundred overdue feeds get two hundred moments, no claimed one is touched; a few are left alone."""
    feeds = [a_feed(number) for number in range(201)]
    await store.sync_feeds(feeds, NOW - MINUTE)
    [held] = await store.claim_due_feeds(NOW, lease=MINUTE, limit=1)
    assert await store.spread_overdue(NOW, each=EACH, but=but) == (200 if spread else 0)
    moments = sorted(state.next_poll_at for state in await store.feed_states() if state.url != held.url)
    assert len(set(moments)) == (200 if spread else 1)
    if spread:
        assert (moments[0], moments[-1]) == (NOW, NOW + EACH * 199)
