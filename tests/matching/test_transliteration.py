"""A name with `transliterate` is found in the other alphabet too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.core.inflect import languages_of, transliterations
from monitor.core.inflect.transliteration import AT_MOST
from monitor.core.models import Hit
from monitor.core.rules.tree import Term

Mentions = Callable[..., list[Hit]]


def both(text: str, *, inflect: bool = True, lang: str | None = None) -> Term:
    """Return an alias that is meant in both alphabets."""
    return Term(text=text, transliterate=True, inflect=inflect, lang=lang)


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Зеленський", {"Zelenskyi", "Zelenskyy", "Zelensky"}),
        ("Харьков", {"Kharkov", "Khar'kov"}),
        ("Київ", {"Kyiv"}),
        ("Алексей", {"Alexei", "Alexey", "Aleksei"}),
        ("Соловьёв", {"Solovyov", "Soloviev"}),
        ("Екатеринбург", {"Ekaterinburg", "Yekaterinburg"}),
        ("Prigozhin", {"Пригожин", "Прігожін"}),
        ("Kyiv", {"Київ"}),
        ("Lviv", {"Львів"}),
        ("Solovyov", {"Соловьёв"}),
        ("Žižka", {"Жижка"}),
    ],
)
def test_the_spellings_in_use_are_among_those_made(name: str, spellings: set[str]) -> None:
    """By the official tables, and as newspapers write."""
    assert spellings <= {spelling for spelling, _ in transliterations(name, languages_of(name))}


@pytest.mark.parametrize("word", ["Щещеъёвскиийсцкс" * 4, "Yuliyashchevitskyizhkhia" * 2, "x"])
def test_spellings_are_bounded(word: str) -> None:
    """However many choices a long word offers."""
    assert 1 <= len(transliterations(word, languages_of(word))) <= AT_MOST


def test_spellings_are_inflected_in_their_language(mentions: Mentions) -> None:
    """A Latin one as in English, a Cyrillic one as a name."""
    assert mentions("Prigozhin's men", both("Пригожин"))
    assert mentions("Бойцы Пригожина", both("Prigozhin"))
    assert mentions("у Харкові", both("Kharkiv"))
    assert not mentions("Бойцы Пригожина", both("Prigozhin", inflect=False))


def test_capitals_and_acronyms_are_heeded(mentions: Mentions) -> None:
    """As of any alias."""
    assert mentions("near Rivne", both("Рівне"))
    assert not mentions("near rivne", both("Рівне"))
    assert mentions("RDK fighters", both("РДК"))
    assert not mentions("rdk fighters", both("РДК"))


def test_nothing_is_transliterated_unasked(mentions: Mentions) -> None:
    """Without the key a name is found as written."""
    assert not mentions("Prigozhin", "Пригожин")


def test_the_language_of_an_alias_decides(mentions: Mentions) -> None:
    """The same letters are read as Ukrainian or as Russian."""
    assert mentions("Pryhozhyn", both("Пригожин", lang="uk"))
    assert not mentions("Pryhozhyn", both("Пригожин", lang="ru"))
