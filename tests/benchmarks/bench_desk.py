"""What the desk costs with a great archive: how soon Now is seen, how long it is, what open pages cost.

    python -m tests.benchmarks.bench_desk [--stories 10000] [--pages 100] [--seconds 20]

The desk in a process of its own over an SQLite file; Debian's Chromium and the connections of the open pages
in this one. First paint is what the browser reports, the desk's cost its processor time in /proc. One story
a second changes, which costs something by itself: the share without any open page is measured first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.test_utils import TestServer

from monitor.core.models import NewEntry
from monitor.store import Store, open_store
from monitor.web import desk as desk_pages
from monitor.web.live import Live
from monitor.web.ports import World
from tests.store.samples import NOW, claim
from tests.web.browser import reading
from tests.web.conftest import Around, open_desk, world_of
from tests.web.gallery import FEEDS, OUTLETS, RULES, TOLD, Told, entries_of, polled, put_together

_BATCH = 200
_TITLES = (
    "Raid on a village near {}",
    "Dam number {} holds",
    "Council number {} votes",
    "Earthquake near {}",
)
_LANGS = ("en", "uk", "ru", "de")
_LOADS = 9
PATHS = ("/", "/?severity=critical", "/?lang=et", "/?lang=xx", "/rules", "/feed-health", "/deliveries")


def stories(number: int) -> Iterator[Told]:
    """Give so many: most of one article, some of many, one in a thousand in a rare language."""
    for at in range(number - len(TOLD)):
        outlets = OUTLETS[: 1 + (at % 7 == 0) * (at % 5)]
        lang = "et" if at % 1000 == 0 else _LANGS[at % len(_LANGS)]
        yield Told(title=_TITLES[at % len(_TITLES)].format(at), outlets=outlets, lang=lang, minutes=200)
    yield from TOLD


async def fill(world: World, store: Store, number: int) -> None:
    """Keep so many stories, a batch in a transaction."""
    world.in_force.feeds = {feed.url: feed for feed in FEEDS}
    [state] = await claim(store, FEEDS[0], now=NOW - timedelta(days=2))
    told = list(stories(number))
    matcher = world.in_force.rulebook.matcher
    for start in range(0, len(told), _BATCH):
        some = told[start : start + _BATCH]
        gathered = [entries_of(one, start + at, len(told)) for at, one in enumerate(some)]
        found = [NewEntry(entry=one, findings=matcher.match(one)) for entries in gathered for one in entries]
        await store.commit_polls([replace(polled(state, found))])
        await store.make_due(state.url, NOW)
        [state] = await store.claim_due_feeds(NOW, lease=timedelta(minutes=1), limit=1)
        waiting = {one.entry.id: one for one in await store.pending_entries(limit=10_000)}
        batch = [
            done
            for one, entries in zip(some, gathered, strict=True)
            for done in put_together(one, [waiting[entry.id] for entry in entries])
        ]
        await store.commit_assembled(batch)


async def serve(folder: Path) -> None:
    """Serve the desk over what `fill` kept, and let one story a second change, until killed."""
    store = await open_store(f"sqlite:///{folder / 'desk.db'}", owner="bench", exclusive=True)
    world = world_of(store, Around(), folder, RULES)
    live = Live(store, rules=lambda: world.in_force.rulebook.rules)
    server = TestServer(open_desk([*desk_pages.routes(world), *live.routes()], closing=live.close))
    await server.start_server()
    print(server.port, flush=True)
    [state] = await claim(store, FEEDS[0], now=NOW + timedelta(days=1))
    for number in range(1_000_000):
        await asyncio.sleep(1)
        told = Told(title=f"Raid told just now, {number}", outlets=OUTLETS[:3])
        entries = entries_of(told, 10_000_000 + number, 10_000_001 + number)
        found = [NewEntry(entry=one, findings=world.in_force.rulebook.matcher.match(one)) for one in entries]
        await store.commit_polls([polled(state, found)])
        await store.make_due(state.url, NOW)
        [state] = await store.claim_due_feeds(NOW + timedelta(days=1), lease=timedelta(minutes=1), limit=1)
        await store.commit_assembled(put_together(told, await store.pending_entries(limit=100)))


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[int, str]]:
    """Run the desk in a process of its own; give its id and its address."""
    program = (sys.executable, "-m", "tests.benchmarks.bench_desk", "--serve", str(folder))
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    try:
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


def used(process: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def share(process: int, seconds: float) -> float:
    """Return which part of a core a process takes."""
    before, began = used(process), time.monotonic()
    await asyncio.sleep(seconds)
    return (used(process) - before) / (time.monotonic() - began)


async def listen(session: ClientSession, address: str, heard: list[int]) -> None:
    """Be an open page."""
    async with session.get(address) as answer:
        async for line in answer.content:
            heard[0] += line.startswith(b"event: story")


async def open_pages(process: int, address: str, *, pages: int, seconds: float) -> None:
    """Print what so many open pages cost."""
    alone = await share(process, seconds)
    heard = [0]
    timeout = ClientTimeout(total=None)
    async with ClientSession(connector=TCPConnector(limit=0), timeout=timeout) as session:
        listeners = [asyncio.create_task(listen(session, f"{address}/events", heard)) for _ in range(pages)]
        await asyncio.sleep(3)
        before = heard[0]
        cost = await share(process, seconds)
        told = (heard[0] - before) / seconds
        for one in listeners:
            one.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    print(f"open pages             {pages}, told of {told:.0f} stories a second together")
    print(f"core, no page open     {100 * alone:.1f} % (one story a second is stored)")
    print(f"core, all pages open   {100 * cost:.1f} %")
    print(f"  of the pages alone   {100 * (cost - alone):.1f} %")


async def answers(address: str, path: str) -> None:
    """Print how long a page is and how long its answer takes."""
    taken, length = [], 0
    async with ClientSession() as session:
        for _ in range(20):
            began = time.perf_counter()
            async with session.get(address + path) as answer:
                length = len(await answer.read())
                assert answer.status == 200
            taken.append(1000 * (time.perf_counter() - began))
    middle, slow = statistics.median(taken), sorted(taken)[-2]
    print(f"GET {path:<26} {length / 1000:6.1f} kB  p50 {middle:5.0f} ms  p95 {slow:5.0f} ms")


async def paints(address: str) -> None:
    """Print how soon Chromium shows something of Now."""
    found: list[float] = []
    async with reading() as reader:
        for _ in range(_LOADS):
            await reader.page.goto(address)
            await reader.page.wait_for_timeout(300)
            seen = await reader.page.evaluate(
                "performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)"
            )
            found += seen
    print(f"first paint of Now     p50 {statistics.median(found):.0f} ms, worst {max(found):.0f} ms")


async def main(arguments: argparse.Namespace) -> None:
    """Fill, serve, measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = await open_store(f"sqlite:///{folder / 'desk.db'}", owner="bench", exclusive=True)
        await fill(world_of(store, Around(), folder, RULES), store, arguments.stories)
        counts = await store.counts()
        await store.close()
        said = f"{counts.stories} stories, {counts.entries} articles, {counts.alerts} alerts"
        print(f"archive                {said}")
        async with served(folder) as (process, address):
            for path in PATHS:
                await answers(address, path)
            await paints(address)
            await open_pages(process, address, pages=arguments.pages, seconds=arguments.seconds)


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stories", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(given)


if __name__ == "__main__":
    asked = _arguments()
    asyncio.run(serve(asked.serve) if asked.serve else main(asked))
