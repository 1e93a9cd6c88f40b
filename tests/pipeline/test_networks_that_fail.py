"""A dead network of ours, and a host that has had enough: what the poller makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.matcher import Matcher
from monitor.core.models import (
    Failure,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    Health,
    NotModified,
    ParseResult,
)
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import PollingSettings, Settings
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import Store, open_store

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOSTS = 20


@dataclass(slots=True)
class Network:
    """Says 304, unless a host, or everything, is down or has had enough."""

    now: datetime = START
    is_down: bool = False
    dead: set[str] = field(default_factory=set)
    enough: dict[str, timedelta | None] = field(default_factory=dict)
    """Hosts that answer 429, with their Retry-After."""
    asked: Counter[str] = field(default_factory=Counter)

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Answer as told."""
        host = feed.outlet
        self.asked[host] += 1
        if self.is_down or host in self.dead:
            return FetchFailed(url=feed.url, failure=Failure.DNS, message=f"the name {host} is not known")
        if host in self.enough:
            return FetchFailed(
                url=feed.url,
                failure=Failure.RATE_LIMITED,
                message="429",
                status=429,
                retry_after=self.enough[host],
            )
        return NotModified(url=feed.url)

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Never called: nothing is new."""
        raise AssertionError(fetched.url)


@asynccontextmanager
async def polling(folder: Path, network: Network, feeds: list[Feed]) -> AsyncIterator[tuple[Store, Poller]]:
    """Join a store, the poller and a network."""
    store = await open_store(f"sqlite:///{folder}/n.db", owner="test", exclusive=True)
    in_force = InForce(
        settings=Settings(polling=PollingSettings()), rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet()))
    )
    in_force.feeds = {feed.url: feed for feed in feeds}
    await store.sync_feeds(feeds, START)
    world = World(clock=lambda: network.now, dice=lambda: 0.5, fetcher=network, parser=network)
    yield store, Poller(store, world, in_force, on_entries=Wakeup())
    await store.close()


def one_a_host(number: int = HOSTS) -> list[Feed]:
    """Give feeds of as many hosts."""
    return [Feed(url=f"https://h{n}.example/", name=f"h{n}", outlet=f"h{n}") for n in range(number)]


async def test_our_own_outage_counts_against_the_first_few_feeds_at_most_and_ends_by_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Twenty hosts cannot be reached for an hour; two of them were dead before."""
    network = Network(dead={"h3", "h4"})
    async with polling(tmp_path, network, one_a_host()) as (store, poller):
        for minutes in (0, 5, 15):
            network.now = START + minutes * MINUTE
            await poller.run_once()
        network.is_down = True
        for minutes in range(20, 80, 5):
            network.now = START + minutes * MINUTE
            await poller.run_once()
        states = await store.feed_states()
        offline = [state for state in states if state.health.state is Health.OFFLINE]
        assert len(offline) >= HOSTS - 2 - 3
        alive = [state for state in states if state.url not in {"https://h3.example/", "https://h4.example/"}]
        assert sum(state.failures for state in alive) <= 3
        assert all(state.next_poll_at <= network.now + 5 * MINUTE for state in offline)
        network.is_down = False
        for minutes in range(80, 95, 5):
            network.now = START + minutes * MINUTE
            await poller.run_once()
        states = await store.feed_states()
        assert Counter(state.health.state for state in states)[Health.OK] == HOSTS - 2
    said = [record.message for record in caplog.records if record.message.startswith("network.")]
    assert said == ["network.down", "network.up"]


async def test_a_host_that_has_had_enough_is_left_alone_by_all_its_feeds(tmp_path: Path) -> None:
    """Ten minutes as it says, half a minute if it does not; other hosts are polled meanwhile."""
    many = [Feed(url=f"https://big.example/{n}", name=f"{n}", outlet="big") for n in range(10)]
    for asks, span in ((10 * MINUTE, 10 * MINUTE), (None, MINUTE / 2)):
        network = Network(enough={"big": asks})
        folder = tmp_path / str(span.seconds)
        folder.mkdir()
        async with polling(folder, network, [*many, *one_a_host(3)]) as (store, poller):
            await poller.run_once()
            assert network.asked["big"] <= 2
            assert sum(network.asked.values()) == network.asked["big"] + 3
            due = [state.next_poll_at for state in await store.feed_states() if "big" in state.url]
            assert min(due) >= START + span
            network.enough.clear()
            network.now = START + span
            await poller.run_once()
            assert network.asked["big"] >= 10 - 2
