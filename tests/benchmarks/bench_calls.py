"""Time from the commit of an entry on one machine to its story, and alert, by the keeper on another.

    python -m tests.benchmarks.bench_calls [--entries 60]

The keeper is a real daemon on a PostgreSQL of its own. Entries are committed by another process, first as it
is done (with NOTIFY), then without, so that the keeper finds them by looking.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from monitor.core.models import PollRecord
from monitor.store import Store, calls, open_store
from tests.acceptance.daemon import Desk
from tests.feeds.zoo import open_zoo
from tests.many.clusters import a_cluster
from tests.store.samples import FEED, an_entry, new

_PLACED = "SELECT count(*) FROM assignments WHERE entry = $1"


async def one(store: Store, watcher: asyncpg.Connection, name: str) -> float:
    """Commit one entry; return the seconds until its story is committed."""
    [state] = [state for state in await store.feed_states() if state.url == FEED.url]
    entry = an_entry(name, title=f"Title {name}")
    assert await store.commit_polls([PollRecord(state=state, entries=new(entry))]) == 1
    began = time.perf_counter()
    while not await watcher.fetchval(_PLACED, name):  # noqa: ASYNC110 - of another process
        await asyncio.sleep(0.002)
    return time.perf_counter() - began


async def measured(url: str, folder: Path, entries: int) -> None:
    """Run the keeper, and measure."""
    async with open_zoo() as zoo:
        desk = Desk(folder, zoo)
        desk.settings["database"] = url
        async with desk.running() as daemon:
            await daemon.until(lambda: daemon.event("keeper.elected"))
            store = await open_store(url, owner="bench", exclusive=False)
            watcher = await asyncpg.connect(url)
            await store.sync_feeds([FEED], datetime.now(UTC) + timedelta(days=1))  # never due here
            for way, channel in (("with NOTIFY", calls.CHANNEL), ("by looking", "nobody")):
                setattr(calls, "CHANNEL", channel)  # noqa: B010 - a constant: nobody listens on another one
                times = []
                for number in range(entries):
                    await asyncio.sleep(random.uniform(0.2, 1.2))
                    times.append(await one(store, watcher, f"{way} {number}"))
                tenth = statistics.quantiles(times, n=10)
                print(
                    f"{way}: median {1000 * statistics.median(times):.0f} ms, p90 {1000 * tenth[-1]:.0f} ms"
                )
            await watcher.close()
            await store.close()


def main() -> None:
    """Read the options and run."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--entries", type=int, default=60)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, a_cluster() as cluster:
        asyncio.run(measured(cluster.url, Path(folder), chosen.entries))


if __name__ == "__main__":
    main()
