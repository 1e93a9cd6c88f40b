"""Subscriptions to hubs: asked for, verified, renewed; what hubs bring is checked and handed to polling.

a hub is spotted -> agree (token, secret) -> ask -> the hub verifies -> live -> it brings content
                                              ^---- renewed after four fifths of the lease
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Advertised, Fetched, Subscription, SubscriptionState
from monitor.core.websub import DENIED_FOR, granted, is_signed, next_ask, renewal
from monitor.pipeline.hearing import Hubs
from monitor.pipeline.pace import pause
from monitor.pipeline.ports import Clock
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_TURN: Final = 1.0
"""Seconds between two looks; a look asks one hub, since thousands of feeds may have the same one."""
_REFRESH: Final = timedelta(seconds=30)
"""After so long what other machines agreed is read."""
_WHY: Final = 200


class Refuses(Protocol):
    """What a hub said."""

    @property
    def refusal(self) -> str:
        """Why it will not; empty if it will verify that it was we."""


class Asks(Protocol):
    """Asks hubs."""

    async def subscribe(self, wanted: Subscription, *, callback: str) -> Refuses:
        """Ask for a subscription; whatever goes wrong is a refusal."""


class SubscriptionStore(Protocol):
    """What is kept of subscriptions."""

    async def subscriptions(self) -> list[Subscription]:
        """Give those of configured feeds."""

    async def subscription_of(self, token: str) -> Subscription | None:
        """Find the one whose callback ends in this token."""

    async def agree(self, new: Subscription) -> None:
        """Begin anew with a hub."""

    async def claim_subscriptions(self, now: datetime, *, limit: int, until: datetime) -> list[Subscription]:
        """Take those that are to be asked for now; nobody else gets them before `until`."""

    async def put_off_subscription(self, token: str, until: datetime, *, asks: int) -> None:
        """Write down when to ask next, and how often that was done in vain."""

    async def refuse_subscription(self, token: str, why: str) -> None:
        """Write down what a hub said."""

    async def lease(self, token: str, *, until: datetime, renew_at: datetime) -> None:
        """Write down a lease."""

    async def deny_subscription(self, token: str, *, again_at: datetime, why: str) -> None:
        """Write down that the hub will not."""

    async def hub_told(self, token: str, now: datetime) -> None:
        """Write down that the hub told of something."""

    async def make_due(self, url: str, now: datetime) -> bool:
        """Let a feed be polled at once."""


class Receipt(Enum):
    """What became of content that came to a callback."""

    TAKEN = auto()
    IGNORED = auto()
    """Its signature is not the hub's: acknowledged, as the standard wants, and thrown away."""
    UNKNOWN = auto()
    """Nobody asked for it: the subscription is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a hub says at a callback: the `hub.*` of its query."""

    mode: str
    topic: str
    challenge: str = ""
    lease_seconds: str | None = None
    reason: str = ""


class Subscriber:
    """Keeps the subscriptions of one daemon; without a callback it does nothing."""

    def __init__(
        self,
        store: SubscriptionStore,
        hubs: Hubs,
        client: Asks,
        *,
        clock: Clock,
        unguessable: Callable[[], str],
        feeds: Callable[[], Collection[str] | Mapping[str, object]],
    ) -> None:
        """`feeds` are the urls of those configured now; `unguessable` makes tokens and secrets."""
        self._store, self._hubs, self._client = store, hubs, client
        self._clock, self._unguessable, self._feeds = clock, unguessable, feeds
        self._read_at: datetime | None = None

    async def run(self, callback: str) -> None:
        """Ask for ever, and renew; `callback` is where hubs reach us, without the token."""
        while True:
            try:
                await self.turn(callback)
            except StoreUnavailableError as error:
                await pause(log, "websub.store_unavailable", error)
            await asyncio.sleep(_TURN)

    async def turn(self, callback: str) -> None:
        """Look once: at what was spotted, at what is to be asked for, at what was brought and not polled.

        Raises:
            StoreUnavailableError: the database cannot serve.
        """
        now = self._clock()
        if self._read_at is None or not now - _REFRESH <= self._read_at <= now:
            self._hubs.know(await self._store.subscriptions())
            self._read_at = now
        while self._hubs.spotted:
            await self._agree(*self._hubs.spotted.popitem(), now)
        for wanted in await self._store.claim_subscriptions(now, limit=1, until=next_ask(now, 1)):
            await self._ask(wanted, callback, now)
        for feed in self._hubs.brought.waiting():
            await self._store.make_due(feed, now)

    async def _agree(self, feed: str, found: Advertised, now: datetime) -> None:
        token, secret = self._unguessable(), self._unguessable()
        new = Subscription(
            feed=feed, hub=found.hub, topic=found.topic, token=token, secret=secret, ask_at=now
        )
        await self._store.agree(new)
        self._hubs.update(new)

    async def _ask(self, wanted: Subscription, callback: str, now: datetime) -> None:
        """Ask; when to ask again is written before, since the hub may verify before it answers."""
        asks = wanted.asks + 1
        await self._store.put_off_subscription(wanted.token, next_ask(now, asks), asks=asks)
        answer = await self._client.subscribe(wanted, callback=callback)
        if answer.refusal:
            log.warning(
                "websub.refused", extra=fields(feed=wanted.feed, hub=wanted.hub, why=answer.refusal[:_WHY])
            )
            await self._store.refuse_subscription(wanted.token, answer.refusal[:_WHY])

    async def hear(self, token: str, said: Said) -> str | None:
        """Return the challenge to echo if a hub asks whether we want what we asked for; None if we do not.

        Raises:
            StoreUnavailableError: the database cannot serve; the hub will ask again.
        """
        known = await self._wanted(token)
        if known is None or said.topic != known.topic:
            return None
        now = self._clock()
        if said.mode == "denied":
            why = said.reason[:_WHY] or "it gave no reason"
            log.warning("websub.denied", extra=fields(feed=known.feed, hub=known.hub, why=why))
            await self._store.deny_subscription(token, again_at=now + DENIED_FOR, why=why)
            self._hubs.update(replace(known, state=SubscriptionState.DENIED, lease_until=None, why=why))
            return ""
        if said.mode != "subscribe" or not said.challenge:
            return None
        lease = granted(said.lease_seconds)
        await self._store.lease(token, until=now + lease, renew_at=renewal(now, lease))
        self._hubs.update(replace(known, state=SubscriptionState.LIVE, lease_until=now + lease))
        log.info(
            "websub.subscribed",
            extra=fields(feed=known.feed, hub=known.hub, seconds=int(lease.total_seconds())),
        )
        return said.challenge

    async def take(self, token: str, document: Fetched, *, signature: str) -> Receipt:
        """Take what a hub brings, if it bears the hub's signature, and let its feed be polled with it.

        Raises:
            StoreUnavailableError: the database cannot serve; the hub will bring it again.
        """
        known = await self._wanted(token)
        if known is None:
            return Receipt.UNKNOWN
        if not is_signed(document.body, signature, known.secret):
            log.warning("websub.not_signed", extra=fields(feed=known.feed, hub=known.hub))
            return Receipt.IGNORED
        now = self._clock()
        await self._store.hub_told(token, now)
        self._hubs.update(replace(known, told_at=now))
        self._hubs.brought.keep(known.feed, document)
        await self._store.make_due(known.feed, now)
        self._hubs.heard.set()
        return Receipt.TAKEN

    async def _wanted(self, token: str) -> Subscription | None:
        known = await self._store.subscription_of(token)
        return known if known is not None and known.feed in self._feeds() else None
