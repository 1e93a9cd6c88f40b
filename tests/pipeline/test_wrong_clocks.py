"""A clock that was once ahead puts nothing off for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import Feed, PollRecord
from monitor.store import open_store

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = Feed(url="https://courier.example/rss", name="Courier", outlet="courier.example")


async def test_a_poll_put_off_by_a_year_is_due_at_once(tmp_path: Path) -> None:
    """What lies further ahead than anything may is pulled back; what is due tomorrow is left alone."""
    store = await open_store(f"sqlite:///{tmp_path}/n.db", owner="test", exclusive=True)
    await store.sync_feeds([FEED], NOW)
    ahead = NOW + timedelta(days=365)
    [state] = await store.claim_due_feeds(ahead, lease=timedelta(minutes=1), limit=1)
    await store.commit_polls([PollRecord(state=state)])
    await store.claim_due_feeds(ahead, lease=timedelta(minutes=1), limit=1)
    furthest = NOW + timedelta(hours=30)
    assert await store.claim_due_feeds(NOW, lease=timedelta(minutes=1), limit=1) == []
    assert await store.pull_back_polls(NOW, furthest=furthest) == 1
    assert await store.pull_back_polls(NOW, furthest=furthest) == 0
    [again] = await store.claim_due_feeds(NOW, lease=timedelta(minutes=1), limit=1)
    assert again.url == FEED.url
    await store.close()
