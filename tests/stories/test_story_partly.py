"""Texts that share much with another, too little for a copy: half independent, and said so."""

from __future__ import annotations

import pytest

from monitor.core.models import Assignment, Findings, Placement, Story
from monitor.core.stories import StoryBook
from tests.stories.newsroom import Newsroom, row

TITLE = "Blast at the Lyman chemical depot kills three workers"
WIRE = (
    "Three workers died when a storage tank exploded at a chemical depot near the town of Lyman on Tuesday "
    "morning, the regional governor said. Firefighters needed six hours to put out the flames and residents "
    "of two streets were told to keep their windows shut. The cause of the explosion is being investigated."
)
HALF = (
    "Our reporter spoke to neighbours who heard a bang before dawn and ran out in their coats. Firefighters "
    "needed six hours to put out the flames and residents of two streets were told to leave their homes. "
    "A woman who lives opposite the gate said that lorries had queued all night, and nobody had warned "
    "her family of anything, neither now nor after the leak of last spring."
)
OWN = (
    "Lyman mourns three employees of its works. Flags fly at half mast, the mayor has opened a fund "
    "for the families, and inspectors want to know why the depot held twice the solvent its licence allows."
)


def told(*texts: tuple[str, str], book: StoryBook | None = None) -> tuple[list[Assignment], Story]:
    """Assign texts of as many outlets."""
    room, book = Newsroom(), book or StoryBook()
    found = [
        book.assign(room.entry(title, text, outlet=f"o{number}.example"), Findings(entities=("lyman",)))
        for number, (title, text) in enumerate(texts)
    ]
    return [assignment for assignment, _ in found], found[-1][1]


def test_a_text_that_takes_a_part_of_another_is_neither_a_copy_nor_independent() -> None:
    """Three outlets, two independent texts, one partly copied: with the text it takes from, and how much."""
    found, story = told(
        (TITLE, WIRE),
        ("Lyman neighbours tell of chemical depot blast", HALF),
        ("Lyman mourns three workers killed in depot blast", OWN),
    )
    assert [one.placement for one in found] == [Placement.OPENS, Placement.JOINS, Placement.JOINS]
    assert [one.partly_of for one in found] == [None, found[0].entry, None]
    assert "partly copied: " in found[1].reason
    assert (story.entries, story.texts, story.partly, len(story.outlets)) == (3, 2, 1, 3)


def test_it_is_the_same_after_a_restart() -> None:
    """What is counted stands in the traces."""
    room, book, again = Newsroom(), StoryBook(), StoryBook()
    rows = []
    for number, (title, text) in enumerate([(TITLE, WIRE), ("Lyman neighbours tell of depot blast", HALF)]):
        entry = room.entry(title, text, outlet=f"o{number}.example")
        assignment, told_so = book.assign(entry, Findings(entities=("lyman",)))
        rows.append(row(assignment, told_so))
    story = book.story(rows[0].story)
    again.restore(rows)
    restored = again.story(rows[0].story)
    assert restored is not None
    assert story is not None
    assert (restored.texts, restored.partly) == (story.texts, story.partly) == (1, 1)


@pytest.mark.parametrize(
    "quote", ["keep their windows shut", "The cause of the explosion is being investigated."]
)
def test_a_quoted_sentence_takes_nothing_of_the_independence(quote: str) -> None:
    """Everybody quotes the governor."""
    _, story = told((TITLE, WIRE), ("Lyman mourns three workers killed in depot blast", f"{OWN} {quote}"))
    assert (story.texts, story.partly) == (2, 0)
