"""How late entries of each feed are seen, from those that came last."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from statistics import median_low
from typing import Final

from sqlalchemy import Connection, select

from monitor.store.schema import entries

_LATELY: Final = 5000
"""Entries that are looked at, of all feeds together."""


def usual(connection: Connection) -> dict[str, timedelta]:
    """The median time from publication to first sight, by feed; without first readings and undated ones."""
    latest = (
        select(entries.c.feed, entries.c.published, entries.c.first_seen, entries.c.first_read)
        .order_by(entries.c.seq.desc())
        .limit(_LATELY)
    )
    delays: defaultdict[str, list[timedelta]] = defaultdict(list)
    for row in connection.execute(latest):
        if row.published is not None and not row.first_read:
            delays[row.feed].append(max(row.first_seen - row.published, timedelta()))
    return {feed: median_low(found) for feed, found in delays.items()}
