"""How fast the store writes and reads, as ratios to plain sqlite3 in the same run.

    python -m tests.benchmarks.bench_store [--entries 20000] [--folder DIR] [--remembered 300000]

The floor writes the same rows into the same tables with sqlite3's executemany, in the same transactions, WAL,
synchronous=FULL, rows prepared beforehand: no SQLAlchemy, no asyncio, no conversion.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import (
    Assembled,
    Assignment,
    Entry,
    EntryKey,
    Feed,
    FeedState,
    Findings,
    KeyKind,
    NewEntry,
    PendingEntry,
    Placement,
    PollRecord,
    Story,
)
from monitor.store import Store, open_store

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PER_POLL = 30
LEASE = timedelta(minutes=5)
TEXT = "officials said on Sunday that fighting near the border had stopped and talks would go on"
WORDS = TEXT.split()


def entry(number: int, feed: str) -> Entry:
    words = [WORDS[(number * 7 + place) % len(WORDS)] for place in range(70)]
    url = f"https://outlet.example/world/2026/03/01/article-number-{number}"
    keys = (EntryKey(kind=KeyKind.GUID, value=f"tag:outlet,{number}"), EntryKey(kind=KeyKind.URL, value=url))
    return Entry(
        id=f"{number:032x}",
        feed=feed,
        outlet="outlet.example",
        keys=keys,
        guid=keys[0].value,
        url=url,
        link=url,
        title=" ".join(words[:10]),
        summary=" ".join(words),
        fetched=NOW,
        first_seen=NOW + timedelta(milliseconds=number),
        text_hash=f"{number * 31:032x}",
        lang="en",
    )


def polls(entries: int) -> Iterator[tuple[Feed, tuple[NewEntry, ...]]]:
    for start in range(0, entries, PER_POLL):
        feed = Feed(url=f"https://outlet.example/feed/{start}", name="Outlet", outlet="outlet.example")
        items = (entry(number, feed.url) for number in range(start, min(start + PER_POLL, entries)))
        yield feed, tuple(NewEntry(entry=item, findings=Findings()) for item in items)


@dataclass
class Watch:
    """Counts things done against the CPU and the clock."""

    cpu: float = field(default_factory=time.process_time)
    wall: float = field(default_factory=time.perf_counter)

    def rate(self, number: int) -> Rate:
        """Return how many there were a second, until now."""
        return Rate(number / (time.process_time() - self.cpu), number / (time.perf_counter() - self.wall))


@dataclass
class Rate:
    """Things a second of the CPU, and of the clock."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.cpu:8,.0f} ({self.wall:8,.0f})"


def floor(path: Path, entries: int, together: int) -> Rate:
    """Write the rows of so many polls a transaction with sqlite3 alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous=FULL")
        columns = [row[1] for row in database.execute("PRAGMA table_info(entries)")][1:]
        insert = f"INSERT INTO entries ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})"  # noqa: S608
        batches = [
            (feed.url, [row_of(item.entry, columns) for item in items], [item.entry for item in items])
            for feed, items in polls(entries)
        ]
        watch = Watch()
        for start in range(0, len(batches), together):
            database.execute("BEGIN IMMEDIATE")
            for feed, rows, items in batches[start : start + together]:
                database.executemany(insert, rows)
                keys = [(feed, key.kind.value, key.value, item.id) for item in items for key in item.keys]
                database.executemany("INSERT OR IGNORE INTO entry_keys VALUES (?, ?, ?, ?)", keys)
                waiting = [(item.id,) for item in items]
                database.executemany("INSERT INTO pending (entry, revision) VALUES (?, 0)", waiting)
                database.execute("UPDATE feeds SET next_poll_at=1, lease_until=NULL WHERE url=?", (feed,))
            database.execute("COMMIT")
        return watch.rate(entries)


def row_of(item: Entry, columns: list[str]) -> tuple[object, ...]:
    micros = int(item.first_seen.timestamp() * 1e6)
    known: dict[str, object] = {
        "id": item.id,
        "feed": item.feed,
        "outlet": item.outlet,
        "first_seen": micros,
        "fetched": micros,
        "revision": 0,
        "text_hash": item.text_hash,
        "lang": item.lang,
        "title": item.title,
        "link": item.link,
        "url": item.url,
        "guid": item.guid,
        "author": "",
        "aliases": json.dumps([[key.kind, key.value] for key in item.keys]),
        "summary": item.summary,
        "content": "",
        "sample": 0,
        "first_read": 0,
        "published": None,
    }
    return tuple(known.get(name, "[]") for name in columns)


async def claimed(store: Store, feeds: list[Feed]) -> dict[str, FeedState]:
    await store.sync_feeds(feeds, NOW)
    return {state.url: state for state in await store.claim_due_feeds(NOW, lease=LEASE, limit=len(feeds))}


async def commit(url: str, entries: int, together: int) -> tuple[Rate, Rate]:
    """Commit so many polls a transaction; return the rates of new entries and of unchanged polls."""
    store = await open_store(url, owner="bench", exclusive=True)
    brought = list(polls(entries))
    states = await claimed(store, [feed for feed, _ in brought])
    records = [
        PollRecord(state=replace(states[feed.url], next_poll_at=NOW + LEASE), entries=items)
        for feed, items in brought
    ]
    watch = Watch()
    for start in range(0, len(records), together):
        await store.commit_polls(records[start : start + together])
    new = watch.rate(entries)
    watch, total = Watch(), 0
    for step in range(1, 4):
        now = NOW + 2 * step * LEASE
        while due := await store.claim_due_feeds(now, lease=LEASE, limit=50):
            await store.commit_polls(
                [PollRecord(state=replace(state, next_poll_at=now + LEASE)) for state in due]
            )
            total += len(due)
    unchanged = watch.rate(total)
    await store.close()
    return new, unchanged


async def assemble(url: str) -> Rate:
    """Give every pending entry a story of its own, 50 a transaction."""
    store = await open_store(url, owner="bench", exclusive=True)
    watch, total = Watch(), 0
    while waiting := await store.pending_entries(limit=50):
        await store.commit_assembled([placed(item) for item in waiting])
        total += len(waiting)
    speed = watch.rate(total)
    await store.close()
    return speed


def placed(item: PendingEntry) -> Assembled:
    name = item.entry.id
    story = Story(
        id=name,
        title=item.entry.title,
        opened_at=NOW,
        updated_at=NOW,
        entries=1,
        outlets=("outlet.example",),
        texts=1,
        languages=("en",),
        entities=(),
        sources=(),
    )
    place = Assignment(
        entry=name, story=name, placement=Placement.OPENS, reason="nothing like it", trace=bytes(300)
    )
    return Assembled(seq=item.seq, entry=item.entry, assignment=place, story=story)


async def remember(url: str) -> tuple[int, float]:
    store = await open_store(url, owner="bench", exclusive=True)
    begun = time.perf_counter()
    kept = [row async for part in store.remembered(NOW) for row in part]
    seconds = time.perf_counter() - begun
    await store.close()
    return len(kept), seconds


def multiply(path: Path, number: int) -> None:
    """Copy the first entry and its place until there are so many."""
    last = int(number) + 999
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {last})"  # noqa: S608
    with closing(sqlite3.connect(path)) as database:
        for table, name in (("entries", "id"), ("assignments", "entry")):
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            values = ", ".join({"seq": "n.i", name: "printf('%032x', n.i)"}.get(c, f'"{c}"') for c in columns)
            database.execute(
                f"INSERT INTO {table} {numbers} SELECT {values} FROM n, {table} WHERE {table}.seq = 1"  # noqa: S608
            )
        database.commit()


async def make(url: str) -> None:
    store = await open_store(url, owner="bench", exclusive=True)
    await store.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--entries", type=int, default=20_000)
    options.add_argument("--remembered", type=int, default=0)
    options.add_argument("--folder", type=Path)
    options.add_argument("--postgres", help="a PostgreSQL database to measure as well")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        print(
            "entries a second of CPU (of the clock), ratio of CPU time to the floor in the same transactions"
        )
        for together in (1, 10):
            url, least = f"sqlite:///{made}/store{together}.db", f"{made}/floor{together}.db"
            asyncio.run(make(f"sqlite:///{least}"))
            bare = floor(Path(least), chosen.entries, together)
            new, unchanged = asyncio.run(commit(url, chosen.entries, together))
            print(
                f"{together:2} polls of {PER_POLL} a transaction:"
                f" sqlite3 {bare}  store {new}  {bare.cpu / new.cpu:.1f}"
            )
            print(f"   unchanged polls, claimed and committed by 50: {unchanged}")
            print(f"   assembled by 50: {asyncio.run(assemble(url))}")
        if chosen.remembered:
            big = f"sqlite:///{made}/big.db"
            asyncio.run(commit(big, PER_POLL, 1))
            asyncio.run(assemble(big))
            multiply(Path(made) / "big.db", chosen.remembered)
            number, seconds = asyncio.run(remember(big))
            print(f"remembered: {number:,} entries in {seconds:.1f} s")
        if chosen.postgres:
            new, unchanged = asyncio.run(commit(chosen.postgres, chosen.entries, 10))
            print(f"PostgreSQL, 10 polls a transaction: {new}, unchanged polls {unchanged}")
            print(f"PostgreSQL, assembled by 50: {asyncio.run(assemble(chosen.postgres))}")


if __name__ == "__main__":
    main()
