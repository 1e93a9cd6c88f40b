"""The page of a story: what is told, by whom first, who copied whom, who claims what, what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cli.common import counted, minute
from monitor.cli.guard import clean, the_one
from monitor.core.models import (
    Attributed,
    Decision,
    EditKind,
    ListedAlert,
    StoredEntry,
    Story,
    StoryEdit,
    Verdict,
)
from monitor.core.stories.strands import Strand, figures, strands
from monitor.pipeline.editing import whole
from monitor.store import Store

SHORT = 12
"""Digits of an id that are shown; as many are enough to name one."""
_INDENT = " " * 12
_TEXTS = 12
_STATES = {Verdict.ALERT: "sent", Verdict.HELD: "held", Verdict.SUPPRESSED: "closed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story with everything that is known of it."""

    story: Story
    entries: Sequence[StoredEntry]
    decisions: Sequence[Decision]
    alerts: Sequence[ListedAlert] = ()
    possibly: Sequence[Story] = ()
    """Stories in other languages that may be the same."""
    edits: Sequence[StoryEdit] = ()
    """What people changed about it by hand, oldest first."""
    asked: str = ""
    """Id of the story asked for, where it was made part of this one; empty otherwise."""


async def found_story(store: Store, prefix: str) -> Story:
    """Find the story whose id begins so.

    Raises:
        NothingFoundError: none or several do.
    """
    found = await store.stories_like(prefix, limit=2)
    return the_one(
        found, prefix, noun="story", id_of=lambda story: story.id, listed_by="news-monitor stories list"
    )


async def told(store: Store, prefix: str) -> Told:
    """Find the story whose id begins so, or the one it was made part of, with all that is known of it.

    Raises:
        NothingFoundError: none or several do.
    """
    asked = await found_story(store, prefix)
    story = await whole(store, asked)
    entries = await store.entries_of_story(story.id)
    return Told(
        story=story,
        entries=entries,
        decisions=await store.decisions_on([one.entry.id for one in entries]),
        alerts=await store.alerts_of_story(story.id),
        possibly=await _possibly(store, story, entries),
        edits=await store.story_edits(story.id),
        asked="" if asked.id == story.id else asked.id,
    )


async def _possibly(store: Store, story: Story, entries: Iterable[StoredEntry]) -> list[Story]:
    named = [name for one in entries if one.assignment for name in one.assignment.possibly]
    named += await store.possibly_same(story)
    found: dict[str, Story] = {}
    for name in dict.fromkeys(named):
        other = await store.story(name)
        if other is not None and (other := await whole(store, other)).id != story.id:
            found.setdefault(other.id, other)
    return list(found.values())


def lines_of(found: Told) -> list[str]:
    """Write a story as a page for people: what it comes to, then its timeline."""
    story = found.story
    return [
        clean(story.title),
        *_head(found),
        *_claims(story.claims),
        *_texts(found.entries, story),
        *_alerts(found),
        *_others(found),
        *_edits(found.edits, story.id),
        "",
        *_timeline(found),
    ]


def _head(found: Told) -> Iterator[str]:
    story = found.story
    yield f"  story     {story.id}"
    if found.asked:
        yield f"            {found.asked[:SHORT]} was made part of it by hand"
    yield f"  told by   {_tellers(story)}"
    if len(story.languages) > 1:
        yield f"  languages {', '.join(map(clean, story.languages))}"
    length = story.updated_at - story.opened_at
    yield f"  opened    {minute(story.opened_at)}, last changed {minute(story.updated_at)}{_lasting(length)}"
    if found.entries:
        first = min(found.entries, key=lambda one: (one.entry.first_seen, one.seq)).entry
        dated = f", dated {minute(first.published)} by the outlet" if first.published else ""
        yield f"  first     {clean(first.outlet)}, seen {minute(first.first_seen)}{dated}"
    yield f"  entities  {clean(', '.join(story.entities)) or 'none'}"
    numbers = [f"{clean(one.text)} ({clean(one.of.entry.outlet)})" for one in figures(found.entries)]
    if numbers:
        yield f"  numbers   {', '.join(numbers)}"


def _tellers(story: Story) -> str:
    outlets = clean(", ".join(story.outlets))
    texts = counted(story.texts, "independent text")
    if story.partly:
        texts += f", {story.partly} partly copied"
    return f"{counted(len(story.outlets), 'outlet')} in {texts}: {outlets}"


def _lasting(length: timedelta) -> str:
    said = _after(length)
    return f" ({said.removeprefix('+')} later)" if said else ""


def _after(length: timedelta) -> str:
    """Say `+5 min`, `+3 h`, `+2 d`; nothing for less than a minute."""
    minutes = length // timedelta(minutes=1)
    if minutes < 1:
        return ""
    if minutes < 120:  # noqa: PLR2004 - minutes, hours and days as people say them
        return f"+{minutes} min"
    return f"+{minutes // 60} h" if minutes < 2880 else f"+{minutes // 1440} d"  # noqa: PLR2004


def _claims(claims: Sequence[Attributed]) -> Iterator[str]:
    for number, one in enumerate(claims):
        label = "claims" if number == 0 else ""
        claim = one.claim
        where = f"{clean(one.outlet)}, {minute(one.at)}"
        yield f"  {label:8}  {claim.stance.value} by {clean(claim.speaker)} ({where}):"
        yield f"{_INDENT}“{clean(claim.sentence)}”"


def _texts(entries: Sequence[StoredEntry], story: Story) -> Iterator[str]:
    """Each independent text, and who carries it; nothing for a story of one article."""
    found = strands(entries)
    if len(entries) <= 1:
        return
    for number, strand in enumerate(found[:_TEXTS]):
        yield f"  {'texts' if number == 0 else '':8}  {_strand(strand, story.opened_at)}"
    if len(found) > _TEXTS:
        yield f"{_INDENT}… and {counted(len(found) - _TEXTS, 'more text')}"


def _strand(strand: Strand, opened_at: datetime) -> str:
    first = strand.first.entry
    said = clean(first.outlet) + _bracketed(_after(first.first_seen - opened_at))
    if strand.partly_of is not None:
        said += f", partly copied from {clean(strand.partly_of.entry.outlet)}"
    if not strand.copies:
        return said
    copies = [
        clean(one.entry.outlet) + _bracketed(_after(one.entry.first_seen - first.first_seen))
        for one in strand.copies[:_TEXTS]
    ]
    more = len(strand.copies) - len(copies)
    return f"{said}, copied by {', '.join(copies)}" + (f" and {more} more" if more else "")


def _bracketed(said: str) -> str:
    return f" ({said})" if said else ""


def _alerts(found: Told) -> Iterator[str]:
    for number, one in enumerate(found.alerts):
        record = one.record
        sent = ", ".join(f"{count} {state.value}" for state, count in sorted(one.deliveries.items()))
        follow = f", {counted(record.follow_ups, 'follow-up')}" if record.follow_ups else ""
        state = _STATES.get(record.state, record.state.value)
        label = "alerts" if number == 0 else ""
        said = f"{record.rule}: {state} {minute(record.created_at)}{follow}{_bracketed(sent)}"
        yield f"  {label:8}  {said}, alert {record.id[:SHORT]}"


def _others(found: Told) -> Iterator[str]:
    for number, story in enumerate(found.possibly):
        languages = ",".join(map(clean, story.languages)) or "?"
        label = "possibly" if number == 0 else ""
        yield f"  {label:8}  the same as {story.id[:SHORT]} [{languages}]  {clean(story.title)}"


def _edits(edits: Sequence[StoryEdit], story: str) -> Iterator[str]:
    for number, edit in enumerate(edits):
        yield f"  {'edited' if number == 0 else '':8}  {edit_line(edit, story)}"


def edit_line(edit: StoryEdit, story: str) -> str:
    """Write an edit as one line, seen from a story."""
    articles = counted(len(edit.entries), "article")
    way = f"to {edit.target[:SHORT]}" if edit.source == story else f"from {edit.source[:SHORT]}"
    why = f": {clean(edit.why)}" if edit.why else ""
    undone = f" (undone by {edit.undone_by})" if edit.undone_by else ""
    if edit.kind is EditKind.FORGET:
        return f"{edit.number}  {minute(edit.at)}  {articles} forgotten by {clean(edit.author)}"
    verb = {EditKind.MERGE: "merged", EditKind.SPLIT: "split off", EditKind.UNDO: "taken back"}[edit.kind]
    return f"{edit.number}  {minute(edit.at)}  {articles} {verb} {way} by {clean(edit.author)}{why}{undone}"


def _timeline(found: Told) -> Iterator[str]:
    decisions: dict[str, list[Decision]] = {}
    for decision in found.decisions:
        decisions.setdefault(decision.entry, []).append(decision)
    for item in found.entries:
        after = _after(item.entry.first_seen - found.story.opened_at)
        yield from _entry_lines(item, decisions.get(item.entry.id, ()), after)


def _entry_lines(item: StoredEntry, decisions: Sequence[Decision], after: str) -> Iterator[str]:
    entry, assignment = item.entry, item.assignment
    yield (
        f"{minute(entry.first_seen)} {after or '':>8}  {clean(entry.outlet)} [{entry.lang or '?'}]  "
        f"{clean(entry.title)}"
    )
    if entry.link:
        yield f"             {clean(entry.link)}"
    yield f"             entry {entry.id[:SHORT]}{f', revision {entry.revision}' if entry.revision else ''}"
    if assignment:
        news = f" (new: {', '.join(assignment.news)})" if assignment.news else ""
        yield f"             {assignment.placement.value}: {clean(assignment.reason)}{news}"
    for match in item.findings.matches:
        words = ", ".join(dict.fromkeys(clean(hit.text) for hit in match.hits))
        yield f"             matched {match.rule}: {words}"
    for decision in decisions:
        yield f"             {decision_line(decision)}"


def decision_line(decision: Decision) -> str:
    """Write a decision as one line: rule, what became of it, why."""
    detail = f" ({clean(decision.detail)})" if decision.detail else ""
    return f"{decision.rule}: {decision.verdict.value}, {decision.reason.value}{detail}"
