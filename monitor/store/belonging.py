"""The side of the store that knows which daemons work on it; on SQLite one, so that nothing is kept."""

from __future__ import annotations

from monitor.core.models import Sign, Worker
from monitor.store import workers
from monitor.store.opened import Opened


class Belonging(Opened):
    """Workers that come, live and go."""

    @property
    def is_shared(self) -> bool:
        """Whether several daemons may work on this database."""
        return not self._database.address.is_sqlite

    async def sign_in(self, sign: Sign) -> None:
        """Say that this worker lives; by the clock of the database."""
        if self.is_shared:
            await self._database.write(workers.sign_in, self._owner, sign)

    async def sign_out(self) -> None:
        """Take this worker from the list."""
        if self.is_shared:
            await self._database.write(workers.sign_out, self._owner)

    async def workers(self) -> list[Worker]:
        """List the workers, the eldest first; on SQLite none."""
        return await self._database.read(workers.listed) if self.is_shared else []
