"""The database: whether it opens, is whole, has room, and what it says of the daemon's work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from monitor.cli.checkups.findings import Finding, note, ok, problem, warning
from monitor.cli.checkups.machine import disk, permissions
from monitor.cli.common import counted
from monitor.core.errors import NewsMonitorError
from monitor.core.models import Counts, DeliveryState
from monitor.files import is_there
from monitor.store import Store, open_store
from monitor.store.engine import address_of

_ROOM = 200 * 2**20
"""Bytes that should be free beside the database: its log may grow to 64 MiB between checkpoints."""
_LONG_UNSENT = timedelta(minutes=5)


async def examine(url: str, now: datetime) -> list[Finding]:
    """Examine the database at `url` without making or changing one."""
    path = address_of(url).path
    findings = list(_around(path)) if path else []
    if path and not await asyncio.to_thread(path.exists):
        return findings
    try:
        store = await open_store(url, owner=f"doctor-{os.getpid()}", exclusive=False)
    except NewsMonitorError as error:
        return [*findings, problem("database", str(error), "docs/operations.md, exit codes 3 and 4")]
    try:
        return [*findings, *await _inside(store, now)]
    except NewsMonitorError as error:
        return [*findings, problem("database", str(error), "docs/operations.md, exit code 4")]
    finally:
        await store.close()


def _around(path: Path) -> Iterator[Finding]:
    if is_there(path.parent):
        yield from disk(path.parent, _ROOM)
    if not is_there(path):
        yield note("database", f"{path} does not exist yet; `news-monitor run` makes it")
        return
    yield ok("database", f"{path}, {path.stat().st_size / 2**20:,.1f} MiB")
    yield from permissions(path)


async def _inside(store: Store, now: datetime) -> list[Finding]:
    broken = [
        problem("database", wrong, "stop the daemon, restore a backup") for wrong in await store.integrity()
    ]
    return [*broken, *contents(await store.counts(), now)]


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
