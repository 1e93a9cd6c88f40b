"""Outlets on many hosts of loopback, polled by the daemon's own poller and fetcher in virtual time.

async with polled(folder, loop, feeds, concurrency=1) as outlets:
    await asyncio.sleep(3600)         outlets.arrivals  ->  when each host was asked
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from monitor.core.matcher import Matcher
from monitor.core.models import Feed
from monitor.core.rules.tree import RuleSet
from monitor.core.schedule import first_poll
from monitor.core.settings import PollingSettings, Settings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import open_store
from tests.feeds.zoo import RSS, send
from tests.pipeline.virtual_time import VirtualLoop, Watched

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DRIPPING = 18.0
"""Seconds over which a slow host spreads a good feed."""


@dataclass(slots=True)
class Outlets:
    """A server of many hosts that writes down when each was asked, by the loop's time."""

    loop: VirtualLoop
    down: bool = False
    dripping: frozenset[str] = frozenset()
    """Hosts that give a good feed as slowly as they can."""
    arrivals: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection; while the network is down, drop it without a word."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if self.down:
                    break
                host = writer.get_extra_info("sockname")[0]
                self.arrivals[host].append(self.loop.time())
                self.arrivals[""].append(self.loop.time())
                if host in self.dripping:
                    await _drip(writer)
                elif b'if-none-match: "1"' in head.lower():
                    await send(writer, 304)
                else:
                    await send(writer, 200, RSS, ETag='"1"')
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    def most_within(self, seconds: float, *, host: str = "", after: float = 0.0) -> int:
        """Count the arrivals of the fullest span of so many seconds."""
        moments = [moment for moment in self.arrivals[host] if moment >= after]
        return max(sum(begin <= other < begin + seconds for other in moments) for begin in moments)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(RSS))
    step = len(RSS) // 6 + 1
    for start in range(0, len(RSS), step):
        writer.write(RSS[start : start + step])
        await asyncio.sleep(DRIPPING / 6)


@asynccontextmanager
async def polled(
    folder: Path,
    loop: VirtualLoop,
    paths: Sequence[tuple[str, str]],
    *,
    spread: timedelta | None = None,
    **settings: Any,
) -> AsyncIterator[Outlets]:
    """Poll feeds, given as hosts and paths: from a start at which all are overdue, or spread over a while."""
    outlets, began = Outlets(loop), loop.time()
    polling = PollingSettings(allow_networks=("127.0.0.0/8",), schedule="fixed", **settings)
    first = await asyncio.start_server(outlets.answer, paths[0][0], 0)
    port = first.sockets[0].getsockname()[1]
    others = sorted({host for host, _ in paths[1:]} - {paths[0][0]})
    second = await asyncio.start_server(outlets.answer, others, port)
    urls = [f"http://{host}:{port}/{path}" for host, path in paths]
    feeds = [Feed(url=url, name=url, outlet=url, interval=polling.interval) for url in urls]
    in_force = InForce(
        settings=Settings(polling=polling), rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet()))
    )
    in_force.feeds = {feed.url: feed for feed in feeds}
    dice = Random(6).random
    store = await open_store(f"sqlite:///{folder}/n.db", owner="test", exclusive=True)
    starts = {url: first_poll(START, spread=spread, dice=dice()) for url in urls} if spread else {}
    await store.sync_feeds(feeds, START - timedelta(hours=1), first_poll_at=starts)

    def clock() -> datetime:
        return START + timedelta(seconds=loop.time() - began)

    async with HttpFetcher(polling, clock=clock) as http, _started(polling, loop) as parser:
        watched: Any = Watched(store, loop.leaping)
        reading: Any = Watched(parser, loop.leaping)
        world = World(clock=clock, dice=dice, fetcher=http, parser=reading)
        running = asyncio.create_task(Poller(watched, world, in_force, on_entries=Wakeup()).run())
        try:
            yield outlets
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            for server in (first, second):
                server.close()
                await server.wait_closed()
    await store.close()


@asynccontextmanager
async def _started(polling: PollingSettings, loop: VirtualLoop) -> AsyncIterator[ParserPool]:
    loop.leaping.under_way += 1  # processes start in real time
    async with ParserPool(polling) as parser:
        loop.leaping.under_way -= 1
        yield parser
