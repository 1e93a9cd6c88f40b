"""The database kept below `retention.max_size`: the oldest entries go first, and never what is still needed.

used > limit? | the moment before which what is too much was seen | purge, measure, again | give back
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.core.limiting import share_to_drop
from monitor.core.models import Bulk, Extent, Keep, Purged
from monitor.core.settings import RetentionSettings
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_ROUNDS: Final = 6
"""Each comes nearer to the limit: entries differ in size, and pages are freed only when they are empty."""


class Limited(Protocol):
    """What is asked of the store."""

    async def extent(self) -> Extent:
        """What the database takes."""

    async def seen_before(self, share: float) -> datetime | None:
        """The moment before which a share of the entries was first seen; None if there are none."""

    async def purge(self, now: datetime, keep: Keep) -> Purged:
        """Delete what is older than it is kept."""

    async def give_back(self, limit: int) -> Extent:
        """Return freed pages to the disk until the file is below a size, where the database can."""


async def keep_below(
    store: Limited, limit: int, *, retention: RetentionSettings, window: timedelta, now: datetime
) -> Bulk:
    """Drop the oldest entries until what is used is below the limit; what the story window needs stays.

    Raises:
        StoreUnavailableError: the database cannot serve just now; what was dropped is dropped.
    """
    extent, dropped = await store.extent(), 0
    floor, before = now - window, None
    for _ in range(_ROUNDS):
        moment = await store.seen_before(share_to_drop(extent, limit)) if extent.used > limit else None
        if moment is None or before == floor:
            break
        before = min(moment, floor)
        kept = now - before
        deliveries, audit = min(retention.deliveries, kept), retention.audit
        purged = await store.purge(now, Keep(entries=kept, deliveries=deliveries, audit=audit))
        dropped += purged.entries
        extent = await store.extent()
    if extent.file > limit:
        extent = await store.give_back(limit)
    bulk = Bulk(limit=limit, extent=extent, dropped=dropped, oldest=await store.seen_before(0.0))
    if before is not None:
        _tell(bulk)
    return bulk


def _tell(bulk: Bulk) -> None:
    said = {"limit": bulk.limit, "used": bulk.extent.used, "file": bulk.extent.file, "entries": bulk.dropped}
    oldest = bulk.oldest.isoformat() if bulk.oldest else None
    if bulk.extent.used > bulk.limit:
        log.error("retention.above_max_size", extra=fields(**said, oldest=oldest))
    else:
        log.warning("retention.max_size_reached", extra=fields(**said, oldest=oldest))
