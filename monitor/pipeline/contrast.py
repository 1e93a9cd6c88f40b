"""A draft of a rule beside the rule in force, over the articles kept: what it alerts on, gains and loses.

newest day first: articles -> both matchers, in a thread -> stories -> in both, gained, lost

One alert is reckoned for each story, as the daemon sends one; cooldowns, silences and corroboration, which
may hold some of them, are left out. Nothing is stored. It ends when its time is up and says how far it came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from monitor.core.matcher import Matcher
from monitor.core.models import Entry, Match, PendingEntry, StoredEntry

_BATCH: Final = 100
_REST: Final = 0.5
"""Rest after each batch, as a multiple of the time it took: polling has its turn."""
_DAY: Final = timedelta(days=1)
_MOST: Final = 2000
"""Matching articles whose stories are looked up."""


class Archive(Protocol):
    """What is needed of the store."""

    def entries_since(self, since: datetime) -> AsyncIterator[list[PendingEntry]]:
        """Walk the entries first seen at or after `since`, oldest first."""

    async def entry(self, entry: str) -> StoredEntry | None:
        """The entry of that id with all that is known of it."""


class Side(StrEnum):
    """Which of the two alerts on a story."""

    BOTH = "both"
    GAINED = "gained"
    """The draft alone."""
    LOST = "lost"
    """The rule in force alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A rule as it is drafted and as it is in force; `running` is None where there is none of its name."""

    rule: str
    draft: Matcher
    running: Matcher | None


@dataclass(slots=True, kw_only=True)
class Told:
    """A story that one of the two alerts on, by the first article that matches."""

    story: str
    entry: Entry
    match: Match
    """Of the draft where it matches; its evidence."""
    drafted: int = 0
    """Articles that the draft matches."""
    running: int = 0

    @property
    def side(self) -> Side:
        """Which of the two alerts on it."""
        if self.drafted and self.running:
            return Side.BOTH
        return Side.GAINED if self.drafted else Side.LOST


@dataclass(slots=True, kw_only=True)
class Contrast:
    """What came of it."""

    since: datetime
    """As far back as it came: all articles first seen from then on were looked at."""
    complete: bool = True
    """Whether it came as far as was asked for."""
    entries: int = 0
    """Articles looked at."""
    crowded: bool = False
    """Whether more articles matched than were looked up."""
    stories: dict[str, Told] = field(default_factory=dict)

    def of(self, side: Side) -> list[Told]:
        """The stories on one side, the latest first."""
        found = [one for one in self.stories.values() if one.side is side]
        return sorted(found, key=lambda one: (one.entry.first_seen, one.story), reverse=True)


@dataclass(frozen=True, slots=True)
class _Found:
    entry: Entry
    draft: Match | None
    running: Match | None


async def contrast(
    store: Archive, pair: Pair, *, since: datetime, until: datetime, seconds: float
) -> Contrast:
    """Compare both over the articles first seen from `since` to `until`, for at most so many seconds."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    done = Contrast(since=until)
    looked_up = 0
    while done.since > since:
        begin = max(done.since - _DAY, since)
        async for batch in _batches(store, begin, done.since):
            began = loop.time()
            for one in await asyncio.to_thread(_matched, pair, batch):
                looked_up += 1
                done.crowded = looked_up > _MOST
                if not done.crowded:
                    await _count(store, one, done)
            done.entries += len(batch)
            if loop.time() > ends or done.crowded:
                done.complete = False
                return done
            await asyncio.sleep(_REST * (loop.time() - began))
        done.since = begin
    return done


async def _batches(store: Archive, begin: datetime, end: datetime) -> AsyncIterator[list[Entry]]:
    async for page in store.entries_since(begin):
        entries = [one.entry for one in page if one.entry.first_seen < end]
        for start in range(0, len(entries), _BATCH):
            yield entries[start : start + _BATCH]
        if len(entries) < len(page):
            return


def _matched(pair: Pair, batch: Sequence[Entry]) -> list[_Found]:
    found = []
    for entry in batch:
        draft = _match(pair.draft, entry, pair.rule)
        running = _match(pair.running, entry, pair.rule) if pair.running else None
        if draft or running:
            found.append(_Found(entry, draft, running))
    return found


def _match(matcher: Matcher, entry: Entry, rule: str) -> Match | None:
    return next((one for one in matcher.match(entry).matches if one.rule == rule), None)


async def _count(store: Archive, one: _Found, done: Contrast) -> None:
    stored = await store.entry(one.entry.id)
    story = stored.assignment.story if stored and stored.assignment else one.entry.id
    match = one.draft or one.running
    if match is None:
        return
    told = done.stories.get(story)
    # The draft's evidence is what is asked for, and the first article is the one that alerts.
    if told is None or (one.draft and (not told.drafted or one.entry.first_seen < told.entry.first_seen)):
        before = told
        told = Told(story=story, entry=one.entry, match=match)
        if before is not None:
            told.drafted, told.running = before.drafted, before.running
        done.stories[story] = told
    told.drafted += one.draft is not None
    told.running += one.running is not None
