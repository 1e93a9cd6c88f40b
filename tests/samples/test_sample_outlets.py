"""The sample outlets: real feeds on loopback that tell their stories in time."""

from __future__ import annotations

import io
import json
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from monitor.core.models import Feed
from monitor.samples.server import SampleOutlets
from monitor.samples.timeline import outlets, publications

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class VirtualClock:
    """A clock that stands until it is told to go."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> VirtualClock:
    """A clock of the test's own."""
    return VirtualClock()


@pytest.fixture
async def running(clock: VirtualClock) -> AsyncIterator[SampleOutlets]:
    """Outlets that serve until the test ends."""
    samples = SampleOutlets(clock)
    await samples.start()
    yield samples
    await samples.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP client."""
    async with aiohttp.ClientSession() as client:
        yield client


async def titles_of(session: aiohttp.ClientSession, feed: Feed) -> dict[str, str]:
    """Return guid and title of what a feed shows now."""
    async with session.get(feed.fetch_url) as response:
        assert response.status == 200
        body = await response.read()
        if response.content_type == "application/feed+json":
            return {item["id"]: item["title"] for item in json.loads(body)["items"]}
        parsed = feedparser.parse(
            io.BytesIO(body), response_headers={"content-type": response.headers["Content-Type"]}
        )
        assert not parsed.bozo, parsed.bozo_exception
        return {item.get("id", item.get("link")): item["title"] for item in parsed.entries}


async def test_every_text_shipped_is_served_readable_in_its_form_and_encoding(
    running: SampleOutlets, session: aiohttp.ClientSession, clock: VirtualClock
) -> None:
    """RSS 2.0, RSS 1.0, Atom, JSON Feed and windows-1251 alike, once all has been published."""
    clock.go(3600)
    served = {feed.outlet: set((await titles_of(session, feed)).values()) for feed in running.feeds()}
    latest = {(text.outlet, text.id): text.title for text in publications()}
    expected: dict[str, set[str]] = {}
    for (outlet, _), title in latest.items():
        expected.setdefault(f"{outlet}.example", set()).add(title)
    assert served == expected
    assert {outlet.form for outlet in outlets()} == {"rss2", "rss1", "atom", "json"}
    assert {outlet.encoding for outlet in outlets()} == {"utf-8", "windows-1251"}


async def test_news_appears_in_the_order_of_the_timeline(
    running: SampleOutlets, session: aiohttp.ClientSession, clock: VirtualClock
) -> None:
    """Something at once, more within ten seconds, the rest over three minutes."""
    counts = []
    for seconds in (0, 10, 170):
        clock.go(seconds)
        counts.append(sum([len(await titles_of(session, feed)) for feed in running.feeds()]))
    assert counts[0] >= 4
    assert counts[1] >= 20
    assert counts[2] == len({(text.outlet, text.id) for text in publications()})


async def test_an_update_changes_an_article_under_its_guid(
    running: SampleOutlets, session: aiohttp.ClientSession, clock: VirtualClock
) -> None:
    """The guid stays, the title changes."""
    again = Counter((text.outlet, text.id) for text in publications()).most_common(1)[0]
    assert again[1] == 2
    feed = next(feed for feed in running.feeds() if feed.outlet == f"{again[0][0]}.example")
    before = await titles_of(session, feed)
    clock.go(600)
    after = await titles_of(session, feed)
    guid = f"{feed.outlet}/{again[0][1]}"
    assert before[guid] != after[guid]


async def test_an_unchanged_feed_answers_304_and_a_changed_one_does_not(
    running: SampleOutlets, session: aiohttp.ClientSession, clock: VirtualClock
) -> None:
    """The ETag is that of the document."""
    feed = running.feeds()[0]
    async with session.get(feed.fetch_url) as response:
        tag = response.headers["ETag"]
        assert response.headers["Content-Encoding"] in {"gzip", "deflate"}
    async with session.get(feed.fetch_url, headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    clock.go(60)
    async with session.get(feed.fetch_url, headers={"If-None-Match": tag}) as response:
        assert response.status == 200


async def test_a_second_run_publishes_the_same_guids_and_identities(
    running: SampleOutlets, session: aiohttp.ClientSession, clock: VirtualClock
) -> None:
    """After a restart nothing is news but the dates."""
    clock.go(600)
    second = SampleOutlets(clock)
    await second.start()
    clock.go(600)
    try:
        for one, other in zip(running.feeds(), second.feeds(), strict=True):
            assert one.url == other.url
            assert one.fetch_url != other.fetch_url
            assert await titles_of(session, one) == await titles_of(session, other)
    finally:
        await second.stop()


async def test_the_feeds_are_marked_as_samples_and_may_be_reached_on_loopback(running: SampleOutlets) -> None:
    """Nobody can take them for news, and their hosts can never exist."""
    feeds = running.feeds()
    assert len(feeds) == 12
    assert {feed.lang for feed in feeds} == {"en", "ru", "uk"}
    for feed in feeds:
        assert feed.sample
        assert feed.allow_private
        assert feed.outlet.endswith(".example")
        assert feed.url.startswith(f"sample://{feed.outlet.removesuffix('.example')}/")


async def test_stopping_outlets_that_never_started_does_nothing(clock: VirtualClock) -> None:
    """Also twice."""
    samples = SampleOutlets(clock)
    await samples.stop()
    await samples.stop()
