"""The traps of real feeds: what is a copy, what is a revision, what only looks like one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.models import News, Placement
from monitor.core.stories import StoryBook
from tests.stories.newsroom import HUNT, RAID, VILLAGE, Newsroom, tell


def test_a_rewritten_headline_under_one_id_is_a_revision_and_stays_in_its_story() -> None:
    """A/B headlines change the words, not the article; the book then knows the new words."""
    room, book = Newsroom(), StoryBook()
    first = room.entry(*RAID)
    opened, changed = tell(book, [first, replace(first, title="Exiles parade trophies", revision=1)])
    assert changed.placement is Placement.REVISION
    assert (changed.story, changed.of) == (opened.story, first.id)
    story = book.story(opened.story)
    assert story is not None
    assert (story.title, story.entries) == ("Exiles parade trophies", 1)


def test_one_address_in_two_feeds_is_a_copy() -> None:
    """Feeds of sections carry the same article, often with another headline."""
    room, book = Newsroom(), StoryBook()
    one = room.entry(*RAID, url="https://paper.example/a/1", outlet="paper.example")
    two = room.entry("Trophies on show", url="https://paper.example/a/1", outlet="paper.example")
    opened, copy = tell(book, [one, two])
    assert (copy.placement, copy.story, copy.of) == (Placement.COPY, opened.story, one.id)
    assert copy.reason.startswith("same address as")


def test_a_home_page_as_address_makes_nothing_a_copy() -> None:
    """Some feeds link every item to the front page."""
    room, book = Newsroom(), StoryBook()
    entries = [room.entry(*text, url="https://paper.example/") for text in (RAID, HUNT, VILLAGE)]
    assert [found.placement for found in tell(book, entries)] == [Placement.OPENS] * 3


def test_an_address_that_has_carried_three_titles_is_no_key_any_more() -> None:
    """A page of news changes its headline for ever; other articles must not vanish into it."""
    room, book = Newsroom(), StoryBook()
    url = "https://paper.example/live/today"
    titles = ["Harvest begins in the south", "Central bank keeps rates", "Ferry runs aground off coast"]
    found = tell(book, [room.entry(title, url=url, outlet=f"{n}.example") for n, title in enumerate(titles)])
    assert [a.placement for a in found] == [Placement.OPENS, Placement.COPY, Placement.OPENS]


def test_a_section_label_as_title_does_not_swallow_articles() -> None:
    """One outlet heads a third of its articles with the name of the section."""
    room, book = Newsroom(), StoryBook()
    texts = [
        "The governor of the northern province has resigned after the flood commission published its report.",
        "A museum in the capital opens a hall for the paintings that were found in a cellar last spring.",
        "Farmers blocked the motorway with tractors to protest against the price of diesel and fertiliser.",
        "The national team flies to the tournament without its captain, who broke a finger in training.",
        "Astronomers have seen a comet that nobody expected, and it may be visible to the naked eye.",
    ]
    entries = [
        room.entry("Stories Russia without censorship", text, outlet="label.example") for text in texts
    ]
    assert all(found.placement is Placement.OPENS for found in tell(book, entries))


def test_a_weekly_column_opens_a_story_each_time() -> None:
    """Same outlet, same title, another address, days apart: another issue."""
    room, book = Newsroom(), StoryBook()
    title = "Top ten stocks to watch this morning before the bell"
    found = tell(
        book,
        [room.entry(title, outlet="money.example", after=timedelta(hours=hours)) for hours in (1, 24, 24)],
    )
    assert [a.placement for a in found] == [Placement.OPENS] * 3


def test_the_same_title_twice_within_hours_is_one_article() -> None:
    """An article re-posted under another address the same morning is not news."""
    room, book = Newsroom(), StoryBook()
    title = "Storm closes the harbour and three bridges in the old town"
    opened, again = tell(book, [room.entry(title, outlet="city.example") for _ in range(2)])
    assert (again.placement, again.story) == (Placement.COPY, opened.story)


@pytest.mark.parametrize(
    "prefix", ["UPDATE 2-", "CORRECTED-", "(LEAD) ", "BREAKING: ", "ОБНОВЛЕНО: ", "Оновлено. ", "WRAPUP 1-"]
)
def test_prefixes_of_agencies_do_not_make_another_story(prefix: str) -> None:
    """They say what kind of revision it is, not what happened."""
    room, book = Newsroom(), StoryBook()
    opened, updated = tell(book, [room.entry(RAID[0]), room.entry(prefix + RAID[0])])
    assert (updated.placement, updated.story) == (Placement.COPY, opened.story)


def test_a_correction_of_a_known_article_is_news() -> None:
    """Who has been told wrong must be told right."""
    room, book = Newsroom(), StoryBook()
    first = room.entry(*HUNT)
    _, fixed = tell(book, [first, replace(first, title=f"CORRECTED-{HUNT[0]}", revision=1)])
    assert News.CORRECTION in fixed.news


def test_boilerplate_of_an_outlet_makes_no_copies() -> None:
    """Sign-up texts are longer than many summaries."""
    room, book = Newsroom(), StoryBook()
    plea = "Sign up to our free morning letter and get the best of the day in your inbox before others do."
    heads = [
        "Court frees the former mayor of the port",
        "Swimmers warned of jellyfish off northern beaches",
        "Old tram depot to become a library",
        "Bakers complain of the price of butter",
        "Two whales seen under the harbour bridge",
        "University drops its Latin examination",
        "Hospital roof leaks on the day of its opening",
    ]
    found = tell(book, [room.entry(head, plea, outlet="es.example") for head in heads])
    assert all(a.placement is not Placement.COPY for a in found[4:])


def test_two_entries_that_differ_by_one_character_are_copies() -> None:
    """A comma is no news."""
    room, book = Newsroom(), StoryBook()
    opened, copy = tell(book, [room.entry(*RAID), room.entry(RAID[0], RAID[1].replace("gear,", "gear"))])
    assert (copy.placement, copy.story) == (Placement.COPY, opened.story)
    assert copy.score > 0.9


def test_a_digest_may_join_a_story_but_attracts_nothing() -> None:
    """A page that sums up the day would chain all its stories together."""
    room, book = Newsroom(), StoryBook()
    digest = room.entry("Ukraine war at a glance: militia raids, FSB manhunt, village near Kursk", RAID[1])
    later = room.entry("FSB manhunt and a village near Kursk: militia raids go on", HUNT[1])
    first, second = tell(book, [digest, later])
    assert second.story != first.story


def test_a_page_rewritten_time_and_again_attracts_nothing() -> None:
    """It is written while things happen, and would chain all of them together."""
    room, book = Newsroom(), StoryBook()
    page = room.entry("Ferry runs aground off the northern coast")
    later = [replace(page, title=f"Ferry off the northern coast: hour {n}", revision=n) for n in (1, 2, 3)]
    *_, last = tell(book, [page, *later])
    assert last.placement is Placement.REVISION
    other = room.entry("Ferry off the northern coast freed by the tide: passengers sing")
    assert tell(book, [other])[0].placement is Placement.OPENS
