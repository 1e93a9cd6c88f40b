"""A delivery as the arguments of Slack's methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from monitor.core.models import Delivery

EVENT_TYPE: Final = "news_monitor_alert"
MAX_TEXT: Final = 3000
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def blocks(delivery: Delivery, below: Sequence[Mapping[str, object]] = ()) -> list[dict[str, object]]:
    """Give the message's blocks and what stands below them; one that may have arrived before says so."""
    found = [dict(block) for block in delivery.message.blocks]
    if delivery.repeat:
        note = {"type": "plain_text", "text": repeat_mark(delivery), "emoji": False}
        found.append({"type": "context", "elements": [note]})
    return [*found, *map(dict, below)]


def fallback(delivery: Delivery) -> str:
    """Give what notifications and screen readers say: severity, rule and headline, escaped for mrkdwn."""
    first = delivery.message.text.partition("\n")[0]
    said = f"{first}: {delivery.message.title}"
    if delivery.repeat:
        said = f"({repeat_mark(delivery)}) {said}"
    return escaped(said)


def repeat_mark(delivery: Delivery) -> str:
    """Name a repeat so that a reader can find the first copy."""
    return f"possible repeat · {delivery.id[:8]}"


def metadata(delivery: Delivery) -> dict[str, object]:
    """Carry the delivery's id to where the channel's history shows it to us alone."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": delivery.id}}


def carries(message: object, delivery: Delivery) -> bool:
    """Whether a message of the channel's history is this delivery's."""
    match message:
        case {"metadata": {"event_type": str(kind), "event_payload": {"id": str(found)}}}:
            return kind == EVENT_TYPE and found == delivery.id
        case _:
            return False


def literal(text: str) -> list[dict[str, object]]:
    """Give plain text of a few lines as blocks that Slack shows letter by letter."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text[:MAX_TEXT] or " "}]}
    return [{"type": "rich_text", "elements": [section]}]


def escaped(text: str) -> str:
    """Give plain text as notifications show it."""
    return text[:MAX_TEXT].translate(_ESCAPES)
