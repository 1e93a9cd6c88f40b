"""What a large story asks of newcomers, what a reason names as shared, which agency is credited."""

from __future__ import annotations

from math import log1p

import pytest

from monitor.core.models import Placement
from monitor.core.signature import credited
from monitor.core.stories import StoryBook
from monitor.core.stories.identity import confirms, denies
from monitor.core.stories.joining import _least
from monitor.core.stories.likeness import NAMES
from tests.stories.newsroom import Newsroom, tell


def _measured(**values: float) -> tuple[float, ...]:
    return tuple(values.get(name, 0.0) for name in NAMES)


def test_a_large_story_asks_newcomers_with_a_text_to_be_more_alike() -> None:
    """Else it becomes its whole topic; stories of up to twelve texts ask nothing more."""
    asked = [_least(_measured(bodies=1.0, size=log1p(size))) for size in (1, 12, 50, 150)]
    assert asked[0] == asked[1] < asked[2] < asked[3]


def test_titles_alone_are_asked_the_same_by_large_stories() -> None:
    """Titles of one story share few words however many there are."""
    assert _least(_measured(size=log1p(150))) == _least(_measured(size=log1p(1)))


def test_a_reason_names_what_is_shared_once() -> None:
    """A town that is both a word of the text and an entity of the rules is one thing in common."""
    room, book = Newsroom(), StoryBook()
    titles = ("Governor says drone hit depot in Belgorod", "Drone hit depot in Belgorod, governor says")
    texts = ("Fuel tanks burned for hours near Shebekino.", "Shebekino saw smoke as fuel tanks burned.")
    entries = [room.entry(title, text) for title, text in zip(titles, texts, strict=True)]
    _, assignment = tell(book, entries, "belgorod")
    assert assignment.placement is Placement.JOINS
    assert assignment.reason.casefold().count("belgorod") == 1


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("MOSCOW (Reuters) - A fire", "reuters"),
        ("Об этом сообщает РИА Новости", "ria"),
        ("як передає Укрінформ", "ukrinform"),
        ("LONDON (AP) — Talks", "ap"),
        ("Agence France-Presse in Kyiv", "afp"),
        ("Как передаёт ИНТЕРФАКС", "interfax"),
        ("BERLIN (dpa) - Der", "dpa"),
        ("ТАСС, 3 июля", "tass"),
        ("Nobody in particular", None),
    ],
)
def test_an_agency_is_credited_in_any_letter_case(text: str, agency: str | None) -> None:
    """The quick look for a hint loses no credit."""
    assert credited(text) == agency


@pytest.mark.parametrize(
    "text", ["Kyiv DENIES it", "Минобороны ОПРОВЕРГЛО", "Відомство спростувало", "refuted"]
)
def test_denials_are_seen_in_any_letter_case(text: str) -> None:
    """The quick look loses no denial that the expression finds."""
    assert denies(text.replace("refuted", "He refuted it"))
    assert not confirms(text)
