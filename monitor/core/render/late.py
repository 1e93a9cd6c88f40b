"""A message that waited too long for its channel says so: `late: decided 3 h ago`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from monitor.core.models import Delivery, Message, WhenExpired
from monitor.core.render.blocks import context


def lateness(delivery: Delivery, now: datetime) -> str:
    """Say how late a message is; empty if it is not."""
    if delivery.expires_at is None or now < delivery.expires_at:
        return ""
    return f"late: decided {_ago(now - delivery.created_at)} ago"


def is_too_late(delivery: Delivery, now: datetime) -> bool:
    """Tell whether a message is to be dropped for its age; one that may have arrived never is."""
    drops = delivery.when_expired is WhenExpired.DROP and not delivery.doubts
    return drops and bool(lateness(delivery, now))


def marked_late(delivery: Delivery, now: datetime) -> Delivery:
    """Return the message as it goes now: with a first line that says how late it is, if it is."""
    said = lateness(delivery, now)
    if not said:
        return delivery
    message = delivery.message
    marked = Message(
        title=message.title,
        text=f"{said}\n{message.text}",
        html=f"<p>{escape(said)}</p>\n{message.html}",
        blocks=(context([said]), *message.blocks),
        link=message.link,
    )
    return replace(delivery, message=marked)


def _ago(age: timedelta) -> str:
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if age >= (2 if unit == "d" else 1) * length:
            return f"{age // length} {unit}"
    return "moments"
