"""The side of the store that measures: figures for graphs and alarms."""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Followed, Since, Standing
from monitor.store import figures
from monitor.store.opened import Opened


class Measuring(Opened):
    """Figures."""

    async def ledgers_end(self) -> Followed:
        """Where the ledgers of decisions and deliveries end now."""
        return await self._database.read(figures.beginning)

    async def ledgers_since(self, followed: Followed) -> Since:
        """What was decided and delivered since the ledgers were followed so far."""
        return await self._database.read(figures.since, followed)

    async def standing(self, now: datetime) -> Standing:
        """How things stand: feeds, queues, size."""
        return await self._database.read(figures.standing, now)
