"""The database: whether it opens, is whole, has room, and what it says of the daemon's work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning
from monitor.cli.checkups.machine import disk, permissions
from monitor.cli.common import counted
from monitor.cli.common import now as looked_at_clock
from monitor.core.errors import NewsMonitorError
from monitor.core.models import Counts, DeliveryState, LateWalk, Walk
from monitor.core.render.times import ago
from monitor.core.walking import STAGES, sentence_on
from monitor.files import is_there
from monitor.store import Store
from monitor.store.engine import address_of
from monitor.store.looking import Glimpse, glimpse, looked_into

_ROOM = 200 * 2**20
"""Bytes that should be free beside the database, or its size: its log may grow to 64 MiB between checkpoints,
and an upgrade or a copy may take as much again."""
_LONG_UNSENT = timedelta(minutes=5)
_IN_STEP = timedelta(seconds=1)


async def examine(url: str, now: datetime) -> list[Finding]:
    """Examine the database at `url` without making, upgrading or changing one."""
    path = address_of(url).path
    findings = list(_around(path)) if path else []
    if path and not await asyncio.to_thread(is_there, path):
        return findings
    try:
        before = looked_at_clock()
        seen = await glimpse(url)
        findings += [*tables(seen), *clocks(seen.clock, before, looked_at_clock())]
        if seen.revision == seen.wanted:
            async with looked_into(url, owner=f"doctor-{os.getpid()}") as store:
                findings += await _inside(store, now)
    except NewsMonitorError as error:
        findings.append(problem("database", str(error), "docs/operations.md, exit codes 3 and 4"))
    return findings


def tables(seen: Glimpse) -> Iterator[Finding]:
    """Compare the revision of the tables with the one that this program works with."""
    if seen.revision is None:
        yield note("database", "it has no tables yet; `news-monitor run` makes them")
    elif seen.revision == seen.wanted:
        yield ok("database", f"its tables have revision {seen.revision}, as this program wants them")
    elif seen.revision < seen.wanted:
        yield warning(
            "database",
            f"its tables have revision {seen.revision}, this program wants {seen.wanted}; "
            "the next start upgrades them, so what they hold is not examined",
            "stop every daemon of the older version, then `news-monitor db backup FILE`, then start",
        )
    else:
        yield problem(
            "database",
            f"its tables have revision {seen.revision}, of a newer version than this one, "
            f"which knows {seen.wanted}",
            "install the newer version here, or restore a backup made before its upgrade",
        )


def clocks(there: datetime | None, before: datetime, after: datetime) -> Iterator[Finding]:
    """Compare this clock, read before and after the question, with that of PostgreSQL.

    When a feed is due is written by the clock of the daemon that polled it, and read by that of another.
    """
    if there is None:
        return
    off = max(there - after, before - there, timedelta(0))
    side = "behind" if there > after else "ahead of"
    if off > _IN_STEP:
        yield warning(
            "clock",
            f"this machine is {off.total_seconds():.1f} s {side} the database's; "
            "daemons that share it poll early or late",
            "turn time synchronisation on here and on the database's machine: timedatectl set-ntp true",
        )
    else:
        yield ok("clock", f"within {_IN_STEP.seconds} s of the database's")


def _around(path: Path) -> Iterator[Finding]:
    home = next((folder for folder in path.parents if is_there(folder)), Path("/"))
    size = path.stat().st_size if is_there(path) else 0
    yield from disk(home, max(_ROOM, size))
    if is_there(path):
        yield ok("database", f"{path}, {size / 2**20:,.1f} MiB")
        yield from permissions(path)
    elif home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        yield note("database", f"{path} does not exist yet; `news-monitor run` makes it")
    else:
        yield problem(
            "database",
            f"{path} does not exist, and cannot be made in {home}",
            "name a place under `database` that the daemon's user may write to, or chown that folder",
        )


async def _inside(store: Store, now: datetime) -> list[Finding]:
    broken = [
        problem("database", wrong, "stop the daemon, restore a backup") for wrong in await store.integrity()
    ]
    counts = await store.counts()
    return [*broken, *contents(counts, now), *synthetic(await store.walks(), now)]


def synthetic(walks: Sequence[Walk], now: datetime) -> Iterator[Finding]:
    """Say of each daemon at work how its synthetic entries fare."""
    for one in walks:
        whose = f"of {one.worker} "
        if one.late_for is not None:
            late = LateWalk(
                worker=one.worker, stage=one.stage, said=one.said, lasted=timedelta(seconds=one.late_for)
            )
            yield problem("synthetic entry", sentence_on(late, f" {whose.strip()}"), STAGES[one.stage].remedy)
        elif one.seconds is not None and one.arrived_at is not None:
            said = f"that {whose}took {one.seconds:.1f} s through every stage, {ago(one.arrived_at, now)}"
            yield ok("synthetic entry", said)


def contents(counts: Counts, now: datetime) -> Iterator[Finding]:
    """Judge what the database says: failing feeds, dead letters, deliveries that wait too long."""
    yield ok(
        "contents",
        f"{counted(counts.entries, 'entry', 'entries')}, "
        f"{counted(counts.stories, 'story', 'stories')}, {counted(counts.alerts, 'alert')}",
    )
    if counts.failing:
        yield warning(
            "feeds",
            f"{counts.failing} of {counts.feeds} fail",
            "`news-monitor feeds list --failing` says why",
        )
    if parked := counts.deliveries.get(DeliveryState.PARKED, 0):
        yield problem(
            "deliveries",
            counted(parked, "dead letter"),
            "`news-monitor alerts dead`, then `alerts retry` or `alerts drop`",
        )
    if counts.oldest_unsent_at and now - counts.oldest_unsent_at > _LONG_UNSENT:
        minutes = (now - counts.oldest_unsent_at) // timedelta(minutes=1)
        yield warning(
            "deliveries",
            f"the oldest unsent one is {minutes} min old",
            "is the daemon running, and its channel up?",
        )
