"""Feeds that begin to fail or come back are told once."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.core.models import Feed, FeedState, FeedStatus, PollRecord
from monitor.pipeline.roundup import Roundup

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = Feed(url="https://courier.example/rss", name="Courier", outlet="courier.example")
WELL = FeedState(url=FEED.url, next_poll_at=NOW, status=FeedStatus.OK)
FAILING = replace(WELL, failures=1, status=FeedStatus.FAILING, error="no route")


async def test_a_failing_feed_that_was_handed_back_is_not_told_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A poll that came to nothing, since a host was busy, leaves the state as it was: no news."""
    caplog.set_level(logging.INFO)
    roundup = Roundup()
    roundup.note(FEED, WELL, PollRecord(state=FAILING, failure="unreachable"))
    roundup.close()
    roundup.note(FEED, FAILING, PollRecord(state=FAILING))
    roundup.close()
    roundup.note(FEED, FAILING, PollRecord(state=WELL))
    roundup.close()
    assert [record.message for record in caplog.records] == ["feeds.failing", "feeds.recovered"]
