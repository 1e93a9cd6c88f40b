"""What the sides of the store share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from monitor.core.errors import NotKeeperError
from monitor.core.models import Deed
from monitor.elapsed import since_boot
from monitor.store import audit
from monitor.store.engine import Database
from monitor.store.shards import Part
from monitor.store.terms import Term, fenced

P = ParamSpec("P")
T = TypeVar("T")
OVER = -1.0


@dataclass(slots=True)
class Tenure:
    """A term as its owner knows it."""

    term: Term
    until: float
    """When its lease is over, in seconds since boot; OVER once it was lost. Reckoned from before the database
    was asked, so that it is never later than what the database says."""


@dataclass(slots=True)
class Share:
    """What is this worker's to poll, as it knows it."""

    part: Part
    until: float
    """When its lease is over, as of a term."""
    steady_since: float = OVER
    """Since when, in seconds since boot, no lease of its own ran out."""

    @property
    def lasts(self) -> bool:
        """Whether anything is this worker's just now."""
        return bool(self.part.shards) and since_boot() < self.until

    def has(self, shard: int) -> bool:
        """Whether the hosts of a shard are this worker's just now."""
        return shard in self.part.shards and since_boot() < self.until


class Opened:
    """An open database, and who asks: `alone` if no other process can be working on it."""

    def __init__(self, database: Database, *, owner: str, alone: bool) -> None:
        self._database = database
        self._owner = owner
        self._alone = alone
        self._tenure: Tenure | None = None
        """None: it never stood for election, so that nobody asks whether it was elected."""
        self._share: Share | None = None
        """None: it never joined others, so that it may poll all there is."""
        self._walk_is_due = False
        """Whether this worker's synthetic entry waits to be claimed: else nobody asks the database for it."""

    @property
    def is_keeper(self) -> bool:
        """Whether nobody else can keep stories and deliver just now; of one that never stood it is true."""
        return self._tenure is None or since_boot() < self._tenure.until

    async def _write_as_keeper(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run work that only the keeper may do.

        Raises:
            NotKeeperError: the term is over; nothing was written.
            StoreUnavailableError: the database cannot serve just now; nothing was written.
        """
        tenure = self._tenure
        if tenure is None:
            return await self._database.write(work, *args, **kwargs)
        if not self.is_keeper:
            message = f"term {tenure.term.number} as keeper is over"
            raise NotKeeperError(message)
        try:
            return await self._database.write(fenced, tenure.term, work, *args, **kwargs)
        except NotKeeperError:
            tenure.until = OVER
            raise

    async def _by_hand(
        self,
        done: Deed | None,
        work: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run work that a person may have asked for: the audit log says so in the same transaction.

        Raises:
            StoreUnavailableError: the database cannot serve just now; nothing was written.
        """
        return await self._database.write(audit.carried_out, done, work, *args, **kwargs)
