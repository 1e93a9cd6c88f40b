"""What each GET of the API takes as entries grow, on SQLite or PostgreSQL, over TCP: p50 and p95 in ms.

    python -m tests.benchmarks.bench_api [--small 50000] [--large 1000000] [--postgres] [--folder DIR]

Both sizes are asked in turn, with other ids each time, by a client in the same process: its own share is what
`rules`, a list in memory, takes. Beside them the median of the CPU of this process, and of the server's where
that is PostgreSQL: other load on the machine changes it little. Sixty days of entries; of each hundred one is
an alert with ten deliveries, and five were silenced.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from monitor.config.rules import load_rules
from monitor.core.settings import WebSettings
from monitor.store import open_store
from monitor.web.access import Access
from monitor.web.api.endpoints import InForceNow
from monitor.web.api.routes import ROOT, routes
from monitor.web.server import application
from tests.benchmarks.bench_growth import another
from tests.benchmarks.growing import fill, make_tables, server
from tests.benchmarks.growing_file import FEEDS, SILENCES, extras, fill_feeds, fill_file, name
from tests.benchmarks.server_time import ServerTime

TIMES = 100
DAYS = 60
Client = TestClient[web.Request, web.Application]
Path_ = Callable[[int], str]


def now() -> datetime:
    return datetime.now(UTC)


def calls() -> dict[str, Path_]:
    """Give every path, each for the entry of a number; lists with each filter, and what one is led to."""

    def by(number: int, step: int) -> int:
        return max(step, number - number % step)

    return {
        "stories": lambda _: "stories",
        "stories, 200": lambda _: "stories?limit=200",
        "stories of a rule": lambda n: f"stories?rule=rule-{n % 20 * 10}",
        "stories of no rule": lambda _: "stories?rule=none",
        "a story": lambda n: f"stories/{name('e', by(n, 5))}",
        "alerts": lambda _: "alerts",
        "alerts, 200": lambda _: "alerts?limit=200",
        "alerts of a rule": lambda n: f"alerts?rule=rule-{n % 2 * 100}",
        "alerts of no rule": lambda _: "alerts?rule=none",
        "alerts held": lambda _: "alerts?state=held",
        "an alert": lambda n: f"alerts/{name('a', by(n, 100))}",
        "feeds": lambda _: "feeds",
        "feeds failing": lambda _: "feeds?health=failing",
        "a feed": lambda n: "feeds/" + quote(f"https://{n % FEEDS}.example/feed", safe=""),
        "rules": lambda _: "rules",
        "silences": lambda _: "silences",
        "a silence": lambda n: f"silences/{name('s', n % SILENCES)}",
        "deliveries": lambda _: "deliveries",
        "deliveries, 200": lambda _: "deliveries?limit=200",
        "deliveries parked": lambda _: "deliveries?state=parked",
        "deliveries dropped": lambda _: "deliveries?state=dropped",
        "deliveries unsure": lambda _: "deliveries?state=unsure",
        "deliveries of a channel": lambda _: "deliveries?channel=mail",
        "deliveries of none": lambda _: "deliveries?channel=none",
        "parked of none": lambda _: "deliveries?channel=none&state=parked",
        "a delivery": lambda n: f"deliveries/{name('d0-', by(n, 100))}",
    }


async def measure(sizes: dict[str, int]) -> dict[str, list[tuple[float, float, float]]]:
    """Ask each path TIMES times of each database in turn; p50, p95 and CPU in ms of each, by database."""
    async with AsyncExitStack() as stack:
        clients = {url: await _client(stack, url) for url in sizes}
        found = {}
        for what, path in calls().items():
            taken: dict[str, list[float]] = {url: [] for url in sizes}
            used: dict[str, list[float]] = {url: [] for url in sizes}
            for url in sizes:
                await (await clients[url].get(f"{ROOT}/{path(1)}")).read()
            busy_there = {url: await _server_time(url) for url in sizes}
            for turn in range(TIMES + 5):
                for url, entries in sizes.items():
                    where = f"{ROOT}/{path(1 + (turn * 7919 * 104729) % entries)}"
                    begun, busy = time.perf_counter(), busy_there[url].milliseconds()
                    async with clients[url].get(where) as answer:
                        await answer.read()
                    if turn >= 5:
                        taken[url].append((time.perf_counter() - begun) * 1000)
                        used[url].append(busy_there[url].milliseconds() - busy)
                    assert answer.status == 200, (where, answer.status)
            found[what] = [(*_percentiles(taken[url]), statistics.median(used[url])) for url in sizes]
        return found


async def _server_time(url: str) -> ServerTime:
    return ServerTime(()) if url.startswith("sqlite") else await ServerTime.of(url)


def _percentiles(times: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    return cuts[9], cuts[18]


async def _client(stack: AsyncExitStack, url: str) -> Client:
    store = await open_store(url, owner="bench", exclusive=False)
    stack.push_async_callback(store.close)
    rules = {one.id: one for one in load_rules([Path("rules")]).ruleset.rules}
    made = application(
        routes(store, InForceNow(rules=lambda: rules, feeds=dict)), Access(WebSettings(), clock=now)
    )
    return await stack.enter_async_context(TestClient(TestServer(made)))


async def complete(url: str, entries: int) -> None:
    """Add what the fillings of both databases lack."""
    store = await open_store(url, owner="bench", exclusive=False)
    await fill_feeds(store, now())
    await store._database.write(extras, entries, DAYS)
    await store.close()


def filled(url: str, entries: int) -> None:
    """Make the tables and fill them."""
    asyncio.run(make_tables(url))
    step = DAYS * 86400 / entries
    if url.startswith("sqlite"):
        fill_file(Path(url.removeprefix("sqlite:///")), entries, step)
    else:
        asyncio.run(fill(url, 1, entries, total=entries, step=step))
    asyncio.run(complete(url, entries))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--small", type=int, default=50_000)
    options.add_argument("--large", type=int, default=1_000_000)
    options.add_argument("--postgres", action="store_true")
    options.add_argument("--folder", type=Path)
    options.add_argument("--keep", action="store_true", help="use what is in the folder, and leave it there")
    chosen = options.parse_args()
    with ExitStack() as stack:
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        counts = (chosen.small, chosen.large)
        if chosen.postgres:
            url = stack.enter_context(server(chosen.folder))
            sizes = {asyncio.run(another(url, f"of_{entries}")): entries for entries in counts}
        else:
            sizes = {f"sqlite:///{folder / f'of_{entries}.db'}": entries for entries in counts}
        for place, entries in sizes.items():
            if chosen.keep and Path(place.removeprefix("sqlite:///")).exists():
                continue
            begun = time.perf_counter()
            filled(place, entries)
            print(f"{entries:,} entries filled in {time.perf_counter() - begun:.0f} s", flush=True)
        print(f"{'ms: p50, p95, CPU':24} {chosen.small:>23,} {chosen.large:>23,}")
        for what, found in asyncio.run(measure(sizes)).items():
            shown = " ".join(f"{middle:9.1f} {late:6.1f} {cpu:6.1f}" for middle, late, cpu in found)
            print(f"{what:24} {shown}", flush=True)


if __name__ == "__main__":
    main()
