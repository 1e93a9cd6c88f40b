"""The side of the store that keeps it below a size."""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Extent
from monitor.store import sizing
from monitor.store.opened import Opened


class Limiting(Opened):
    """What the database takes, and giving back what it no longer needs."""

    async def extent(self) -> Extent:
        """Measure the database: exactly on SQLite, by samples of its tables on PostgreSQL."""
        return await self._database.read(sizing.extent)

    async def seen_before(self, share: float) -> datetime | None:
        """The moment before which a share of the entries, 0 to 1, was first seen; None if there are none."""
        return await self._database.read(sizing.seen_before, share)

    async def give_back(self, limit: int) -> Extent:
        """Return freed pages of an SQLite file to the disk until it is below a size, in short transactions.

        PostgreSQL keeps them for itself, and so does a file made by an earlier version: see `db compact`.
        """
        if self._database.address.is_sqlite:
            while await self._database.write(sizing.give_back, limit) == sizing.PORTION:
                pass
        return await self.extent()
