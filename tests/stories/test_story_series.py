"""Columns, bulletins, live pages: each issue by itself, and the reason says what it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.models import Findings, Placement
from monitor.core.stories import StoryBook
from monitor.core.stories.identity import series_of
from tests.stories.newsroom import Newsroom, tell

DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Morning briefing, 25 November", "Morning briefing, 26 November"),
        ("War in Ukraine: live updates day 1,001", "War in Ukraine: live updates day 1,002"),
        ("Top stocks to buy on Monday, Nov. 24", "Top stocks to buy on Tuesday, Nov. 25"),
        ("Курс валют на 25 ноября", "Курс валют на 26 ноября"),
        ("Втрати ворога на 25 листопада", "Втрати ворога на 26 листопада"),
    ],
)
def test_titles_that_differ_by_day_and_number_are_of_one_series(one: str, other: str) -> None:
    """In three languages."""
    assert series_of(one) == series_of(other) != ""


@pytest.mark.parametrize("title", ["Blast at depot kills seven workers", "2026", "On Monday", ""])
def test_other_titles_are_of_none(title: str) -> None:
    """Without a day or number, or with nothing else, a title says nothing about a series."""
    assert series_of(title) == ""


def test_each_issue_of_a_bulletin_opens_a_story_and_says_of_what_it_is_an_issue() -> None:
    """Words that are the same each day do not make one endless story, nor is an issue a copy of the last."""
    room, book = Newsroom(), StoryBook()
    text = (
        "All that matters this morning, from markets to the weather on the northern coast, in five minutes."
    )
    titles = [f"Exchange rates of the central bank on {day} November" for day in (24, 25, 26)]
    issues = [room.entry(title, text, outlet="bank.example", after=DAY) for title in titles]
    found = tell(book, issues)
    assert [one.placement for one in found] == [Placement.OPENS] * 3
    assert "series" not in found[0].reason
    assert found[1].reason.endswith("an issue of a series, of which the last was seen on 2026-07-02")
    assert found[2].reason.endswith("an issue of a series, of which the last was seen on 2026-07-03")


def test_the_same_title_of_two_outlets_is_no_series() -> None:
    """Two outlets that write the same on two days tell the same."""
    room, book = Newsroom(), StoryBook()
    title = "Dam above the old town fails after 12 days of rain in November"
    first, second = tell(book, [room.entry(title), room.entry(title, after=DAY)])
    assert (second.placement, second.story) == (Placement.COPY, first.story)
    assert "series" not in second.reason


def test_a_live_page_says_that_it_draws_no_others() -> None:
    """Why an article on the same is not in its story."""
    room, book = Newsroom(), StoryBook()
    found, _ = book.assign(room.entry("War in Ukraine: live updates day 1,001"), Findings())
    assert "a live page or a digest, which draws no others into its story" in found.reason
