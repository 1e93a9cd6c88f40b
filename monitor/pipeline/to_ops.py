"""A message to the people who run the daemon: one delivery for each recipient of each `ops` channel."""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Delivery, DeliveryKind, Message
from monitor.core.posting import delivery_id
from monitor.pipeline.acting import silence_id as derived_id
from monitor.pipeline.in_force import InForce


def deliveries_to_ops(
    message: Message, in_force: InForce, *, about: str, now: datetime, only: str | None = None
) -> list[Delivery]:
    """Address a message, to one of the channels only or to all; what is `about` the same is queued once."""
    notice = derived_id(about)
    return [
        Delivery(
            id=delivery_id(notice, name, recipient, 0),
            alert=notice,
            story=notice,
            channel=name,
            recipient=recipient,
            kind=DeliveryKind.POST,
            message=message,
            created_at=now,
            next_attempt_at=now,
        )
        for name in in_force.settings.ops
        if only in {None, name} and (channel := in_force.channels.get(name)) is not None
        for recipient in channel.recipients or (None,)
    ]
