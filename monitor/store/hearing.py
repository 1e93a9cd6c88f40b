"""The side of the store that hubs know."""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Subscription
from monitor.store import subscriptions
from monitor.store.opened import Opened


class Hearing(Opened):
    """Subscriptions made, renewed, denied."""

    async def subscriptions(self) -> list[Subscription]:
        """Give those of configured feeds, by feed."""
        return await self._database.read(subscriptions.every)

    async def subscription_of(self, token: str) -> Subscription | None:
        """Find the one whose callback ends in this token."""
        return await self._database.read(subscriptions.by_token, token)

    async def agree(self, new: Subscription) -> None:
        """Begin anew with a hub; what was agreed about the feed with another is forgotten."""
        await self._database.write(subscriptions.agree, new)

    async def claim_subscriptions(self, now: datetime, *, limit: int, until: datetime) -> list[Subscription]:
        """Take those that are to be asked for now; nobody else gets them before `until`."""
        return await self._database.write(subscriptions.claim_due, now, limit=limit, until=until)

    async def put_off_subscription(self, token: str, until: datetime, *, asks: int) -> None:
        """Write down when to ask next, and how often that was done in vain."""
        await self._database.write(subscriptions.put_off, token, until, asks=asks)

    async def refuse_subscription(self, token: str, why: str) -> None:
        """Write down what a hub said."""
        await self._database.write(subscriptions.refuse, token, why)

    async def lease(self, token: str, *, until: datetime, renew_at: datetime) -> None:
        """Write down a lease."""
        await self._database.write(subscriptions.live, token, until=until, renew_at=renew_at)

    async def deny_subscription(self, token: str, *, again_at: datetime, why: str) -> None:
        """Write down that the hub will not."""
        await self._database.write(subscriptions.deny, token, again_at=again_at, why=why)

    async def hub_told(self, token: str, now: datetime) -> None:
        """Write down that the hub told of something."""
        await self._database.write(subscriptions.told, token, now)
