"""Unchanged polls a second on PostgreSQL: claimed and committed in batches by 1, 2 and 4 workers.

    python -m tests.benchmarks.bench_claims [--feeds 20000] [--batch 200] [--seconds 5] [--folder DIR]
        [--plot build/claims.png]

Each worker is a process of its own with the store as the daemon uses it; commits are as safe as by default.
The hosts are shared out among them, as among daemons. What is counted are polls committed after their claim,
so two transactions for each batch; beside it, the processor time that a worker took for each: on a busy
machine that changes less. The picture is drawn where matplotlib is installed (the extra `plots`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.core.models import Feed, PollRecord, Sign
from monitor.store import open_store
from tests.benchmarks.growing import make_tables, server

LEASE = timedelta(minutes=5)
WORKERS = (1, 2, 4)
BEAT = 2.0
SETTLING = 4
"""Heartbeats until the hosts are shared out."""
SIGN = Sign(host="bench", version="0", rules="none", feeds=0)


async def configure(url: str, feeds: int) -> None:
    """Configure feeds, all due."""
    store = await open_store(url, owner="bench", exclusive=False)
    wanted = [
        Feed(url=f"https://{number}.example/feed", name=f"Feed {number}", outlet=f"{number}.example")
        for number in range(feeds)
    ]
    await store.sync_feeds(wanted, datetime.now(UTC) - timedelta(hours=1))
    await store.close()


async def work(url: str, batch: int, seconds: float) -> tuple[float, float]:
    """Claim and commit as fast as it goes; what was polled is due again at once, behind the rest.

    Returns:
        Polls a second, and seconds of processor time for each.
    """
    store = await open_store(url, owner=f"worker-{os.getpid()}", exclusive=False)
    store.join()
    for _ in range(SETTLING):
        await store.attend(SIGN)
        await asyncio.sleep(0.5)
    done, begun, beat, used = 0, time.monotonic(), time.monotonic(), time.process_time()
    while time.monotonic() < begun + seconds:
        if time.monotonic() > beat + BEAT:
            await store.attend(SIGN)
            beat = time.monotonic()
        now = datetime.now(UTC)
        claimed = await store.claim_due_feeds(now, lease=LEASE, limit=batch)
        await store.commit_polls(
            [
                PollRecord(state=replace(state, next_poll_at=now, last_polled_at=now), before=state)
                for state in claimed
            ]
        )
        done += len(claimed)
    taken, used = time.monotonic() - begun, time.process_time() - used
    await store.sign_out()
    await store.close()
    return done / taken, used / max(done, 1)


def rate(url: str, workers: int, batch: int, seconds: float) -> tuple[float, float]:
    """Run so many workers beside each other; return polls a second of all, and processor time for each."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_claims", "--url", url]
    command += ["--batch", str(batch), "--seconds", str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers)]
    said = [worker.communicate()[0].split() for worker in running]
    return sum(float(one[0]) for one in said), sum(float(one[1]) for one in said) / workers


def draw(curve: dict[int, float], target: Path) -> None:
    """Draw polls a second by workers."""
    import matplotlib  # noqa: PLC0415 (an extra)

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    figure, axes = pyplot.subplots(figsize=(6, 4))
    axes.plot(list(curve), list(curve.values()), marker="o")
    axes.axhline(3000, linestyle=":", color="grey")
    axes.set(xlabel="workers", ylabel="unchanged polls a second", xticks=list(curve), ylim=(0, None))
    axes.set_title(f"Claimed and committed, {os.cpu_count()} processors, load {os.getloadavg()[0]:.0f}")
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, dpi=120)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--feeds", type=int, default=20_000)
    options.add_argument("--batch", type=int, default=200)
    options.add_argument("--seconds", type=float, default=5)
    options.add_argument("--folder", type=Path)
    options.add_argument("--plot", type=Path, help="draw the curve into this PNG")
    options.add_argument("--url", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.url:
        print(*asyncio.run(work(chosen.url, chosen.batch, chosen.seconds)))
        return
    with server(chosen.folder) as url:
        asyncio.run(make_tables(url))
        asyncio.run(configure(url, chosen.feeds))
        print(f"unchanged polls a second, {chosen.feeds:,} feeds, batches of {chosen.batch}")
        curve: dict[int, float] = {}
        for workers in WORKERS:
            reached, each = rate(url, workers, chosen.batch, chosen.seconds)
            curve[workers] = reached
            print(f"{workers} workers: {reached:8,.0f}  {reached / curve[1]:.2f}  {1e6 * each:.0f} us each")
    if chosen.plot:
        draw(curve, chosen.plot)


if __name__ == "__main__":
    main()
