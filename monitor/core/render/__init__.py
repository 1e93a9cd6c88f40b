"""Cards to messages: pure functions from what is known to what is read.

`view` chooses the words of a card; `text`, `html` and `blocks` mark them up; together they are a Message.
A template may say it in other words.
"""

from __future__ import annotations

from datetime import datetime

from monitor.core.models import Card, DeliveryKind, Message, Verdict
from monitor.core.render.blocks import blocks
from monitor.core.render.digest import render_digest
from monitor.core.render.hypertext import html
from monitor.core.render.plain import text
from monitor.core.render.templated import BUILT_IN, Look, templated
from monitor.core.render.templates import Templates
from monitor.core.render.view import subject, view

__all__ = ["BUILT_IN", "Look", "Templates", "render", "render_digest"]


def render(card: Card, *, now: datetime, kind: DeliveryKind | None = None, look: Look = BUILT_IN) -> Message:
    """Give the message about a card in every form a channel may need.

    Args:
        card: all that may be shown.
        now: the present; only decides how much of a date is written out.
        kind: what the delivery does. By default POST, or UPDATE where the card's verdict is. An UPDATE's
            blocks are the whole living message, a THREAD's only what is new; texts and HTML begin with what
            is new in both.
        look: the template whose words are used, where it has the form.
    """
    kind = kind or (DeliveryKind.UPDATE if card.verdict is Verdict.UPDATE else DeliveryKind.POST)
    told = view(card, kind=kind)
    message = Message(
        title=subject(card, kind=kind),
        text=text(told, now=now),
        html=html(told),
        blocks=blocks(told),
        link=told.link,
    )
    return templated(message, told, card, look=look, now=now) if look.name else message
