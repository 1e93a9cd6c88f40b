"""Messages that wait too long behind each other, told in one: every headline with its link, gravest first.

Made of the frozen messages themselves, so that nothing is told that was not decided on. What cannot be read
from a message (its texts may come from a template) is left out, never the headline or the link.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Final

from monitor.core.models import Message, Severity
from monitor.core.render.blocks import Block, Element, context, linked, section, words
from monitor.core.render.display import line
from monitor.core.render.hypertext import FONT, anchor, badge
from monitor.core.render.plain import NO_LINK

MAX_TITLE: Final = 120
_HEADING: Final = re.compile("(LOW|MEDIUM|HIGH|CRITICAL) · (.+)")
_BYLINE: Final = 2
"""The line of a first post's text that says who published it and when."""
_GRAVEST_FIRST: Final = (*reversed(Severity), None)


@dataclass(frozen=True, slots=True)
class Headline:
    """What a digest says of one message."""

    severity: Severity | None
    rule: str
    title: str
    byline: str
    link: str | None

    @property
    def room(self) -> int:
        """Characters that it takes in blocks."""
        return len(self.title) + len(self.byline) + len(self.link or NO_LINK) + 8

    @property
    def group(self) -> str:
        """Under which heading it stands."""
        return f"{self.severity.value.upper()} · {self.rule}" if self.severity else ""


def headline(message: Message) -> Headline:
    """Read what a digest needs from a message."""
    lines = message.text.split("\n")
    found = _HEADING.fullmatch(lines[0])
    return Headline(
        severity=Severity(found[1].lower()) if found else None,
        rule=line(found[2], 100) if found else "",
        title=line(message.title, MAX_TITLE) or "(no title)",
        byline=line(lines[_BYLINE], 80) if found and len(lines) > _BYLINE else "",
        link=message.link,
    )


def in_order(found: Sequence[Headline]) -> list[int]:
    """Give the places of the headlines, gravest first, of one rule together, else as they came."""
    key = [(_GRAVEST_FIRST.index(one.severity), one.rule) for one in found]
    return sorted(range(len(found)), key=key.__getitem__)


def render_folded(found: Sequence[Headline], *, part: tuple[int, int], why: str) -> Message:
    """Give one message that tells all these headlines.

    Args:
        found: at least one, in the order in which they are to stand.
        part: the number of this message and how many there are.
        why: one sentence on why they are told together.
    """
    number, parts = part
    several = f", part {number} of {parts}" if parts > 1 else ""
    title = f"{len(found)} alerts in one message{several}"
    counts = Counter(one.severity for one in found)
    grave = ", ".join(f"{counts[one]} {one.value}" for one in _GRAVEST_FIRST if one and counts[one])
    first = " · ".join(filter(None, ["DIGEST", grave]))
    return Message(
        title=title,
        text="\n".join([first, title, why, *_text(found)]),
        html=_html(found, title, why),
        blocks=_blocks(found, title, why),
    )


def _groups(found: Sequence[Headline]) -> Iterator[tuple[Headline, list[Headline]]]:
    for _, group in groupby(found, key=lambda one: one.group):
        members = list(group)
        yield members[0], members


def _text(found: Sequence[Headline]) -> Iterator[str]:
    for first, members in _groups(found):
        yield from ("", first.group) if first.group else ("",)
        for one in members:
            yield f"- {one.title}"
            yield from (f"  {said}" for said in (one.byline, one.link or NO_LINK) if said)


def _html(found: Sequence[Headline], title: str, why: str) -> str:
    parts = [f'<div style="{FONT};max-width:640px">', f'<h2 style="font-size:19px">{escape(title)}</h2>']
    parts.append(f"<p>{escape(why)}</p>")
    for first, members in _groups(found):
        if first.severity:
            parts.append(f"<p>{badge(first.severity)} · {escape(first.rule)}</p>")
        parts.append('<ul style="padding-left:20px">')
        parts += [
            f"<li>{anchor(one.link, escape(one.title))}<br>{escape(one.byline)}</li>" for one in members
        ]
        parts.append("</ul>")
    return "\n".join([*parts, "</div>"])


def _blocks(found: Sequence[Headline], title: str, why: str) -> tuple[Block, ...]:
    parts: list[Element] = [section([words(title, bold=True)])]
    for first, members in _groups(found):
        if first.group:
            parts.append(section([words(first.group, bold=True)]))
        items = [_item(one) for one in members]
        parts.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    return ({"type": "rich_text", "elements": parts}, context([why]))


def _item(one: Headline) -> Element:
    said = [linked(one.link, one.title)]
    return section([*said, words(f" · {one.byline}")] if one.byline else said)


def _listed(one: Headline) -> str:
    return f"<li>{anchor(one.link, escape(one.title))}<br>{escape(one.byline)}</li>"
