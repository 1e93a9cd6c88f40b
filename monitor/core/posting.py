"""Ruling -> deliveries: the rows of the outbox that carry a decision out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.core.models import AlertRecord, Card, Delivery, DeliveryKind, Message, WhenExpired
from monitor.core.render import BUILT_IN, Look, render, render_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A channel as far as deliveries depend on it."""

    channel: str
    recipients: tuple[str, ...] = ()
    """One delivery for each; empty for channels that have but one reader."""
    can_update: bool = True
    """Whether it can take an edit without ringing a bell; where not, edits are not sent at all."""
    look: Look = BUILT_IN
    """How its messages look where the rule does not say."""
    expires_after: timedelta | None = None
    """What has waited longer for the channel is late; None: nothing ever is."""
    when_expired: WhenExpired = WhenExpired.MARK


def delivery_id(alert: str, destination: str, recipient: str | None, ordinal: int) -> str:
    """Return the id of the n-th message of an alert to one recipient: 32 hex digits, the same for ever."""
    name = f"{alert}\0{destination}\0{recipient or ''}\0{ordinal}"
    return blake2b(name.encode("utf-8", "replace"), digest_size=16).hexdigest()


def deliveries_of(
    record: AlertRecord,
    card: Card,
    kind: DeliveryKind,
    *,
    destinations: Iterable[Destination],
    now: datetime,
) -> tuple[Delivery, ...]:
    """Return one delivery for each recipient of each destination, the message rendered and frozen."""

    def rendered(look: Look) -> Message:
        name = card.template or look.name
        if name not in messages:
            messages[name] = render(card, now=now, kind=kind, look=replace(look, name=name))
        return messages[name]

    messages: dict[str, Message] = {}
    return tuple(
        Delivery(
            id=delivery_id(record.id, destination.channel, recipient, record.follow_ups),
            alert=record.id,
            story=record.story,
            channel=destination.channel,
            recipient=recipient,
            kind=kind,
            ordinal=record.follow_ups,
            message=rendered(destination.look),
            created_at=now,
            next_attempt_at=now,
            expires_at=None if kind is DeliveryKind.UPDATE else _expiry(destination, now),
            when_expired=destination.when_expired,
        )
        for destination in destinations
        if destination.can_update or kind is not DeliveryKind.UPDATE
        for recipient in destination.recipients or (None,)
    )


def _expiry(destination: Destination, now: datetime) -> datetime | None:
    return None if destination.expires_after is None else now + destination.expires_after


def digest_deliveries(
    digest: str, cards: Sequence[Card], *, title: str, destination: Destination, now: datetime
) -> tuple[Delivery, ...]:
    """Return one delivery of a digest for each recipient; it is of no one story."""
    message = render_digest(cards, now=now, title=title)
    return tuple(
        Delivery(
            id=delivery_id(digest, destination.channel, recipient, 0),
            alert=digest,
            story="",
            channel=destination.channel,
            recipient=recipient,
            kind=DeliveryKind.POST,
            message=message,
            created_at=now,
            next_attempt_at=now,
            expires_at=_expiry(destination, now),
            when_expired=destination.when_expired,
        )
        for recipient in destination.recipients or (None,)
    )


def latest_updates(deliveries: Iterable[Delivery]) -> Iterator[Delivery]:
    """Leave out the updates that a later one of the same alert, channel and recipient overtakes."""
    found = list(deliveries)
    last: Mapping[tuple[str, str, str | None], int] = {
        (one.alert, one.channel, one.recipient): one.ordinal
        for one in found
        if one.kind is DeliveryKind.UPDATE
    }
    for one in found:
        newest = last.get((one.alert, one.channel, one.recipient), one.ordinal)
        if one.kind is not DeliveryKind.UPDATE or one.ordinal == newest:
            yield one
