"""The message as Slack Block Kit.

Foreign text stands only in `rich_text` and `plain_text` elements, which Slack shows letter by letter: nothing
in them can format, mention, ping or link. Sizes stay far below Slack's limits (50 blocks, 3,000 characters a
text, about 13,000 in a message): every piece of a View is short, and `fitted` cuts what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from monitor.core.models import DeliveryKind, Severity
from monitor.core.render.excerpts import Line, plain
from monitor.core.render.plain import NO_LINK, held_too, why
from monitor.core.render.times import dated
from monitor.core.render.view import POSSIBLY, TOLD_BY, SourceLine, View

Element = dict[str, object]
Block = Mapping[str, object]

MAX_TOTAL: Final = 12_000
"""Characters of text and addresses in a whole message; Slack refuses at about 13,200."""
_FEWEST_LINES: Final = 2
LIGHTS: Final = {Severity.LOW: "⚪", Severity.MEDIUM: "🟡", Severity.HIGH: "🔴", Severity.CRITICAL: "🚨"}


def blocks(view: View) -> tuple[Block, ...]:
    """Give the message in the order in which it is taken in: what, by how many, by whom, proof, context.

    Bold are the headline, the number of outlets and, in the proof, the matched texts: nothing else.
    """
    article: list[Element] = []
    if view.kind is DeliveryKind.THREAD and view.news:
        article.append(section([words(f"+ {view.news}", bold=True)]))
    article.append(section(_headline(view)))
    if view.outlets:
        article += [section(_told_by(view)), section(_byline(view))]
    else:
        article.append(section([*_byline(view), words(" · "), *_told_by(view)]))
    article += [{"type": "rich_text_quote", "elements": _marked(excerpt)} for excerpt in view.excerpts]
    if matched := _matched(view):
        article.append(section([words(f"Matched: {', '.join(matched)}")]))
    if view.claims:
        article.append(section([words(view.claims)]))
    if view.possibly is not None:
        article.append(section(_possibly(view.possibly, view.to_merge)))
    if view.sources and view.kind is not DeliveryKind.THREAD:
        article += _sources(view)
    return fitted([{"type": "rich_text", "elements": article}, context(_context(view))])


def section(elements: Sequence[Element]) -> Element:
    """A line of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def words(text: str, *, bold: bool = False) -> Element:
    """A stretch of literal text."""
    element: Element = {"type": "text", "text": text}
    return element | {"style": {"bold": True}} if bold else element


def linked(link: str | None, text: str, *, bold: bool = False) -> Element:
    """A stretch of literal text that leads to a safe link, if there is one."""
    if link is None:
        return words(text, bold=bold)
    element: Element = {"type": "link", "url": link, "text": text}
    return element | {"style": {"bold": True}} if bold else element


def date(at: datetime) -> Element:
    """A moment that Slack shows in the reader's own time zone."""
    return {
        "type": "date",
        "timestamp": int(at.astimezone(UTC).timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": dated(at),
    }


def context(said: Iterable[str]) -> Block:
    """Small grey literal texts in one line, at most ten."""
    elements = [{"type": "plain_text", "text": text, "emoji": False} for text in said]
    return {"type": "context", "elements": elements[:10]}


def fitted(found: Sequence[Block]) -> tuple[Block, ...]:
    """Drop the last lines of the longest block until the message is within MAX_TOTAL characters."""
    fitting = list(found)
    while size(fitting) > MAX_TOTAL:
        longest = max(range(len(fitting)), key=lambda at: size([fitting[at]]))
        lines = fitting[longest]["elements"]
        if not isinstance(lines, list) or len(lines) <= _FEWEST_LINES:
            break
        more = section([words("… cut: the message grew too long")])
        fitting[longest] = {**fitting[longest], "elements": [*lines[:-2], more]}
    return tuple(fitting)


def size(found: object) -> int:
    """Count the characters of texts and addresses in blocks."""
    match found:
        case str():
            return len(found)
        case Mapping():
            return sum(size(value) for key, value in found.items() if key != "type")
        case list() | tuple():
            return sum(size(value) for value in found)
        case _:
            return 0


def _headline(view: View) -> list[Element]:
    light = words(f"{LIGHTS[view.severity]} " + ("[sample] " if view.sample else ""))
    title = linked(view.link, plain(view.headline), bold=True)
    return [light, title] if view.link else [light, title, words(f" {NO_LINK}")]


def _told_by(view: View) -> list[Element]:
    """Say by how many it is told, the number bold: it is what changes while the message lives."""
    first, noun, *rest = view.told_by.split(" ", 2)
    number = words(f"{first} {noun}", bold=True)
    return [number, words(" " + rest[0])] if rest else [number]


def _matched(view: View) -> list[str]:
    """What matched and does not show in the proof; of a headline alone, what matched in it."""
    shown = [] if view.excerpts else [piece.text for piece in view.headline if piece.hit]
    return [*dict.fromkeys(shown), *view.matched]


def _byline(view: View) -> list[Element]:
    said = [words(f"{view.outlet} · "), date(view.at)]
    return [*said, words(f" · {view.delay}")] if view.delay else said


def _marked(line: Line) -> list[Element]:
    return [words(piece.text, bold=piece.hit) for piece in line]


def _sources(view: View) -> list[Element]:
    items = [section(_source(source)) for source in view.sources]
    if view.more_sources:
        items.append(section([words(f"… and {view.more_sources:,} more")]))
    lead = [section([words(view.listing, bold=True)])] if view.listing != TOLD_BY else []
    return [*lead, {"type": "rich_text_list", "style": "bullet", "elements": items}]


def _source(source: SourceLine) -> list[Element]:
    return [words(f"{source.outlet}: "), linked(source.link, source.title or "(no title)")]


def _possibly(source: SourceLine, to_merge: str) -> list[Element]:
    code: Element = {"type": "text", "text": to_merge, "style": {"code": True}}
    return [words(f"Possibly {POSSIBLY} "), *_source(source), words(". If so: "), code]


def _context(view: View) -> list[str]:
    reason = held_too(view.news, view.held) if view.kind is DeliveryKind.UPDATE and view.news else why(view)
    said = [view.severity.value.upper(), *(["unconfirmed"] if view.unconfirmed else []), view.rule, reason]
    return [" · ".join(said)]
