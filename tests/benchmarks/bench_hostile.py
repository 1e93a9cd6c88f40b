"""How late the other feeds are while a tenth of the servers attack, beside a run in which none does.

    python -m tests.benchmarks.bench_hostile [--feeds 1000] [--interval 30] [--seconds 150] [--concurrency 50]

The attackers are all rows of tests/attacks, each on a host of its own, and servers that give a good feed so
slowly that the poll just succeeds, so that no failure ever makes them be asked less. The poller is the
daemon's: HttpFetcher with its usual limits, parser processes, a store in an SQLite file. Both servers run in
processes of their own, on the same machine. The wait of a feed is the time between two of its requests, or
from the start to its first, in intervals: 1 is punctual.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from monitor.core.matcher import Matcher
from monitor.core.models import Feed, FeedState, FetchResult
from monitor.core.rules.tree import RuleSet
from monitor.core.schedule import first_poll
from monitor.core.settings import PollingSettings, Settings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import open_store
from tests.attacks.test_attacks import DOCUMENTS, NETWORK, rss
from tests.benchmarks.poll_server import allow_many_files, served
from tests.feeds.zoo import Answer, Request, Zoo

TICK = 0.005
"""Seconds between two looks whether the loop stands still."""
DRIPPING = 15.0
"""Seconds over which a slow server spreads a good feed."""
BODIES = [
    rss(
        b"".join(b"<item><title>Story %d of %d</title><guid>%d</guid></item>" % (n, of, n) for n in range(20))
    )
    for of in range(50)
]


async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Give a good feed, piece by piece."""
    body, pieces = BODIES[0], 10
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
    size = len(body) // pieces + 1
    for start in range(0, len(body), size):
        writer.write(body[start : start + size])
        await writer.drain()
        await asyncio.sleep(DRIPPING / pieces)


def attacker(number: int) -> str:
    """Name the host of an attacker."""
    return f"127.2.{number // 250}.{number % 250 + 1}"


def _answers(number: int) -> list[Answer]:
    """Give so many attacks, every third a slow feed, the others from the table."""
    rows = [make for _, make, _ in (*NETWORK, *DOCUMENTS)]
    return [drip if n % 3 == 0 else rows[(n - n // 3 - 1) % len(rows)]() for n in range(number)]


def attack(hosts: int, told: Connection) -> None:
    """Serve attacks until killed; tell the port, once every host listens."""
    allow_many_files()
    asyncio.run(_attack(hosts, told))


async def _attack(hosts: int, told: Connection) -> None:
    port = 0
    for number, answer in enumerate(_answers(hosts)):
        zoo = Zoo(answers={"/attack": answer})
        server = await asyncio.start_server(zoo.accept, attacker(number), port)
        port = server.sockets[0].getsockname()[1]
    told.send(port)
    await asyncio.Event().wait()


@dataclass(slots=True)
class Noting:
    """A fetcher that writes down when each feed is asked."""

    inner: HttpFetcher
    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Fetch."""
        self.asked[feed.url].append(time.perf_counter())
        return await self.inner.fetch(feed, state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run showed."""

    waits: Sequence[float]
    """Of the other feeds, in intervals, sorted."""
    stalls: Sequence[float]
    """Milliseconds that the loop was late, sorted."""
    memory: float
    polls: int

    def __str__(self) -> str:
        waits, stalls = self.waits, self.stalls
        return (
            f"{self.polls:6} polls; wait p50 {_part(waits, 0.5):.2f} p99 {_part(waits, 0.99):.2f} "
            f"most {waits[-1]:.2f} intervals; loop late p99 {_part(stalls, 0.99):.0f} "
            f"p99.9 {_part(stalls, 0.999):.0f} most {stalls[-1]:.0f} ms; {self.memory:.0f} MiB at most"
        )


def _part(values: Sequence[float], part: float) -> float:
    return values[min(int(part * len(values)), len(values) - 1)]


async def _heart(stalls: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        stalls.append((time.perf_counter() - began - TICK) * 1000)


async def run(feeds: Sequence[Feed], options: Any, folder: Path) -> Found:
    """Poll for a while."""
    polling = PollingSettings(
        allow_networks=("127.0.0.0/8",),
        schedule="fixed",
        interval=timedelta(seconds=options.interval),
        min_interval=timedelta(seconds=1),
        concurrency=options.concurrency,
    )
    rules = RuleSet()
    in_force = InForce(settings=Settings(polling=polling), rulebook=Rulebook.of(rules, Matcher(rules)))
    in_force.feeds = {feed.url: feed for feed in feeds}
    dice, now = Random(6).random, datetime.now(UTC)
    stalls: list[float] = []
    async with AsyncExitStack() as stack:
        store = await open_store(f"sqlite:///{folder}/news.db", owner="bench", exclusive=True)
        stack.push_async_callback(store.close)
        spread = timedelta(seconds=options.interval)
        starts = {feed.url: first_poll(now, spread=spread, dice=dice()) for feed in feeds}
        await store.sync_feeds(feeds, now, first_poll_at=starts)
        http = await stack.enter_async_context(HttpFetcher(polling, clock=lambda: datetime.now(UTC)))
        parser = await stack.enter_async_context(ParserPool(polling))
        noting = Noting(http)
        world = World(clock=lambda: datetime.now(UTC), dice=dice, fetcher=noting, parser=parser)
        poller = Poller(store, world, in_force, on_entries=Wakeup())
        began = time.perf_counter()
        tasks = [asyncio.create_task(poller.run()), asyncio.create_task(_heart(stalls))]
        await asyncio.sleep(options.seconds)
        ended = time.perf_counter()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    waits = [
        (after - before) / options.interval
        for feed in feeds
        if "/attack" not in feed.url
        for before, after in _pairs(noting.asked[feed.url], began, ended)
    ]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Found(waits=sorted(waits), stalls=sorted(stalls), memory=memory, polls=poller.polls)


def _pairs(asked: Sequence[float], began: float, ended: float) -> list[tuple[float, float]]:
    """Give each span between two requests; the last one, if none came, up to the end."""
    moments = [began, *asked, ended]
    return list(pairwise(moments))


def main() -> None:
    """Measure once without attackers and once with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--concurrency", type=int, default=50)
    options = parser.parse_args()
    allow_many_files()
    logging.disable()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    hostile = options.feeds // 10
    attackers = context.Process(target=attack, args=(hostile, theirs), daemon=True)
    attackers.start()
    try:
        attack_port = ours.recv()
        with served(BODIES, options.feeds) as site:
            urls = [site.url(number) for number in range(options.feeds)]
            attacked = urls[hostile:] + [f"http://{attacker(n)}:{attack_port}/attack" for n in range(hostile)]
            for name, wanted in (("nobody attacks", urls), ("a tenth attacks", attacked)):
                feeds = [
                    Feed(url=url, name=url, outlet=url, interval=timedelta(seconds=options.interval))
                    for url in wanted
                ]
                with tempfile.TemporaryDirectory() as folder:
                    print(f"{name:16} {asyncio.run(run(feeds, options, Path(folder)))}", flush=True)
    finally:
        attackers.kill()
        attackers.join()


if __name__ == "__main__":
    main()
