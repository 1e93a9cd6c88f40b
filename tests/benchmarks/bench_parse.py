"""How fast recorded feeds are read: plain feedparser, our reader, and the whole way through the workers.

    python tests/benchmarks/bench_parse.py FOLDER [--files N]     (FOLDER holds feeds.tar.xz and MANIFEST.tsv)

All in one run on the same feeds; ratios are what to look at. CPU time of the process for the first two, wall
time for the pool, which works beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import tarfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import feedparser

from monitor.core.models import Fetched, ParsedFeed
from monitor.core.settings import PollingSettings
from monitor.feeds.limits import Source
from monitor.feeds.parse import ParserPool
from monitor.feeds.reading import read_document

URL = "http://valley.example/feed.xml"
ROUNDS = 3


def documents(place: Path, most: int) -> list[bytes]:
    """Take news feeds, evenly chosen from those that the manifest tags so."""
    tagged = (line.split("\t") for line in (place / "MANIFEST.tsv").read_text().splitlines()[1:])
    news = {
        fields[0] for fields in tagged if fields[0].startswith("real/") and "news" in fields[6].split(",")
    }
    bodies: dict[str, bytes] = {}
    with tarfile.open(place / "feeds.tar.xz") as archive:
        for member in archive:  # in their order there: going back means unpacking from the start
            found = archive.extractfile(member) if member.name.removeprefix("./") in news else None
            if found is not None:
                bodies[member.name] = found.read()
    step = max(len(bodies) // most, 1)
    return [bodies[name] for name in sorted(bodies)[::step][:most]]


def plain(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body)).entries)


def ours(body: bytes) -> int:
    found = read_document(body, Source(url=URL, max_entries=10_000))
    return len(found.entries) if isinstance(found, ParsedFeed) else 0


def with_new(body: bytes, new: int) -> Source:
    """Remember all items of a feed but some."""
    found = read_document(body, Source(url=URL, max_entries=10_000))
    seen = found.seen[new:] if isinstance(found, ParsedFeed) else ()
    return Source(url=URL, max_entries=10_000, known=frozenset(seen))


def cpu_of_new(bodies: list[bytes], new: int) -> tuple[float, int]:
    sources = [with_new(body, new) for body in bodies]
    best, entries = float("inf"), 0
    for _ in range(ROUNDS):
        started = time.process_time()
        found = [read_document(body, source) for body, source in zip(bodies, sources, strict=True)]
        best = min(best, time.process_time() - started)
        entries = sum(len(one.entries) for one in found if isinstance(one, ParsedFeed))
    return best, entries


def cpu(read: Callable[[bytes], int], bodies: list[bytes]) -> tuple[float, int]:
    best, entries = float("inf"), 0
    for _ in range(ROUNDS):
        started = time.process_time()
        entries = sum(read(body) for body in bodies)
        best = min(best, time.process_time() - started)
    return best, entries


async def pooled(bodies: list[bytes], workers: int, new: int | None = None) -> tuple[float, int, float]:
    """Read everything, or but `new` items of each, in worker processes."""
    known = [frozenset[bytes]() if new is None else with_new(body, new).known for body in bodies]
    options = PollingSettings(parse_workers=workers, max_entries=10_000, parse_timeout=timedelta(seconds=30))
    async with ParserPool(options) as pool:
        fetched = [Fetched(url=URL, status=200, body=body) for body in bodies]
        await asyncio.gather(*(pool.parse(one) for one in fetched[: workers * 2]))
        best, entries, own = float("inf"), 0, 0.0
        for _ in range(ROUNDS):
            started, busy = time.perf_counter(), time.process_time()
            found = await asyncio.gather(
                *(pool.parse(one, known=seen) for one, seen in zip(fetched, known, strict=True))
            )
            best = min(best, time.perf_counter() - started)
            own = time.process_time() - busy
            entries = sum(len(one.entries) for one in found if isinstance(one, ParsedFeed))
        return best, entries, own


def report(name: str, feeds: int, seconds: float, entries: int, base: float) -> None:
    rate = f"{feeds / seconds:7.0f} feeds/s {entries:7} entries"
    print(f"{name:32} {seconds:7.2f} s {rate}   x{base / seconds:.2f}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("place", type=Path)
    arguments.add_argument("--files", type=int, default=120)
    options = arguments.parse_args()
    bodies = documents(options.place, options.files)
    print(f"{len(bodies)} feeds, {sum(map(len, bodies)) / 1e6:.1f} MB")
    base, entries = cpu(plain, bodies)
    report("feedparser as it comes", len(bodies), base, entries, base)
    mine, entries = cpu(ours, bodies)
    report("our reader", len(bodies), mine, entries, base)
    for new in (0, 1, 10):
        seconds, entries = cpu_of_new(bodies, new)
        report(f"our reader, {new} new items", len(bodies), seconds, entries, base)
    for workers in (1, 2):
        wall, entries, own = asyncio.run(pooled(bodies, workers))
        report(f"through {workers} worker(s), wall time", len(bodies), wall, entries, base)
        print(f"{'':32} of it {own / len(bodies) * 1e3:.2f} ms of the daemon's CPU a feed")
    for new in (1, 10):
        wall, entries, _ = asyncio.run(pooled(bodies, 1, new))
        report(f"through 1 worker, {new} new items", len(bodies), wall, entries, base)


if __name__ == "__main__":
    main()
