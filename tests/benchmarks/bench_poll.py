"""What a poll costs, from claim to committed state, beside what its parts cost without us, in one run.

    python -m tests.benchmarks.bench_poll FOLDER [--hosts 1000] [--bodies 200] [--reader PYTHON]

FOLDER holds feeds.tar.xz and MANIFEST.tsv. PYTHON is that of an environment in which `reader` is installed.

The poller is the daemon's: HttpFetcher, parser processes, a store in an SQLite file, a rule. It and the
peers ask one server, in a process of its own, for feeds on as many hosts (127.1.x.y), connections kept alive.
What a daemon does once after its start (imports, statements, parser processes, words met for the first time)
has a line of its own: it first reads other documents from other hosts. The bare client is aiohttp with as
many requests at a time, which reads the body and forgets it. Its rounds take turns with ours; of each the
cheapest round counts. CPU is that of all processes of the one measured, the server left out.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import multiprocessing
import os
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiohttp
import feedparser

from monitor.config.compiling import LongLived
from monitor.config.rules import load_rules
from monitor.core.matcher import Matcher
from monitor.core.models import Feed
from monitor.core.settings import PollingSettings, Settings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import open_store
from tests.benchmarks.bench_parse import documents
from tests.benchmarks.poll_server import Names, Site, allow_many_files, make_keys, served

RULES = "rules:\n  power: {title: Power, any: [government, minister, parliament, president]}\n"
ROUNDS = 3
TICK = os.sysconf("SC_CLK_TCK")
_TICK_EVERY = 0.005
PEER = Path(__file__).with_name("poll_with_reader.py")
Round = Callable[[], Awaitable[object]]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one round over some feeds cost."""

    name: str
    feeds: int
    wall: float
    cpu: float
    memory: float = 0.0
    """MiB resident after it, all processes together, what they share counted once."""

    def __str__(self) -> str:
        rates = f"{self.feeds / self.wall:8,.0f} feeds/s {self.feeds / self.cpu:8,.0f} per CPU second"
        return f"{self.name:42} {rates} {self.cpu / self.feeds * 1e6:9,.0f} us{self.memory:7.0f} MiB"


def _children(process: int) -> list[int]:
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def _cpu_of(process: int) -> float:
    """CPU seconds of another process, in ticks of 10 ms."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory() -> float:
    """Sum up what processes keep, by proportional sizes: the parsers share the interpreter's pages."""
    every = [os.getpid(), *_children(os.getpid())]
    lines = (Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines() for one in every)
    return sum(int(line.split()[1]) for found in lines for line in found if line.startswith("Pss:")) / 1024


async def spent(name: str, feeds: int, work: Round) -> Spent:
    """Measure one round."""
    workers = {child: _cpu_of(child) for child in _children(os.getpid())}
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    cpu += sum(_cpu_of(child) - workers.get(child, 0.0) for child in _children(os.getpid()))
    return Spent(name=name, feeds=feeds, wall=wall, cpu=cpu, memory=_memory())


def cheapest(rounds: Sequence[Spent]) -> Spent:
    return min(rounds, key=lambda one: one.cpu)


@dataclass(slots=True)
class Bare:
    """A plain aiohttp client, told the tags it has seen."""

    session: aiohttp.ClientSession
    urls: Sequence[str]
    at_once: int
    parse: bool = False
    tags: dict[str, str] = field(default_factory=dict)

    async def round(self) -> None:
        """Ask for each feed once."""
        waiting = iter(self.urls)
        await asyncio.gather(*(self._ask(waiting) for _ in range(self.at_once)))

    async def _ask(self, waiting: Iterator[str]) -> None:
        for url in waiting:
            tag = self.tags.get(url)
            headers = {"If-None-Match": tag} if tag else None
            async with self.session.get(url, headers=headers) as response:
                body = await response.read()
                if found := response.headers.get("ETag"):
                    self.tags[url] = found
            if self.parse:
                assert feedparser.parse(io.BytesIO(body)).entries


@dataclass(slots=True)
class Ours:
    """The daemon's poller over a real store, and a hand to turn time."""

    poller: Poller
    times: list[datetime]

    async def round(self) -> None:
        """Poll each feed once."""
        await self.poller.run_once()
        self.times[0] += timedelta(minutes=6)


@dataclass(slots=True)
class Stalls:
    """How long the loop did not come round, by the clock and by what its own thread worked meanwhile.

    The second is not lengthened by what else the machine does.
    """

    clock: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        """Look every five milliseconds, until cancelled."""
        while True:
            clock, work = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK_EVERY)
            self.clock.append(time.perf_counter() - clock - _TICK_EVERY)
            self.work.append(time.thread_time() - work)

    def __str__(self) -> str:
        def told(found: list[float]) -> str:
            ordered = sorted(found)
            return f"p99 {ordered[int(len(ordered) * 0.99)] * 1e3:.0f} ms, longest {ordered[-1] * 1e3:.0f} ms"

        return f"   stalls of the loop: {told(self.clock)} by the clock; {told(self.work)} of its own work"


async def with_ours(site: Site, folder: Path, measured: Callable[[Ours, Bare], Awaitable[Found]]) -> Found:
    """Measure something of the poller, with its store in a folder, and a bare client."""
    feeds, others = _feeds(site, range(site.hosts)), _feeds(site, range(site.hosts, site.hosts + site.others))
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    rules = load_rules([folder / "rules.yaml"]).accepted()
    # No pause: the rounds follow each other within a second, as no host is asked in earnest.
    polling = PollingSettings(allow_networks=("127.1.0.0/16",), host_interval=timedelta(0))
    in_force = InForce(settings=Settings(polling=polling), rulebook=Rulebook.of(rules, Matcher(rules)))
    in_force.feeds = {feed.url: feed for feed in others}
    LongLived().settle()  # as the daemon does when it has read its rules
    times = [datetime.now(UTC)]
    store = await open_store(f"sqlite:///{folder}/news-{site.port}.db", owner="bench", exclusive=True)
    await store.sync_feeds(others, times[0])
    trust, names = site.context(), Names() if site.keys else None
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=75, resolver=names, ssl=trust or True)
    async with (
        HttpFetcher(polling, clock=lambda: times[0], ssl_context=trust, resolver=names) as fetcher,
        ParserPool(polling) as parser,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        world = World(clock=lambda: times[0], dice=lambda: 0.5, fetcher=fetcher, parser=parser)
        ours = Ours(Poller(store, world, in_force, on_entries=Wakeup()), times)
        print(await spent("news-monitor: other feeds, just started", len(others), ours.round), flush=True)
        in_force.feeds = {feed.url: feed for feed in feeds}
        await store.sync_feeds(feeds, times[0])
        found = await measured(ours, Bare(session, list(in_force.feeds), polling.concurrency))
    states = await store.feed_states()
    assert all(not state.failures and state.entries for state in states)
    await store.close()
    return found


def _feeds(site: Site, numbers: range) -> list[Feed]:
    return [
        Feed(url=site.url(number), name=str(number), outlet=f"outlet-{number}.example") for number in numbers
    ]


async def ours_and_bare(site: Site, folder: Path, rounds: int) -> list[Spent]:
    """Poll feeds for the first time, unchanged by 304, unchanged without, and with one new entry each."""
    return await with_ours(site, folder, partial(_passes, site, rounds))


async def _passes(site: Site, rounds: int, ours: Ours, bare: Bare) -> list[Spent]:
    found: list[Spent] = []
    for name, what, repeated in (
        ("first pass, all new", "tags/0", 1),
        ("304, not modified", "tags/0", rounds),
        ("the same bodies, no ETag", "plain/0", rounds),
        ("one new entry each", "plain/1", 1),
    ):
        await asyncio.to_thread(site.turn_to, what)
        mine, theirs = [], []
        for _ in range(repeated):
            mine.append(await spent(f"news-monitor: {name}", site.hosts, ours.round))
            theirs.append(await spent(f"bare aiohttp: {name}", site.hosts, bare.round))
        found += [cheapest(mine), cheapest(theirs)]
    return found


async def stalled(site: Site, folder: Path) -> tuple[Spent, Stalls]:
    """Poll feeds of which every fiftieth has become as large as is read."""
    return await with_ours(site, folder, partial(_stalled, site))


async def _stalled(site: Site, ours: Ours, _: Bare) -> tuple[Spent, Stalls]:
    await asyncio.to_thread(site.turn_to, "plain/0")
    await ours.round()
    await asyncio.to_thread(site.turn_to, "plain/2")
    stalls = Stalls()
    watching = asyncio.create_task(stalls.watch())
    found = await spent("news-monitor: one in fifty is large", site.hosts, ours.round)
    watching.cancel()
    return found, stalls


async def plain_loop(site: Site, few: int) -> list[Spent]:
    """Fetch and give each body to feedparser, store nothing: what a loop of twenty lines costs."""
    await asyncio.to_thread(site.turn_to, "plain/1")
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        bare = Bare(session, [site.url(number) for number in range(few)], 50, parse=True)
        return [await spent("aiohttp + feedparser, every pass", few, bare.round)]


def with_reader(python: str, site: Site, hosts: int, folder: Path) -> list[Spent]:
    """Let lemon24/reader do the same four passes."""
    urls = "\n".join(site.url(number) for number in range(hosts))
    done = subprocess.run(
        [python, PEER, str(folder / "reader.db"), urls.partition("/0/")[0]],
        input=urls,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return [
        Spent(name=f"reader: {name}", feeds=hosts, wall=float(wall), cpu=float(cpu), memory=float(memory))
        for name, wall, cpu, memory in lines
    ]


def apart(work: Callable[[], Awaitable[Found]]) -> Found:
    """Run in a process of its own, so that memory and CPU are its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, work).result()


def _run(work: Callable[[], Awaitable[Found]]) -> Found:
    allow_many_files()

    async def inside() -> Found:
        return await work()

    return asyncio.run(inside())


def tell(found: Sequence[Spent]) -> None:
    """Print what was measured, and the ratio of each two that belong together."""
    for one in found:
        print(one)
    if len(found) % 2 or not found[0].name.startswith("news-monitor"):
        return
    for mine, bare in zip(found[::2], found[1::2], strict=True):
        cpu, wall = bare.cpu / mine.cpu, bare.wall / mine.wall
        print(
            f"   {mine.name.partition(': ')[2]}: {cpu:.2f} of the bare rate by CPU, {wall:.2f} by the clock"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("place", type=Path)
    options.add_argument("--hosts", type=int, default=1000)
    options.add_argument("--bodies", type=int, default=200, help="hosts where peers parse every body")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--reader", help="the Python of an environment that has reader")
    chosen = options.parse_args()
    bodies, others = documents_of(chosen.place, chosen.hosts)
    size = sum(map(len, bodies)) / len(bodies) / 1024
    print(f"{chosen.hosts} hosts, {len(bodies)} documents, {size:.0f} KiB on average; us are CPU a feed")
    few = min(chosen.bodies, chosen.hosts)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with served(bodies, chosen.hosts, others=others) as site:
            tell(apart(partial(ours_and_bare, site, folder, chosen.rounds)))
            print(f"with {few} of them:")
            tell(apart(partial(plain_loop, site, few)))
            if chosen.reader:
                tell(with_reader(chosen.reader, site, few, folder))
            else:
                print("reader is left out: name the Python of an environment that has it with --reader")
        with served(bodies, few, others=others) as site:
            found, stalls = apart(partial(stalled, site, folder))
            print(found, stalls, sep="\n")
        over_tls((bodies, others), few, folder, chosen.rounds)


def documents_of(place: Path, hosts: int) -> tuple[list[bytes], list[bytes]]:
    """Choose the documents that are measured, and others that are read before."""
    every = documents(place, 2 * min(hosts, 120))
    return every[::2], every[1::2]


def over_tls(bodies: tuple[list[bytes], list[bytes]], hosts: int, folder: Path, rounds: int) -> None:
    """Do the same over TLS, connections kept alive after the first pass."""
    if not make_keys(folder):
        print("TLS is left out: there is no openssl to make a certificate with")
        return
    print(f"{hosts} hosts over TLS:")
    with served(bodies[0], hosts, folder, others=bodies[1]) as site:
        tell(apart(partial(ours_and_bare, site, folder, rounds)))


if __name__ == "__main__":
    main()
