"""Several alerts as one message: each headline with its link, grouped by rule, gravest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Final

from monitor.core.models import Card, DeliveryKind, Message, Severity
from monitor.core.render.blocks import MAX_TOTAL, Block, Element, context, linked, section, size, words
from monitor.core.render.display import line
from monitor.core.render.excerpts import plain
from monitor.core.render.hypertext import FONT, anchor, badge
from monitor.core.render.plain import NO_LINK
from monitor.core.render.times import moment
from monitor.core.render.view import View, view

_SPARE: Final = 500
"""Characters kept free for the heading and for what tells of the rest."""
_ORDER: Final = list(Severity)


def render_digest(cards: Sequence[Card], *, now: datetime, title: str) -> Message:
    """Give one message about several alerts.

    Args:
        cards: the alerts, in the order in which they arose; at least one.
        now: the present.
        title: what the message is called, e.g. `Morning digest: 12 alerts`; one line.

    Returns:
        A message whose text and HTML hold every headline, and whose blocks hold as many as Slack takes.
    """
    views = [view(card, kind=DeliveryKind.POST) for card in cards]
    views.sort(key=lambda found: (-_ORDER.index(found.severity), found.rule))
    heading = line(title, 150)
    return Message(
        title=heading,
        text=_text(views, heading, now),
        html=_html(views, heading, now),
        blocks=_blocks(views, heading, now),
    )


def _groups(views: Sequence[View]) -> list[tuple[Severity, str, list[View]]]:
    keyed = groupby(views, key=lambda found: (found.severity, found.rule))
    return [(severity, rule, list(group)) for (severity, rule), group in keyed]


def _source(found: View, now: datetime) -> str:
    return f"{found.outlet} · {moment(found.at, now=now)} · {found.told_by}"


def _marked_title(found: View) -> str:
    return ("[sample] " if found.sample else "") + plain(found.headline)


def _text(views: Sequence[View], heading: str, now: datetime) -> str:
    lines = [heading]
    for severity, rule, group in _groups(views):
        lines += ["", f"{severity.value.upper()} · {rule}"]
        for found in group:
            lines += [f"- {_marked_title(found)}", f"  {_source(found, now)}", f"  {found.link or NO_LINK}"]
    return "\n".join(lines)


def _html(views: Sequence[View], heading: str, now: datetime) -> str:
    parts = [f'<div style="{FONT};max-width:640px">', f'<h2 style="font-size:19px">{escape(heading)}</h2>']
    for severity, rule, group in _groups(views):
        parts += [f"<p>{badge(severity)} · {escape(rule)}</p>", '<ul style="padding-left:20px">']
        for found in group:
            linked_title = anchor(found.link, escape(_marked_title(found)))
            parts.append(f"<li>{linked_title}<br>{escape(_source(found, now))}</li>")
        parts.append("</ul>")
    return "\n".join([*parts, "</div>"])


def _blocks(views: Sequence[View], heading: str, now: datetime) -> tuple[Block, ...]:
    parts: list[Element] = [section([words(heading, bold=True)])]
    used, told = _SPARE, 0
    for severity, rule, group in _groups(views):
        label = section([words(f"{severity.value.upper()} · {rule}", bold=True)])
        items: list[Element] = []
        used += size(label)
        for found in group:
            item = section([linked(found.link, _marked_title(found)), words(f" · {_source(found, now)}")])
            used += size(item)
            if used > MAX_TOTAL:
                break
            items.append(item)
        if items:
            parts += [label, {"type": "rich_text_list", "style": "bullet", "elements": items}]
        told += len(items)
    rest = len(views) - told
    note = f"… and {rest:,} more, left out for want of room" if rest else f"{told:,} in all"
    return ({"type": "rich_text", "elements": parts}, context([note]))
