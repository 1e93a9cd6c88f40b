"""The side of the store that delivery knows: Outbox, and what a person may do to a delivery."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from monitor.core.models import Act, Delivery, DeliveryState, Fold, Folded, Lookup, Outcome
from monitor.core.walking import CHANNEL as WALK
from monitor.store import audit, folding, outbox, sweeps, walks
from monitor.store.opened import Opened


class Delivering(Opened):
    """The ledger of deliveries."""

    async def recover_deliveries(self, now: datetime) -> int:
        """Turn every delivery found SENDING whose sender is gone into UNSURE; return how many.

        The daemon that owns an SQLite database asks at its start: nobody else can be sending. On PostgreSQL
        the gone are, for a keeper, all; for others this owner's former self and those whose lease is over.
        """
        await self._write_as_keeper(walks.recover)
        if self._alone:
            return await self._database.write(outbox.doubt_all, now)
        if self._tenure is not None:
            return await self._write_as_keeper(sweeps.succeed, now)
        return await self._database.write(outbox.doubt_own, now, self._owner)

    async def claim_deliveries(
        self, now: datetime, *, lease: timedelta, limit: int, channel: str | None = None
    ) -> list[Delivery]:
        """Take due deliveries, of one channel or of all, oldest first; nobody else gets them meanwhile.

        A delivery whose sender let the lease run out comes back as UNSURE.
        """
        claim = outbox.Claim(at=now, until=now + lease, owner=self._owner)
        if channel == WALK:
            return await self._write_as_keeper(walks.claim_deliveries, claim, limit=limit)
        return await self._write_as_keeper(outbox.claim_due, claim, limit=limit, channel=channel)

    async def begin_repeat(self, delivery: Delivery, now: datetime) -> bool:
        """Write down that a delivery in doubt is sent once more; False if somebody else owns it now."""
        return await self._write_as_keeper(outbox.begin_repeat, delivery, now)

    async def settle(
        self, delivery: Delivery, outcome: Outcome | Lookup | Folded, *, now: datetime, retry_at: datetime
    ) -> bool:
        """Record what came of an attempt or a look-up; False if somebody else owns the delivery now.

        A former keeper may: what came of its message is the truth for as long as nobody claimed it since.
        """
        if delivery.channel == WALK:
            return await self._database.write(walks.settle, delivery, outcome)
        return await self._database.write(outbox.settle, delivery, outcome, now=now, retry_at=retry_at)

    async def give_up(self, delivery: Delivery, why: str) -> bool:
        """Turn a claimed delivery that was not sent into DROPPED; False if somebody else owns it now."""
        return await self._write_as_keeper(sweeps.give_up, delivery, why)

    async def queue(self, deliveries: Collection[Delivery]) -> None:
        """Add deliveries that belong to no entry; one whose id is there already is left alone."""
        await self._database.write(outbox.enqueue, list(deliveries))

    async def number_waiting(self, channel: str, now: datetime) -> int:
        """How many first posts are due on a channel, unclaimed and never in doubt."""
        return await self._database.read(folding.number_waiting, channel, now)

    async def waiting(self, channel: str, now: datetime, *, limit: int) -> list[Delivery]:
        """These, the oldest first."""
        return await self._database.read(folding.waiting, channel, now, limit)

    async def fold(self, fold: Fold, now: datetime) -> bool:
        """Queue a digest in the place of what it tells; False, nothing done, if one of these went on."""
        return await self._write_as_keeper(folding.fold, fold, now)

    async def members(self, digest: str) -> list[Delivery]:
        """What a digest tells; nothing if it is none."""
        return await self._database.read(folding.members, digest)

    async def park_unconfigured(self, channels: Collection[str]) -> int:
        """Park what waits for a channel that is none of these, where people find it; return how many."""
        return await self._write_as_keeper(sweeps.park_unconfigured, channels)

    async def hurry_deliveries(self, channels: Collection[str], now: datetime) -> int:
        """Make what was put off on these channels due at once; return how many."""
        return await self._write_as_keeper(sweeps.hurry, channels, now)

    async def pull_back_deliveries(self, now: datetime) -> int:
        """Make due what waits for longer than anything may: a wrong clock wrote it; return how many."""
        return await self._write_as_keeper(sweeps.pull_back, now)

    async def next_delivery_at(self, channel: str | None = None) -> datetime | None:
        """When the next delivery, on a channel or on any, is due or its lease over; None if none waits."""
        if channel == WALK:
            return await self._database.read(walks.next_due)
        return await self._database.read(outbox.next_due, channel)

    async def deliveries(
        self, *, alert: str | None = None, state: DeliveryState | None = None, limit: int = 100
    ) -> list[Delivery]:
        """Deliveries of an alert, in a state, or both; the newest first."""
        return await self._database.read(outbox.listed, alert=alert, state=state, limit=limit)

    async def deliveries_like(
        self, prefix: str, states: Collection[DeliveryState], *, limit: int = 10
    ) -> list[Delivery]:
        """Deliveries in one of these states whose id begins so."""
        return await self._database.read(outbox.like, prefix, states, limit)

    async def retry_delivery(self, delivery: str, now: datetime) -> bool:
        """Send a PARKED, DROPPED or UNSURE delivery again, or a waiting one at once; False if it is none."""
        return await self._by_hand(audit.deed(Act.RETRY, delivery), outbox.retry, delivery, now)

    async def drop_delivery(self, delivery: str) -> bool:
        """Give up a delivery that waits, is in doubt or is PARKED; False if it is none of these."""
        return await self._by_hand(audit.deed(Act.DROP, delivery), outbox.drop, delivery)
