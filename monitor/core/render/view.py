"""What a message says, decided once for all its forms: words are chosen here, marked up elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from monitor.core.alerting.tally import held_in_words
from monitor.core.models import (
    Attributed,
    Card,
    DeliveryKind,
    Entry,
    Hit,
    News,
    Reason,
    Severity,
    Source,
    Stance,
    TextField,
    Verdict,
)
from monitor.core.render.display import host, line, safe_link
from monitor.core.render.excerpts import Line, Piece, excerpts, pieces, plain, shortened

MAX_HEADLINE: Final = 300
MAX_SOURCES: Final = 6
MAX_SPEAKERS: Final = 2
MANY: Final = 3
"""More outlets than these are counted and no longer named in what is new."""
MAX_MATCHED: Final = 10
MERGED: Final = 12
"""Digits of a story's id in a command."""
POSSIBLY: Final = "the same story as"
TOLD_BY: Final = "Also told by"
_TOO_OLD_FOR_DELAY: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """Another outlet's article."""

    outlet: str
    title: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The sentences of one message, clean, each at most a few lines long."""

    kind: DeliveryKind
    severity: Severity
    rule: str
    headline: Line
    link: str | None
    outlet: str
    """The outlet, and the host of the link where its name does not tell."""
    at: datetime
    """When it was published, as far as known."""
    delay: str
    """`seen 4 min later`, or empty."""
    excerpts: tuple[Line, ...]
    matched: tuple[str, ...]
    told_by: str
    """`3 outlets in 2 languages (en, ru)`."""
    outlets: str
    """Their names: `a, b, c and 2 more`; empty for one."""
    claims: str
    """`Claimed by A (outlet) · Denied by B (outlet)`; empty if nobody is known to."""
    possibly: SourceLine | None
    """The first article of a story that is likely the same and was alerted before."""
    to_merge: str
    """The command that makes the two stories one; empty if there is no such story."""
    sources: tuple[SourceLine, ...]
    listing: str
    """What the sources are: `Also told by`, or `Also matched` where the pace of matches is told."""
    more_sources: int
    news: str
    """`now 3 outlets: a, b, c; another language`: what a follow-up adds; empty for a first post."""
    why: str
    held: str
    """`+11 held: 8 duplicates, 3 quiet hours`: what was held back since the rule's last message."""
    sample: bool
    unconfirmed: bool

    @property
    def title(self) -> str:
        """The headline as plain text, marked if it is a sample."""
        return ("[sample] " if self.sample else "") + plain(self.headline)


def view(card: Card, *, kind: DeliveryKind) -> View:
    """Choose the words of a message about `card`.

    A living message (UPDATE) leads with the entry that raised the alert, a THREAD with the one that follows.
    """
    entry, hits = card.entry, card.hits
    if kind is DeliveryKind.UPDATE and card.root is not None:
        entry, hits = card.root, card.root_hits
    link = safe_link(entry.link or entry.url)
    others = tuple(map(_source_line, card.matches[:MAX_SOURCES])) or _other_sources(card, entry)
    headline, proof = _headline(entry, hits), excerpts(entry, hits)
    return View(
        kind=kind,
        severity=card.severity,
        rule=line(card.rule_title or card.rule, 120),
        headline=headline,
        link=link,
        outlet=_outlet(entry.outlet, link),
        at=entry.published or entry.first_seen,
        delay=_delay(entry),
        excerpts=proof,
        matched=_matched(card, hits, "\n".join(map(plain, (headline, *proof)))),
        told_by=_told_by(card),
        outlets=_names(card),
        claims=claims(card),
        possibly=None if card.possibly is None else _source_line(card.possibly.sources[0]),
        to_merge=_to_merge(card),
        sources=others,
        listing="Also matched" if card.matches else TOLD_BY,
        more_sources=_more_sources(card, entry, shown=len(others)),
        news="" if kind is DeliveryKind.POST else _news(card),
        why=_why(card, kind),
        held=held_in_words(card.held_back),
        sample=card.sample,
        unconfirmed=card.reason is Reason.UNCONFIRMED,
    )


def subject(card: Card, *, kind: DeliveryKind) -> str:
    """The headline; follow-ups share that of the alert's first message, so that mails thread."""
    entry = card.entry if kind is DeliveryKind.POST or card.root is None else card.root
    title = line(entry.title, MAX_HEADLINE) or "(no title)"
    return ("[sample] " if card.sample else "") + title


def _headline(entry: Entry, hits: tuple[Hit, ...]) -> Line:
    found = pieces(entry.title, (hit for hit in hits if hit.field is TextField.TITLE))
    return shortened(found, MAX_HEADLINE) or (Piece(text="(no title)"),)


def _outlet(outlet: str, link: str | None) -> str:
    """Name the outlet, and the host that the link leads to where it is another."""
    name = line(outlet, 80)
    place = host(link) if link else ""
    known = not place or place == name or place.endswith(f".{name}")
    return name if known else f"{name} ({place})" if name else place


def _delay(entry: Entry) -> str:
    """How long after publication the entry was seen, where that is worth a word."""
    if entry.published is None:
        return "first seen"
    late = entry.first_seen - entry.published
    if not timedelta(minutes=1) <= late <= _TOO_OLD_FOR_DELAY:
        return ""
    hours, minutes = late // timedelta(hours=1), late // timedelta(minutes=1)
    return f"seen {hours} h later" if hours > 1 else f"seen {minutes} min later"


def _matched(card: Card, hits: tuple[Hit, ...], shown: str) -> tuple[str, ...]:
    """Say what the proof does not: each text that stands for another name, and those that are not shown."""
    found: dict[str, str] = {}
    shown = shown.casefold()
    for text_as_is, entity in dict.fromkeys((hit.text, hit.entity) for hit in hits):
        text = line(text_as_is, 60)
        name = line(card.names.get(entity, entity), 60) if entity else ""
        if name and name.casefold() != text.casefold():
            found.setdefault(text.casefold(), f"{text} = {name}")
        elif text.casefold() not in shown:
            found.setdefault(text.casefold(), text)
    return _first(list(found.values()), MAX_MATCHED)


def _first(said: list[str], limit: int) -> tuple[str, ...]:
    more = len(said) - limit
    return tuple(said) if more <= 0 else (*said[:limit], f"{more:,} more")


def _told_by(card: Card) -> str:
    story = card.story
    languages = [line(language, 12) for language in story.languages]
    said = counted(len(story.outlets), "outlet")
    if story.entries <= 1:
        return f"{said} so far"
    if len(languages) > 1:
        said += f" in {len(languages)} languages ({', '.join(languages[:6])})"
    if story.texts < story.entries and story.entries > 1:
        said += f", {counted(story.entries, 'article')} of {counted(story.texts, 'independent text')}"
    if story.partly:
        said += f", {story.partly:,} partly copied"
    return said


def _names(card: Card) -> str:
    outlets = [line(outlet, 60) for outlet in card.story.outlets]
    return named(outlets, MAX_SOURCES) if len(outlets) > 1 else ""


def claims(card: Card) -> str:
    """Say who claims, denies and confirms it, each with the outlet that told of it first.

    What people merely say is left out unless the rule files know them.
    """
    said: list[str] = []
    for stance in (Stance.CLAIM, Stance.DENIAL, Stance.CONFIRMATION, Stance.STATEMENT):
        found = [
            one
            for one in card.story.claims
            if one.claim.stance is stance and (one.claim.entity or stance is not Stance.STATEMENT)
        ]
        if found:
            who = [_speaker(card, one) for one in found]
            said.append(f"{stance.value.capitalize()} by {named(who, MAX_SPEAKERS)}")
    return " · ".join(said)


def _speaker(card: Card, one: Attributed) -> str:
    name = card.names.get(one.claim.entity, one.claim.speaker) if one.claim.entity else one.claim.speaker
    return f"{line(name, 60)} ({line(one.outlet, 40)})" if one.outlet else line(name, 60)


def _other_sources(card: Card, entry: Entry) -> tuple[SourceLine, ...]:
    """Give the first article of other outlets, in the story's order, as many as are shown."""
    first: dict[str, Source] = {}
    for source in card.story.sources:
        if source.outlet != entry.outlet and source.entry != entry.id:
            first.setdefault(source.outlet, source)
    return tuple(_source_line(source) for source in islice(first.values(), MAX_SOURCES))


def _to_merge(card: Card) -> str:
    if card.possibly is None:
        return ""
    return f"news-monitor stories merge {card.possibly.id[:MERGED]} {card.story.id[:MERGED]}"


def _source_line(source: Source) -> SourceLine:
    link = safe_link(source.link)
    return SourceLine(outlet=_outlet(source.outlet, link), title=line(source.title, 140), link=link)


def _why(card: Card, kind: DeliveryKind) -> str:
    """Say why now; a message of its own about a known story says what is new in it."""
    alone = kind is DeliveryKind.POST and card.verdict is Verdict.UPDATE
    said = f"{card.reason.value}: {line(card.detail, 300)}" if card.detail else card.reason.value
    return f"{said}: {_news(card)}" if alone else said


def _more_sources(card: Card, entry: Entry, *, shown: int) -> int:
    """Count the other outlets, or matches, that are not listed."""
    if card.matches:
        return len(card.matches) - shown
    others = sum(not _tells(outlet, entry.outlet) for outlet in card.story.outlets)
    return max(0, others - shown)


def _tells(told_by: str, outlet: str) -> bool:
    """Say whether an outlet is the one told, or one of its owner: `RT (rt.com, ruptly.tv)`."""
    _, _, owned = told_by.partition(" (")
    return told_by == outlet or outlet in owned.removesuffix(")").split(", ")


def _news(card: Card) -> str:
    if card.reason is Reason.POSSIBLY_TOLD:
        return card.reason.value
    outlets = [line(outlet, 60) for outlet in card.story.outlets]
    latest = line(card.entry.outlet, 60)
    other = [news.value for news in card.news if news is not News.OUTLET]
    if News.OUTLET in card.news or not other:
        names = f": {', '.join(outlets)}" if len(outlets) <= MANY else f", {latest} the latest"
        other.insert(0, f"now {counted(len(outlets), 'outlet')}{names}")
    else:
        other.insert(0, f"{latest} again")
    return "; ".join(other)


def counted(number: int, noun: str) -> str:
    """Say `1 outlet`, `3 outlets`."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def named(names: list[str], limit: int) -> str:
    """List names, the last ones as a number where there are many."""
    if len(names) <= limit:
        return ", ".join(names)
    return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"
