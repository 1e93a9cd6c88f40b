"""The side of the store that knows which daemons work on it; on SQLite one, so that nothing is kept."""

from __future__ import annotations

from monitor.core.models import Sign, Worker
from monitor.elapsed import since_boot
from monitor.store import terms, workers
from monitor.store.opened import OVER, Opened, Tenure
from monitor.store.terms import LEASE, Term


class Belonging(Opened):
    """Workers that come, live and go; of all of them one keeper."""

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

    async def stand(self) -> int | None:
        """Become the keeper if there is none; return the number of the term, None if somebody else has it.

        From the first call on, every write of a keeper is refused outside a term. On SQLite the term is 0 and
        has no end.
        """
        if not self.is_shared:
            return 0
        if self._tenure is None:
            self._tenure = Tenure(Term(self._owner, -1), OVER)
        asked = since_boot()
        number = await self._database.write(terms.take, self._owner)
        if number is not None:
            self._tenure = Tenure(Term(self._owner, number), asked + LEASE.total_seconds())
        return number

    async def renew(self) -> bool:
        """Extend the lease of the term; False if somebody else took the next one."""
        tenure = self._tenure
        if tenure is None:
            return True
        asked = since_boot()
        renewed = await self._database.write(terms.renew, tenure.term)
        tenure.until = asked + LEASE.total_seconds() if renewed else OVER
        return renewed

    async def step_down(self) -> None:
        """End the term, if there is one, so that another worker takes over at once."""
        tenure = self._tenure
        if tenure is not None and tenure.until != OVER:
            tenure.until = OVER
            await self._database.write(terms.let_go, tenure.term)
