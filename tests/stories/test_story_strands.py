"""What the page of a story sums up: texts with their copies, figures without dates."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.models import Findings, Placement, StoredEntry
from monitor.core.stories import StoryBook
from monitor.core.stories.strands import figures, strands
from tests.stories.newsroom import HUNT, RAID, Newsroom


def stored(*texts: tuple[str, str]) -> list[StoredEntry]:
    """Let a book place entries of these texts."""
    room, book = Newsroom(), StoryBook()
    entries = [room.entry(*text) for text in texts]
    return [
        StoredEntry(
            seq=number, entry=entry, findings=Findings(), assignment=book.assign(entry, Findings())[0]
        )
        for number, entry in enumerate(entries)
    ]


def test_copies_stand_with_the_text_they_copy() -> None:
    """Copies of copies as well; a copy whose original is not there stands for itself."""
    first, copy, other, again = stored(RAID, RAID, HUNT, RAID)
    assert again.assignment is not None
    chained = replace(again, assignment=replace(again.assignment, of=copy.entry.id))
    found = strands([first, copy, other, chained])
    assert [(one.first, one.copies) for one in found] == [(first, (copy, chained)), (other, ())]
    assert [one.first for one in strands([copy, chained])] == [copy]
    assert copy.assignment is not None
    assert copy.assignment.placement is Placement.COPY
    ring = replace(first, assignment=replace(copy.assignment, of=copy.entry.id))
    assert {one.entry.id for strand in strands([ring, copy]) for one in (strand.first, *strand.copies)} == {
        first.entry.id,
        copy.entry.id,
    }


def test_figures_are_numbers_and_no_dates() -> None:
    """Each once, with the article that told it first."""
    found = figures(
        stored(
            (
                "Blast kills 3 on May 22",
                "In 2023 some 1,500 people fled; the 22 мая raid, at 14:30, cost 2.5m.",
            ),
            ("Blast kills 7", "It had been 3 before. See page-12."),
        )
    )
    assert [(one.text, one.of.seq) for one in found] == [("3", 0), ("1,500", 0), ("7", 1)]
