"""A clock that was once ahead puts nothing off for good."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import Feed, PollRecord
from monitor.store import open_store
from tests.pipeline.rig import Rig
from tests.pipeline.test_stages import until

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = Feed(url="https://courier.example/rss", name="Courier", outlet="courier.example")


async def test_a_poll_put_off_by_a_year_is_due_at_once(tmp_path: Path) -> None:
    """What lies further ahead than anything may is pulled back; what is due tomorrow is left alone."""
    store = await open_store(f"sqlite:///{tmp_path}/n.db", owner="test", exclusive=True)
    await store.sync_feeds([FEED], NOW)
    ahead = NOW + timedelta(days=365)
    [state] = await store.claim_due_feeds(ahead, lease=MINUTE, limit=1)
    await store.commit_polls([PollRecord(state=state)])
    await store.claim_due_feeds(ahead, lease=MINUTE, limit=1)
    furthest = NOW + timedelta(hours=30)
    assert await store.claim_due_feeds(NOW, lease=MINUTE, limit=1) == []
    assert await store.pull_back_polls(NOW, furthest=furthest, lease=MINUTE) == 1
    assert await store.pull_back_polls(NOW, furthest=furthest, lease=MINUTE) == 0
    [again] = await store.claim_due_feeds(NOW, lease=MINUTE, limit=1)
    assert again.url == FEED.url
    await store.close()


async def test_a_clock_ahead_by_less_than_a_day_is_found_by_what_was_polled_in_the_future(rig: Rig) -> None:
    """The clock was three hours ahead and is set right: the feed is polled at once, not in three hours."""
    await rig.serve("one", ("a", "Market report"))
    rig.later(hours=3)
    await rig.poller.run_once()
    rig.later(hours=-3)
    poller = rig.new_poller()
    running = asyncio.create_task(poller.run())
    await until(lambda: poller.polls == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    [state] = await rig.store.store.feed_states()
    assert state.last_polled_at == rig.clock()


async def test_claims_of_a_clock_that_was_ahead_end_and_others_last(tmp_path: Path) -> None:
    """A claim of hours is none; one that is under way is kept, or its poll would be refused."""
    store = await open_store(f"sqlite:///{tmp_path}/n.db", owner="test", exclusive=True)
    await store.sync_feeds([FEED], NOW)
    await store.claim_due_feeds(NOW + timedelta(hours=3), lease=MINUTE, limit=1)
    furthest = NOW + timedelta(hours=30)
    assert await store.claim_due_feeds(NOW, lease=MINUTE, limit=1) == []
    assert await store.pull_back_polls(NOW, furthest=furthest, lease=MINUTE) == 1
    [state] = await store.claim_due_feeds(NOW, lease=MINUTE, limit=1)
    assert await store.pull_back_polls(NOW, furthest=furthest, lease=MINUTE) == 0
    polled = replace(state, last_polled_at=NOW + timedelta(hours=3), next_poll_at=NOW + timedelta(hours=3))
    await store.commit_polls([PollRecord(state=polled)])
    assert await store.pull_back_polls(NOW, furthest=furthest, lease=MINUTE) == 1
    assert len(await store.claim_due_feeds(NOW, lease=MINUTE, limit=1)) == 1
    assert await store.pull_back_polls(NOW, furthest=furthest, lease=MINUTE) == 0
    assert await store.claim_due_feeds(NOW, lease=MINUTE, limit=1) == []
    await store.close()
