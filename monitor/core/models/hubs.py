"""WebSub: hubs that tell of new entries, and what is agreed with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """What a document says of its hub."""

    hub: str
    topic: str
    """The document's own address, as its publisher wants it called."""


class SubscriptionState(StrEnum):
    """How far a subscription is."""

    ASKED = "asked"
    """The hub was, or is about to be, asked; it has not verified that it was we."""
    LIVE = "live"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What is agreed with a hub about one feed."""

    feed: str
    hub: str
    topic: str
    token: str = field(repr=False)
    """The last part of the callback's address, which nobody can guess."""
    secret: str = field(repr=False)
    """The key of the hub's signatures."""
    state: SubscriptionState = SubscriptionState.ASKED
    ask_at: datetime
    """When to ask next: for the first time, again, or to renew."""
    asks: int = 0
    """How often in a row it was asked and did not verify."""
    lease_until: datetime | None = None
    told_at: datetime | None = None
    """When something came that bore a valid signature."""
    why: str = ""
    """What the hub said when it refused or denied."""

    def is_live(self, now: datetime) -> bool:
        """Say whether the hub is to tell of what is new."""
        return self.lease_until is not None and now < self.lease_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a polled feed's hub has to do with its polls."""

    interval: timedelta
    """The longest time between two polls while the hub tells of what is new."""
    hub: str
    """The hub's host."""
    told_at: datetime | None = None
    """When it told of something last."""
