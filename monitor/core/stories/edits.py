"""Stories put right by hand: entries move from one story to another, and both are counted anew.

An edit changes nothing but the rows of the entries concerned. A book that adopts the changed rows, and one
that is rebuilt from them after a restart, are therefore the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from monitor.core.models import Remembered, Story
from monitor.core.stories.book import StoryBook
from monitor.core.stories.shelf import micros
from monitor.core.stories.trace import Flag, Footprint, decode, encode, readable

_EVER = timedelta(days=36_500)


def moved(
    source: Sequence[Remembered], target: Sequence[Remembered], entries: Collection[str], story: str
) -> list[Remembered]:
    """Return all rows of two stories as they are after some entries left the one for the other.

    Args:
        source: every row of the story that is left.
        target: every row of the story that is joined; none if the move makes it.
        entries: ids of the entries that move; of other stories there are none among them.
        story: id of the story that is joined.
    """
    leaving = [row for row in source if row.source.entry in entries]
    staying = [row for row in source if row.source.entry not in entries]
    whole = not staying
    gone = _Count.of(leaving) if whole else _Count.one_by_one(leaving)
    joined = [*target, *(replace(row, story=story) for row in leaving)]
    grown = _Count.of(target).plus(gone) if target else gone
    left = _Count.of(source).minus(gone).opened_as(_Count.of(staying))
    return [*_recounted(staying, left), *_recounted(joined, grown)]


def retold(rows: Iterable[Remembered], story: str, owners: Mapping[str, str] | None = None) -> Story | None:
    """Return a story as its rows tell it, however old they are; None if they tell nothing.

    Args:
        rows: every row of the story, in order of assembly.
        story: its id.
        owners: which outlets belong together, as for the StoryBook.
    """
    usable = [row for row in rows if readable(row.trace)]
    numbered = [
        replace(row, trace=encode(replace(decode(row.trace), seq=place))) for place, row in enumerate(usable)
    ]
    book = StoryBook(_EVER, owners=owners)
    book.restore(numbered)
    return book.story(story)


def without(story: Story, entry: str, *, untitled: str) -> Story:
    """Return a story without what one entry told of it; its counts stay.

    A title that was the entry's becomes that of the first other source, `untitled` if there is none.
    """
    gone = {source.title for source in story.sources if source.entry == entry}
    sources = tuple(source for source in story.sources if source.entry != entry)
    title = next((source.title for source in sources), untitled)
    return replace(
        story,
        title=title if not sources or story.title in gone else story.title,
        sources=sources,
        claims=tuple(one for one in story.claims if one.entry != entry),
        entities=story.entities if sources else (),
    )


class _Count:
    """Articles and independent texts of a story, and when it opened, in microseconds."""

    def __init__(self, entries: int, texts: int, opened: int) -> None:
        self.entries = entries
        self.texts = texts
        self.opened = opened

    @classmethod
    def of(cls, rows: Sequence[Remembered]) -> _Count:
        """What a story's own rows say: those that retention took are counted in them."""
        known = _readable(rows)
        opener = next((micros(row.source.at) for row, _ in known if row.source.entry == row.story), None)
        least = min((footprint.opened for _, footprint in known), default=0)
        return cls(
            max((footprint.entries for _, footprint in known), default=len(rows)),
            max((footprint.texts for _, footprint in known), default=len(rows)),
            least if opener is None else opener,
        )

    @classmethod
    def one_by_one(cls, rows: Sequence[Remembered]) -> _Count:
        """What some rows of a larger story come to by themselves."""
        known = _readable(rows)
        texts = sum(not footprint.flags & (Flag.COPY | Flag.PARTLY) for _, footprint in known)
        return cls(len(rows), max(1, texts), min(micros(row.source.at) for row in rows))

    def plus(self, other: _Count) -> _Count:
        return _Count(self.entries + other.entries, self.texts + other.texts, min(self.opened, other.opened))

    def opened_as(self, other: _Count) -> _Count:
        return _Count(self.entries, self.texts, other.opened)

    def minus(self, other: _Count) -> _Count:
        return _Count(max(1, self.entries - other.entries), max(1, self.texts - other.texts), self.opened)


def _readable(rows: Sequence[Remembered]) -> list[tuple[Remembered, Footprint]]:
    return [(row, decode(row.trace)) for row in rows if readable(row.trace)]


def _recounted(rows: Sequence[Remembered], total: _Count) -> list[Remembered]:
    """Write the sums into the row that stays longest in the window, and none above them into any other."""
    known = _readable(rows)
    if not known:
        return list(rows)
    last = max(known, key=lambda pair: (pair[0].source.at, pair[1].seq))[1].seq
    return [_counted(row, total, last=last) for row in rows]


def _counted(row: Remembered, total: _Count, *, last: int) -> Remembered:
    if not readable(row.trace):
        return row
    footprint = decode(row.trace)
    sums = footprint.seq == last
    counted = replace(
        footprint,
        opened=total.opened,
        entries=total.entries if sums else min(footprint.entries, total.entries),
        texts=total.texts if sums else min(footprint.texts, total.texts),
    )
    return replace(row, trace=encode(counted))
