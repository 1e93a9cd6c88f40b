"""A host with many feeds that answers slowly delays its own feeds alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.matcher import Matcher
from monitor.core.models import Feed, FeedState, Fetched, FetchResult, HostBusy, NotModified, ParseResult
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import PollingSettings, Settings
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import open_store

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SLOW = [
    Feed(url=f"https://slow.example/{number}", name=f"slow {number}", outlet="slow") for number in range(12)
]
QUICK = [
    Feed(url=f"https://quick{number}.example/", name=f"quick {number}", outlet="q") for number in range(5)
]


class Gated:
    """A network in which one host answers only once its gate is open; nothing is ever new."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Answer 304, the slow host only through the gate."""
        self.asked.append(feed.url)
        if feed in SLOW:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            await self.gate.wait()
            self.at_once -= 1
        return NotModified(url=feed.url)

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Never called: nothing is new."""
        raise AssertionError(fetched.url)


class Virtual:
    """A clock that goes on a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Say what time it is."""
        self.now += timedelta(milliseconds=200)
        return self.now


async def test_a_slow_host_with_many_feeds_delays_no_other(tmp_path: Path) -> None:
    """Twelve feeds wait at one host; five of other hosts are polled meanwhile, and the twelve in the end."""
    store = await open_store(f"sqlite:///{tmp_path}/n.db", owner="test", exclusive=True)
    network, clock = Gated(), Virtual()
    polling = PollingSettings(concurrency=4, per_host=2, host_interval=timedelta(0))
    in_force = InForce(
        settings=Settings(polling=polling), rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet()))
    )
    feeds = [*SLOW, *QUICK]
    in_force.feeds = {feed.url: feed for feed in feeds}
    await store.sync_feeds(feeds, START)
    world = World(clock=clock, dice=lambda: 0.5, fetcher=network, parser=network)
    poller = Poller(store, world, in_force, on_entries=Wakeup())
    running = asyncio.create_task(poller.run())
    try:
        async with asyncio.timeout(20):
            while not {feed.url for feed in QUICK} <= set(network.asked):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            network.gate.set()
            while any(state.last_success_at is None for state in await store.feed_states()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()
    assert network.most_at_once == polling.per_host


async def test_once_polls_every_feed_of_a_busy_host(tmp_path: Path) -> None:
    """`--once` waits for the host and leaves none of its feeds out."""
    store = await open_store(f"sqlite:///{tmp_path}/n.db", owner="test", exclusive=True)
    network, clock = Gated(), Virtual()
    network.gate.set()
    in_force = InForce(
        settings=Settings(polling=PollingSettings(concurrency=4, per_host=2)),
        rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet())),
    )
    in_force.feeds = {feed.url: feed for feed in SLOW}
    await store.sync_feeds(SLOW, START)
    world = World(clock=clock, dice=lambda: 0.5, fetcher=network, parser=network)
    await Poller(store, world, in_force, on_entries=Wakeup()).run_once()
    assert sorted(network.asked) == sorted(feed.url for feed in SLOW)
    await store.close()


async def test_a_host_that_was_busy_is_no_failure(tmp_path: Path) -> None:
    """The feed is handed back as it was and awaits its turn at the host that it was led to."""
    store = await open_store(f"sqlite:///{tmp_path}/n.db", owner="test", exclusive=True)
    network = Crowded()
    in_force = InForce(settings=Settings(), rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet())))
    in_force.feeds = {feed.url: feed for feed in QUICK}
    await store.sync_feeds(QUICK, START)
    world = World(clock=lambda: START, dice=lambda: 0.5, fetcher=network, parser=network)
    poller = Poller(store, world, in_force, on_entries=Wakeup())
    await poller.run_once()
    assert {state.failures for state in await store.feed_states()} == {0}
    while not all(network.asked.count(feed.url) == 2 for feed in QUICK):
        await poller.run_once()
    states = await store.feed_states()
    await store.close()
    assert {(state.failures, state.error, state.last_success_at) for state in states} == {(0, None, START)}


class Crowded(Gated):
    """Every feed leads to one host, which is busy when first asked for it."""

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Have no turn for the first time, then nothing new."""
        self.asked.append(feed.url)
        where = "https://burner.example/feed"
        return HostBusy(url=where) if self.asked.count(feed.url) == 1 else NotModified(url=where)
