"""What the pipeline's and the listings' statements cost on PostgreSQL as entries grow, as ratios.

    python -m tests.benchmarks.bench_growth [--small 50000] [--large 1000000] [--folder DIR]

Each question is asked so often, with other rows each time; shown are, at both sizes, the first decile of the
time it took and the median of the processor time that it cost server and client, in ms.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from monitor.core.models import Among, EntryKey, Keep, KeyKind
from monitor.store import Store, open_store
from tests.benchmarks.growing import PER_STORY, fill, make_tables, server
from tests.benchmarks.server_time import ServerTime

TIMES = 60
Question = Callable[[int], Awaitable[object]]
DAYS = 60


def name(kind: str, number: int) -> str:
    """Return the id that growing.py gave."""
    return hashlib.md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()


def questions(store: Store) -> dict[str, Question]:
    """Give what the pipeline asks for an entry and what people ask, each for the entry of a number."""
    recent = datetime.now(UTC) - timedelta(hours=1)

    def story(number: int) -> str:
        return name("e", number - number % PER_STORY)

    def of_rule(number: int) -> Among:
        return Among(rules=frozenset({f"rule-{number % 200 // 10 * 10}"}))

    def known(number: int) -> Awaitable[object]:
        keys = [EntryKey(kind=KeyKind.GUID, value=f"guid-{number + 10_000 * step}") for step in range(5)]
        return store.known_entries(f"https://{number % 10_000}.example/feed", keys)

    return {
        "known_entries (5 keys)": known,
        "first_of_texts": lambda n: store.first_of_texts([("x.example", name("t", n))], recent),
        "pending_entries": lambda _: store.pending_entries(limit=50),
        "alert_records": lambda n: store.alert_records([(f"rule-{n % 200}", story(n))]),
        "last_alert_at": lambda n: store.last_alert_at(f"rule-{n % 200}"),
        "page of a rule": lambda n: store.page_of_stories(limit=50, before=None, among=of_rule(n)),
        "page of alerts of a rule": lambda n: store.page_of_alerts(limit=50, rules=[f"rule-{n % 200}"]),
        "list_entries": lambda _: store.list_entries(since=recent, limit=50),
        "entry": lambda n: store.entry(name("e", n)),
        "entries_at (address)": lambda n: store.entries_at(f"https://x.example/{n}"),
        "entries_of_story": lambda n: store.entries_of_story(story(n)),
        "decisions of an entry": lambda n: store.decisions(entry=name("e", n - n % 10)),
        "alerts_of_story": lambda n: store.alerts_of_story(story(n)),
        "list_stories": lambda _: store.list_stories(limit=50),
        "list_stories of a rule": lambda n: store.list_stories(limit=20, rule=f"rule-{n % 200 // 10 * 10}"),
        "list_alerts": lambda _: store.list_alerts(limit=50),
        "alerts_like": lambda n: store.alerts_like(name("a", n)[:8]),
        "next_poll_at": lambda _: store.next_poll_at(),
    }


async def measure(sizes: dict[str, int]) -> dict[str, list[tuple[float, float]]]:
    """Ask each question TIMES times of each database in turn, so that load from elsewhere meets all alike.

    Returns, by question and database, first decile of the time and median of the processor time, in ms.
    """
    stores = {url: await open_store(url, owner="bench", exclusive=False) for url in sizes}
    asking = {url: questions(store) for url, store in stores.items()}
    fastest = {}
    for what in asking[next(iter(sizes))]:
        taken: dict[str, list[float]] = {url: [] for url in sizes}
        spent: dict[str, list[float]] = {url: [] for url in sizes}
        for url in sizes:
            await asking[url][what](1)
        server_time = {url: await ServerTime.of(url) for url in sizes}
        for turn, (url, entries) in itertools.product(range(TIMES), sizes.items()):
            begun, busy = time.perf_counter(), server_time[url].milliseconds()
            await asking[url][what](1 + (turn * 7919 * 104729) % entries)
            taken[url].append((time.perf_counter() - begun) * 1000)
            spent[url].append(server_time[url].milliseconds() - busy)
        fastest[what] = [
            (statistics.quantiles(taken[url], n=10)[0], statistics.median(spent[url])) for url in sizes
        ]
    for store in stores.values():
        await store.close()
    return fastest


async def purge(url: str) -> str:
    """Let retention take the oldest twentieth; say how fast."""
    store = await open_store(url, owner="bench", exclusive=False)
    begun = time.perf_counter()
    gone = await store.purge(
        datetime.now(UTC), Keep(entries=timedelta(days=DAYS * 19 / 20), deliveries=timedelta(days=DAYS))
    )
    seconds = time.perf_counter() - begun
    await store.close()
    return f"retention took {gone.entries:,} entries in {seconds:.1f} s, {gone.entries / seconds:,.0f}/s"


async def another(url: str, called: str) -> str:
    """Make another database on the server; return its address."""
    connection = await asyncpg.connect(url)
    await connection.execute(f'CREATE DATABASE "{called}"')
    await connection.close()
    return f"{url.rsplit('/', 1)[0]}/{called}"


async def size(url: str) -> int:
    """Return the bytes of the database."""
    connection = await asyncpg.connect(url)
    found: int = await connection.fetchval("SELECT pg_database_size(current_database())")
    await connection.close()
    return found


def _pair(times: tuple[float, float]) -> str:
    return f"{times[0]:8.2f} {times[1]:8.2f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--small", type=int, default=50_000)
    options.add_argument("--large", type=int, default=1_000_000)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    with server(chosen.folder) as url:
        sizes = {
            asyncio.run(another(url, f"of_{entries}")): entries for entries in (chosen.small, chosen.large)
        }
        for place, entries in sizes.items():
            begun = time.perf_counter()
            asyncio.run(make_tables(place))
            asyncio.run(fill(place, 1, entries, total=entries, step=DAYS * 86400 / entries))
            seconds, each = time.perf_counter() - begun, asyncio.run(size(place)) / entries
            print(f"{entries:,} entries filled in {seconds:.0f} s; {each:,.0f} bytes an entry", flush=True)
        print(f"{'ms: first decile, CPU':26} {chosen.small:>17,} {chosen.large:>17,}  ratios")
        for what, (before, after) in asyncio.run(measure(sizes)).items():
            print(f"{what:26} {_pair(before)} {_pair(after)}  {after[0] / before[0]:5.2f} ", end="")
            print(f"{after[1] / before[1]:5.2f}", flush=True)
        for place in sizes:
            print(asyncio.run(purge(place)))


if __name__ == "__main__":
    main()
