"""The side of the store that delivery knows: Outbox, and what a person may do to a delivery."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.core.models import Delivery, DeliveryState, Lookup, Outcome
from monitor.store import outbox
from monitor.store.opened import Opened


class Delivering(Opened):
    """The ledger of deliveries."""

    async def recover_deliveries(self, now: datetime) -> int:
        """Turn every delivery found SENDING whose sender is gone into UNSURE; return how many.

        The daemon that owns an SQLite database asks at its start: nobody else can be sending. On PostgreSQL
        the gone are this owner's former self and those whose lease is over.
        """
        async with self._database.write() as connection:
            if self._alone:
                return await outbox.doubt_all(connection, now)
            return await outbox.doubt_own(connection, now, self._owner)

    async def claim_deliveries(
        self, now: datetime, *, lease: timedelta, limit: int, channel: str | None = None
    ) -> list[Delivery]:
        """Take due deliveries, of one channel or of all, oldest first; nobody else gets them meanwhile.

        A delivery whose sender let the lease run out comes back as UNSURE.
        """
        async with self._database.write() as connection:
            await outbox.doubt_expired(connection, now)
            claim = outbox.Claim(at=now, until=now + lease, owner=self._owner)
            return await outbox.claim_due(connection, claim, limit=limit, channel=channel)

    async def settle(
        self, delivery: Delivery, outcome: Outcome | Lookup, *, now: datetime, retry_at: datetime
    ) -> bool:
        """Record what came of an attempt or a look-up; False if somebody else owns the delivery now."""
        async with self._database.write() as connection:
            return await outbox.settle(connection, delivery, outcome, now=now, retry_at=retry_at)

    async def next_delivery_at(self) -> datetime | None:
        """When the next delivery is due; None if none waits."""
        async with self._database.read() as connection:
            return await outbox.next_due(connection)

    async def deliveries(
        self, *, alert: str | None = None, state: DeliveryState | None = None, limit: int = 100
    ) -> list[Delivery]:
        """Deliveries of an alert, in a state, or both; the newest first."""
        async with self._database.read() as connection:
            return await outbox.listed(connection, alert=alert, state=state, limit=limit)

    async def retry_delivery(self, delivery: str, now: datetime) -> bool:
        """Send a PARKED or DROPPED delivery again, or a waiting one at once; False if it is none of these."""
        async with self._database.write() as connection:
            return await outbox.retry(connection, delivery, now)

    async def drop_delivery(self, delivery: str) -> bool:
        """Give up a delivery that waits, is in doubt or is PARKED; False if it is none of these."""
        async with self._database.write() as connection:
            return await outbox.drop(connection, delivery)
