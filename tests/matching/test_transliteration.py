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
        ("Luhansk", {"Луганськ", "Луганск"}),
        ("Mariupol", {"Маріуполь", "Мариуполь"}),
        ("Ryazan", {"Рязань"}),
        ("Залужний", {"Zaluzhny", "Zaluzhnyi"}),
        ("Сирський", {"Syrsky", "Syrskyi"}),
        ("Юрій", {"Yuriy", "Yurii"}),
        ("Юлія", {"Yulia", "Yuliia"}),
        ("Ізюм", {"Izium", "Izyum"}),
        ("Запоріжжя", {"Zaporizhzhia", "Zaporizhzhya"}),
        ("Ходорковский", {"Khodorkovsky"}),
        ("Щербаков", {"Shcherbakov"}),
        ("Тёткино", {"Tyotkino", "Tetkino"}),
        ("Стоянов", {"Stoyanov"}),
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
    """A Latin one as any Latin name is, a Cyrillic one as a name of its language."""
    assert mentions("wojska Prigożyna, Prigozhina i Putina", both("Пригожин"))
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


def test_every_word_of_a_name_may_be_spelled_in_its_way(mentions: Mentions) -> None:
    """First and last name each choose; an article mixes systems."""
    known = both("Сергій Залужний")
    for text in ("Serhiy Zaluzhny", "Serhii Zaluzhnyi", "Serhiy Zaluzhnyi's men"):
        assert mentions(text, known)
    assert not mentions("Serhii Zaluzhnykh", known)


def test_letters_are_translated_and_not_sounds(mentions: Mentions) -> None:
    """Names that came from a third language have a spelling of their own, which no table knows."""
    assert not mentions("Wagner", both("Вагнер"))
    assert mentions("Vagner", both("Вагнер"))
    assert not mentions("Schmidt", both("Шмидт"))


def test_a_spelling_is_a_whole_word(mentions: Mentions) -> None:
    """A short name does not turn up inside other words."""
    assert not mentions("a donor of Don Quixote in London", both("Дон", inflect=False, lang="bg"))[1:]
    assert not mentions("Kievan Rus", both("Киев"))


def test_nothing_is_transliterated_unasked(mentions: Mentions) -> None:
    """Without the key a name is found as written."""
    assert not mentions("Prigozhin", "Пригожин")


def test_the_language_of_an_alias_decides(mentions: Mentions) -> None:
    """The same letters are read as Ukrainian or as Russian."""
    assert mentions("Pryhozhyn", both("Пригожин", lang="uk"))
    assert not mentions("Pryhozhyn", both("Пригожин", lang="ru"))
