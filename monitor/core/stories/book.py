"""The story book: which entries tell the same story, decided once for each in order of arrival.

    entry -> observe -> known id? revision -> same address or text? copy -> like a story? joins -> else opens

Everything the book knows of an entry is in the trace it hands out, so that a book rebuilt from stored traces
decides as the undisturbed one would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.models import (
    Assignment,
    Entry,
    Findings,
    News,
    Placement,
    Remembered,
    Source,
    Story,
)
from monitor.core.stories.copies import Found, copied
from monitor.core.stories.joining import joins, ranked
from monitor.core.stories.likeness import Query, query
from monitor.core.stories.news import news_of
from monitor.core.stories.observe import Observed, observe
from monitor.core.stories.shelf import micros, moment
from monitor.core.stories.trace import Flag, Footprint, decode, encode, entity_key
from monitor.core.stories.window import Window

JOIN_AT = 0.5
_SHOWN = 50
_FIRSTS = 40


class StoryBook:
    """The keeper of the story window. Pure: the same entries in the same order give the same stories.

    Args:
        window: How long an entry can attract others after it was first seen.
        limit: The most entries kept; the oldest leave first.
    """

    def __init__(self, window: timedelta = timedelta(hours=72), *, limit: int = 400_000) -> None:
        self._window = Window(window, limit=limit)

    def __len__(self) -> int:
        return len(self._window.shelf)

    def expire(self, now: datetime) -> None:
        """Forget the entries first seen longer ago than the window."""
        self._window.expire(micros(now))

    def assign(self, entry: Entry, findings: Findings) -> tuple[Assignment, Story]:
        """Place an entry; entries come in order of `first_seen`.

        Returns:
            Where it belongs and why, and the story with it.
        """
        self.expire(entry.first_seen)
        observed = observe(entry, findings)
        asked = self._query(observed)
        previous = self._window.find(entry.id)
        if previous is not None:
            return self._revise(entry, asked, observed, previous)
        copy = copied(self._window, entry, observed)
        if copy is not None:
            return self._place(entry, asked, observed, copy)
        candidates = ranked(self._window, entry, asked, observed)
        if candidates and candidates[0].score >= JOIN_AT:
            found = joins(self._window, entry, candidates[0], asked)
            return self._place(entry, asked, observed, found)
        return self._place(entry, asked, observed, None)

    def restore(self, remembered: Iterable[Remembered]) -> None:
        """Take in stored entries, as if each had just been assigned; rows in any order, traces decide."""
        rows = [(row, decode(row.trace)) for row in remembered if row.trace]
        for row, footprint in sorted(rows, key=lambda pair: pair[1].seq):
            self._window.expire(micros(row.source.at))
            known = self._window.find(row.source.entry)
            if known is not None:
                self._window.remove(known)
            self._window.enter(row.source, footprint, row.trace, row.story)

    def story(self, story: str) -> Story | None:
        """The story of this id as it stands, None if the window holds nothing of it."""
        if (group := self._window.groups.get(story)) is not None:
            return self._story(group.members[-1])
        seq = self._window.find(story)
        return self._story(seq) if seq is not None and self._window.shelf.group(seq) is None else None

    def _query(self, observed: Observed) -> Query:
        idf = self._window.rarity.weights(observed.title + observed.body)
        keys = {name: entity_key(name) for name in observed.entities}
        rare = self._window.rarity.weights(keys.values())
        footprint = Footprint(
            seq=self._window.shelf.end,
            opened=0,
            entries=1,
            texts=1,
            flags=observed.flags,
            url=observed.url,
            title_key=observed.title_key,
            text_key=observed.text_key,
            lang=observed.lang,
            norm=0.0,
            title=tuple(sorted(observed.title, key=lambda term: (-idf[term], term))),
            body=tuple(sorted(observed.body, key=lambda term: (-idf[term], term))),
            sketch=observed.sketch,
            entities=observed.entities,
            agency=observed.agency,
        )
        return query(footprint, idf, {name: rare[key] for name, key in keys.items()})

    def _revise(
        self, entry: Entry, asked: Query, observed: Observed, previous: int
    ) -> tuple[Assignment, Story]:
        old = self._window.shelf.footprint(previous)
        story = self._window.story_id(previous)
        fresh = news_of(self._window, entry, asked, previous, None)
        footprint = replace(
            asked.footprint,
            opened=old.opened,
            entries=old.entries,
            texts=old.texts,
            flags=observed.flags | Flag.REVISED | (old.flags & Flag.COPY),
            norm=asked.norm,
        )
        trace = encode(footprint)
        source = self._source(entry, Placement.REVISION)
        self._window.remove(previous, keep=story)
        self._window.enter(source, footprint, trace, story)
        assignment = Assignment(
            entry=entry.id,
            story=story,
            placement=Placement.REVISION,
            of=entry.id,
            reason=f"revision {entry.revision} of an article already known",
            news=fresh,
            trace=trace,
        )
        return assignment, self._story(footprint.seq)

    def _place(
        self, entry: Entry, asked: Query, observed: Observed, found: Found | None
    ) -> tuple[Assignment, Story]:
        at = micros(entry.first_seen)
        if found is None:
            placement, story, of, score = Placement.OPENS, entry.id, None, 1.0
            reason = "nothing like it in the window"
            footprint = replace(asked.footprint, opened=at, norm=asked.norm)
            fresh: tuple[News, ...] = ()
        else:
            placement, score, reason = found.placement, found.score, found.reason
            story, of = self._window.story_id(found.seq), self._window.shelf.entry_id(found.seq)
            opened, entries, texts = self._window.counts(found.seq)
            independent = placement is Placement.JOINS
            footprint = replace(
                asked.footprint,
                opened=opened,
                entries=entries + 1,
                texts=texts + independent,
                flags=observed.flags | (Flag.NONE if independent else Flag.COPY),
                norm=asked.norm,
            )
            fresh = news_of(self._window, entry, asked, found.seq, found)
        trace = encode(footprint)
        self._window.enter(self._source(entry, placement), footprint, trace, story)
        assignment = Assignment(
            entry=entry.id,
            story=story,
            placement=placement,
            of=of,
            score=score,
            reason=reason,
            news=fresh,
            trace=trace,
        )
        return assignment, self._story(footprint.seq)

    @staticmethod
    def _source(entry: Entry, placement: Placement) -> Source:
        return Source(
            entry=entry.id,
            outlet=entry.outlet,
            title=entry.title,
            link=entry.link or entry.url,
            lang=entry.lang,
            at=entry.first_seen,
            placement=placement,
        )

    def _story(self, seq: int) -> Story:
        shelf = self._window.shelf
        members = self._window.members(seq)
        group = shelf.group(seq)
        opened, entries, texts = self._window.counts(seq)
        sources = [shelf.source(number) for number in self._shown(members)]
        return Story(
            id=self._window.story_id(seq),
            title=sources[0].title,
            opened_at=moment(opened),
            updated_at=moment(max(shelf.time(members[-1]), shelf.time(seq))),
            entries=entries,
            outlets=tuple(dict.fromkeys(shelf.outlet_name(shelf.outlet(number)) for number in members)),
            texts=texts,
            languages=tuple(dict.fromkeys(source.lang for source in sources if source.lang)),
            entities=tuple(sorted(+group.entities)) if group else shelf.footprint(seq).entities,
            sources=tuple(sources),
        )

    def _shown(self, members: Sequence[int]) -> Sequence[int]:
        """The first entry of each outlet and the latest ones, in order."""
        if len(members) <= _SHOWN:
            return members
        firsts: dict[int, int] = {}
        for number in members:
            firsts.setdefault(self._window.shelf.outlet(number), number)
        chosen = set(list(firsts.values())[:_FIRSTS])
        for number in reversed(members):
            if len(chosen) >= _SHOWN:
                break
            chosen.add(number)
        return sorted(chosen)
