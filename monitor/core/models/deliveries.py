"""Deliveries: an alert on its way to a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.core.models.policy import WhenExpired


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An alert in every form a channel may need; frozen in the outbox, the same bytes at every attempt."""

    title: str
    """One line of plain text without control characters."""
    text: str
    """Plain text of several lines."""
    html: str
    """A self-contained HTML fragment: no remote image, no script."""
    blocks: tuple[Mapping[str, object], ...]
    """Slack Block Kit, within every documented limit."""
    link: str | None = None


class DeliveryKind(StrEnum):
    """What a delivery does at its channel."""

    POST = "post"
    UPDATE = "update"
    """Edit the message that the alert's POST left (channels that cannot edit do nothing)."""
    THREAD = "thread"
    """A follow-up under the first message."""


class DeliveryState(StrEnum):
    """Where a delivery stands. SENDING is committed before the first byte leaves."""

    READY = "ready"
    SENDING = "sending"
    UNSURE = "unsure"
    """The request left, the answer is unknown: ask the channel before sending again."""
    SENT = "sent"
    PARKED = "parked"
    """A dead letter: refused for good; kept, shown and retried only by a person."""
    DROPPED = "dropped"
    """Overtaken by a later update, or dropped by a person."""
    FOLDED = "folded"
    """Told in a digest of several alerts, a delivery of its own: `folded_into`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message on its way to one channel."""

    id: str
    """32 hex digits, derived from alert, channel, kind and ordinal; carried to the channel for look-ups."""
    alert: str
    story: str
    channel: str
    recipient: str | None = None
    """For channels with several recipients (e-mail) there is one delivery for each."""
    kind: DeliveryKind
    ordinal: int = 0
    """0 for the first post, n for the n-th follow-up of the alert on this channel."""
    message: Message
    state: DeliveryState = DeliveryState.READY
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    started_at: datetime | None = None
    """When the latest attempt began."""
    sent_at: datetime | None = None
    """When the channel was known to have it."""
    epoch: int = 0
    remote_id: str | None = None
    """What the channel calls the message: a Slack ts, a Message-ID."""
    root_remote_id: str | None = None
    """Of the alert's first post on this channel, for updates and threads; of the digest that tells it."""
    root_folded_into: str | None = None
    """The digest that tells the alert's first post, where one does."""
    folded_into: str | None = None
    """The id of the digest that tells this one."""
    error: str | None = None
    doubts: int = 0
    """How many attempts may have arrived though nobody confirmed it; the one under way is not counted."""
    expires_at: datetime | None = None
    """When it is late; None: never."""
    when_expired: WhenExpired = WhenExpired.MARK
    """What becomes of it when it is late."""
    repeat: bool = False
    """Whether it may have arrived before and nobody can tell: the channel marks it `possible repeat`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A channel that does not take what is sent to it."""

    channel: str
    why: str
    """The latest reason, a sentence with its remedy."""
    waiting: int
    """Messages that wait for it, or that it refused."""
    since: datetime
    given_up: bool = False
    """Whether it refused them for good, and only a person sends them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Several deliveries to one reader, told in one: what a burst or the end of an outage comes to."""

    digest: Delivery
    members: tuple[str, ...]
    """Ids of the deliveries that it tells; none of them was ever in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The channel has it."""

    remote_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """The channel certainly does not have it and may take it later."""

    why: str
    retry_after: timedelta | None = None
    channel_down: bool = False
    """Whether any other message would come to the same, so that the channel had better rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """The channel may or may not have it."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The channel will never take it as it is."""

    why: str


Outcome = Sent | Deferred | Unsure | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """Nothing is sent: the alert was told in a digest, which cannot be edited for one of many."""

    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The channel was asked and certainly does not have the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The channel cannot tell whether it has the message."""

    why: str
    retry_after: timedelta | None = None
    """When asking again may help; None if it never will."""


Lookup = Sent | Absent | Unknown
