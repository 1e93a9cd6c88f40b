"""The story book: which entries tell the same story, decided once for each in order of arrival.

    entry -> observe -> known id? revision -> same address or text? copy -> like a story? joins -> else opens

Everything the book knows of an entry is in the trace it hands out, so that a book rebuilt from stored traces
decides as the undisturbed one would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.models import Assignment, Entry, Findings, News, Placement, Remembered, Source, Story
from monitor.core.stories.across import Abroad, abroad, in_common, joins_abroad
from monitor.core.stories.copies import Arrival, Found, copied, is_label, last_issue, partly
from monitor.core.stories.identity import bare_title
from monitor.core.stories.joining import Ranked, joins, nearly, ranked
from monitor.core.stories.likeness import Query, query
from monitor.core.stories.news import news_of, revised
from monitor.core.stories.observe import Observed, observe, untitled
from monitor.core.stories.shelf import micros, moment
from monitor.core.stories.telling import told
from monitor.core.stories.trace import Flag, Footprint, decode, encode, entity_key, readable
from monitor.core.stories.window import Window

JOIN_AT = 0.5
"""Probability from which an entry joins a story."""
_LIVE_REVISIONS = 3
"""A page rewritten this often is written while things happen."""


class StoryBook:
    """The keeper of the story window. Pure: the same entries in the same order give the same stories.

    Args:
        window: How long an entry can attract others after it was first seen.
        limit: The most entries kept; the oldest leave first.
        owners: Who owns an outlet, by name of the outlet in lower case: outlets of one owner count as one.
    """

    def __init__(
        self,
        window: timedelta = timedelta(hours=72),
        *,
        limit: int = 400_000,
        owners: Mapping[str, str] | None = None,
    ) -> None:
        self._window = Window(window, limit=limit, owners=owners or {})

    def __len__(self) -> int:
        return len(self._window.shelf)

    def assign(self, entry: Entry, findings: Findings) -> tuple[Assignment, Story]:
        """Place an entry; entries come in order of `first_seen`.

        Returns:
            Where it belongs and why, and the story with it.
        """
        if not entry.revision:
            self._window.set_clock(micros(entry.first_seen))
        self.expire(entry.first_seen)
        arrival = self._arrival(entry, findings)
        asked = self._query(arrival.observed)
        previous = self._window.find(entry.id)
        if previous is not None:
            return self._revise(arrival, asked, previous)
        found = copied(self._window, arrival)
        if found is not None:
            return self._follow(arrival, asked, found)
        stories = ranked(self._window, arrival, asked)
        if stories and stories[0].score >= JOIN_AT:
            return self._follow(arrival, asked, joins(self._window, arrival, stories[0], asked))
        offered = abroad(self._window, arrival, asked)
        found = joins_abroad(self._window, arrival, offered)
        if found is not None:
            return self._follow(arrival, asked, found)
        return self._open(arrival, asked, offered, nearly(stories))

    def _kind_of_page(self, arrival: Arrival) -> str:
        """Say what keeps an entry from being taken for one with others like it, empty if nothing does."""
        remarks = ""
        if arrival.observed.flags & Flag.LIVE:
            remarks += "; a live page or a digest, which draws no others into its story"
        if (last := last_issue(self._window, arrival)) is not None:
            day = moment(self._window.shelf.time(last))
            remarks += f"; an issue of a series, of which the last was seen on {day:%Y-%m-%d}"
        return remarks

    def expire(self, now: datetime) -> None:
        """Forget the entries first seen longer ago than the window."""
        self._window.expire(micros(now))

    def restore(self, remembered: Iterable[Remembered]) -> None:
        """Take in stored entries as if each had just been assigned; their traces know the order.

        Rows without a trace, or with one of another version, are left out.
        """
        rows = [(row, decode(row.trace)) for row in remembered if readable(row.trace)]
        for row, footprint in sorted(rows, key=lambda pair: pair[1].seq):
            known = self._window.find(row.source.entry)
            if known is not None:
                self._window.remove(known, keep=row.story)
            self._window.restore(row.source, footprint, row.trace, row.story)

    def story(self, story: str) -> Story | None:
        """The story of this id as it stands, None if the window holds nothing of it."""
        seq = self._window.member(story)
        return None if seq is None else told(self._window, seq)

    def holds(self, entry: str) -> bool:
        """Whether the window reaches back to an entry."""
        return self._window.find(entry) is not None

    def adopt(self, rows: Iterable[Remembered]) -> None:
        """Take over all rows of stories that a person edited; entries the window does not hold are passed by.

        The book is then the one that would be rebuilt from the store.
        """
        held = [
            (seq, row)
            for row in rows
            if readable(row.trace) and (seq := self._window.find(row.source.entry)) is not None
        ]
        self._window.regroup(sorted(held, key=lambda pair: pair[0]))

    @staticmethod
    def stays(entry: Entry, former: Assignment) -> Assignment:
        """Leave a changed text of an article that the window forgot where the article was.

        Placed anew, an old article would be told as news for a new headline.
        """
        _, correction = bare_title(entry.title)
        return replace(
            former,
            placement=Placement.REVISION,
            of=entry.id,
            score=1.0,
            reason=revised(entry),
            news=(News.CORRECTION,) if correction else (),
        )

    def _arrival(self, entry: Entry, findings: Findings) -> Arrival:
        observed = observe(entry, findings)
        if entry.changes >= _LIVE_REVISIONS:
            observed = replace(observed, flags=observed.flags | Flag.LIVE)
        outlet = self._window.shelf.outlet_number(entry.outlet) if entry.outlet else -1
        arrival = Arrival(entry=entry, observed=observed, at=micros(entry.first_seen), outlet=outlet)
        if is_label(self._window, arrival):
            return replace(arrival, observed=untitled(observed))
        return arrival

    def _query(self, observed: Observed) -> Query:
        rarity = self._window.rarity
        idf = rarity.weights(observed.title + observed.body)
        keys = {name: entity_key(name) for name in observed.entities}
        rare = rarity.noted(keys.values())
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
            claims=observed.claims,
            meant_title=observed.meaning.title,
            meant_body=observed.meaning.body,
        )
        return query(footprint, idf, {name: rare[key] for name, key in keys.items()})

    def _revise(self, arrival: Arrival, asked: Query, previous: int) -> tuple[Assignment, Story]:
        entry = arrival.entry
        old = self._window.shelf.footprint(previous)
        story = self._window.story_id(previous)
        assignment = Assignment(
            entry=entry.id,
            story=story,
            placement=Placement.REVISION,
            of=entry.id,
            reason=revised(entry),
            news=news_of(self._window, arrival, asked, previous, None),
        )
        footprint = replace(
            asked.footprint,
            opened=old.opened,
            entries=old.entries,
            texts=old.texts,
            flags=asked.footprint.flags | Flag.REVISED | (old.flags & (Flag.COPY | Flag.PARTLY)),
            norm=asked.norm,
        )
        self._window.remove(previous, keep=story)
        return self._enter(arrival, assignment, footprint)

    def _follow(self, arrival: Arrival, asked: Query, found: Found) -> tuple[Assignment, Story]:
        window = self._window
        copy = found.placement is Placement.COPY
        part = None if copy else partly(window, arrival, found.seq)
        assignment = Assignment(
            entry=arrival.entry.id,
            story=window.story_id(found.seq),
            placement=found.placement,
            of=window.shelf.entry_id(found.seq),
            score=found.score,
            reason=f"{found.reason}{f'; {part.reason}' if part else ''}{self._kind_of_page(arrival)}",
            news=news_of(window, arrival, asked, found.seq, found),
            partly_of=window.shelf.entry_id(part.seq) if part else None,
        )
        opened, entries, texts = window.counts(found.seq)
        independent = not copy and part is None and not window.credits(found.seq, asked.footprint.agency)
        counts = window.reaches(arrival.at)
        footprint = replace(
            asked.footprint,
            opened=opened,
            entries=entries + counts,
            texts=texts + (independent and counts),
            flags=asked.footprint.flags | (Flag.COPY if copy else Flag.PARTLY if part else Flag.NONE),
            norm=asked.norm,
        )
        return self._enter(arrival, assignment, footprint)

    def _open(
        self, arrival: Arrival, asked: Query, offered: list[Abroad], near: Ranked | None = None
    ) -> tuple[Assignment, Story]:
        seqs = ([near.seq] if near else []) + [found.seq for found in offered]
        possibly = tuple(dict.fromkeys(map(self._window.story_id, seqs)))
        reason = "nothing like it in the window"
        if near:
            alike = f"likeness of rare words {near.pair.cosine:.2f}"
            reason = f"possibly the same as the story of {self._window.named(near.seq)}: {alike}"
        elif offered:
            nearest, shared = self._window.named(offered[0].seq), in_common(arrival, offered[0])
            reason += f"; possibly the same as the story of {nearest}: shares {shared}"
        likely = near is not None or (bool(offered) and offered[0].likely)
        assignment = Assignment(
            entry=arrival.entry.id,
            story=arrival.entry.id,
            placement=Placement.OPENS,
            reason=reason + self._kind_of_page(arrival),
            news=(News.CORRECTION,) if asked.footprint.flags & Flag.CORRECTION else (),
            possibly=possibly,
            likely=possibly[0] if likely else "",
        )
        return self._enter(arrival, assignment, replace(asked.footprint, opened=arrival.at, norm=asked.norm))

    def _enter(
        self, arrival: Arrival, assignment: Assignment, footprint: Footprint
    ) -> tuple[Assignment, Story]:
        entry = arrival.entry
        trace = encode(footprint)
        source = Source(
            entry=entry.id,
            outlet=entry.outlet,
            title=entry.title,
            link=entry.link or entry.url,
            lang=entry.lang,
            at=entry.first_seen,
            placement=assignment.placement,
        )
        self._window.enter(source, footprint, trace, assignment.story)
        return replace(assignment, trace=trace), told(self._window, footprint.seq)
