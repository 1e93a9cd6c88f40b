"""The side of the store that knows which daemons work on it; on SQLite one, so that nothing is kept."""

from __future__ import annotations

from collections.abc import Callable

from monitor.core.models import Act, Holding, Sign, Worker
from monitor.elapsed import since_boot
from monitor.store import audit, calls, shards, terms, workers
from monitor.store.opened import OVER, Opened, Share, Tenure
from monitor.store.shards import Part
from monitor.store.terms import LEASE, Term
from monitor.store.workers import Wish


class Belonging(Opened):
    """Workers that come, live and go; of all of them one keeper."""

    @property
    def is_shared(self) -> bool:
        """Whether several daemons may work on this database."""
        return not self._database.address.is_sqlite

    @property
    def draining(self) -> bool:
        """Whether somebody wants this worker to be empty."""
        return self._share is not None and self._share.part.draining

    def join(self) -> None:
        """Claim, from now on, feeds of hosts that are this worker's alone: none before it attended."""
        if self.is_shared and self._share is None:
            self._share = Share(Part(self._owner, -1, frozenset()), OVER)

    async def attend(self, sign: Sign) -> int:
        """Say that this worker lives, hand over hosts that are others' by right, take those that are its own.

        By the clock of the database. Whoever is silent for longer than a lease is taken for dead and loses
        its hosts; not while this worker itself has just been out of touch, since all may have been.

        Returns:
            How many shards of the hosts are its own; 0 on SQLite, where nothing is done.
        """
        if not self.is_shared:
            return 0
        asked, lease, before = since_boot(), LEASE.total_seconds(), self._share
        steady_since = before.steady_since if before else OVER
        if before and OVER < before.until < asked:
            steady_since = asked
        trusting = steady_since == OVER or asked - steady_since > lease
        part = await self._database.write(shards.attend, self._owner, sign, trusting=trusting)
        self._share = Share(part, asked + lease, steady_since)
        return len(part.shards)

    async def sign_out(self) -> None:
        """Take this worker from the list, and leave its hosts to others."""
        if self.is_shared:
            self._share = self._share and Share(Part(self._owner, -1, frozenset()), OVER)
            await self._database.write(shards.let_go, self._owner)

    async def wish_of_worker(self, name: str, wished: Wish) -> bool:
        """Ask for a worker to be empty, or to work again; False if there is none of that name."""
        act = Act.DRAIN_WORKER if wished == "empty" else Act.RESUME_WORKER
        return await self._by_hand(audit.deed(act, name), workers.wish, name, wished)

    async def holdings(self) -> list[Holding]:
        """What of the feeds is whose to poll; on SQLite nothing is told."""
        return await self._database.read(shards.holdings) if self.is_shared else []

    async def workers(self) -> list[Worker]:
        """List the workers, the eldest first; on SQLite none."""
        return await self._database.read(workers.listed) if self.is_shared else []

    async def listen(self, heard: Callable[[str], None], *, ready: Callable[[], None]) -> None:
        """Hear what other daemons call out, until cancelled; `ready` is called when none is missed any more.

        Raises:
            StoreUnavailableError: the connection cannot be made, or was lost.
        """
        await self._database.listen(calls.CHANNEL, heard, ready=ready)

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
