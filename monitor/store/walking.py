"""The side of the store that the synthetic entry knows; on its way it is moved by the other sides."""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Walk
from monitor.store import walks
from monitor.store.opened import Opened


class Walking(Opened):
    """Synthetic entries sent on their way and looked after."""

    @property
    def worker(self) -> str:
        """The name of this daemon."""
        return self._owner

    async def launch_walk(self, number: int, now: datetime) -> None:
        """Send this daemon's n-th entry on its way; the former one is given up."""
        await self._database.write_forgettable(walks.launch, self._owner, number, now)
        self._walk_is_due = True

    async def look_at_walk(self, walk: Walk) -> Walk | None:
        """Say where an entry is, and write down that it is late or has arrived; None if it is lost."""
        return await self._database.write_forgettable(walks.look, walk)

    async def walks(self) -> list[Walk]:
        """The entries of all daemons, by name."""
        return await self._database.read(walks.listed)

    async def late_walks(self) -> list[Walk]:
        """The entries that other daemons at work on this database say are late."""
        return await self._database.read(walks.late, self._owner)

    async def forget_walk(self) -> None:
        """Take this daemon's entry off its way."""
        await self._database.write_forgettable(walks.forget, self._owner)

    async def forget_walks_of_the_gone(self) -> None:
        """Delete what daemons that are gone have left."""
        await self._database.write_forgettable(walks.forget_gone, self._owner)
