"""Names are found in the cases of their language: places and people in the news."""

from __future__ import annotations

import pytest

from monitor.core.inflect import Inflector, languages_of
from monitor.core.inflect.paradigms import has_paradigms, lexeme
from monitor.core.inflect.rules import by_rule
from monitor.core.text import fold

POLISH = """
Kijów: Kijowa Kijowie Kijowem
Kraków: Krakowa Krakowie
Wschód: Wschodu Wschodzie
Sąd: Sądu Sądzie Sądem
Urząd: Urzędu Urzędzie
Wiedeń: Wiednia Wiedniu
Irpień: Irpienia Irpieniu
Poroszenko: Poroszenki Poroszence Poroszenkę
Kennedy: Kennedy'ego Kennedy'emu
Harry: Harry'ego
Francuzi: Francuzów Francuzom
Szwedzi: Szwedów
Czesi: Czechów
Holendrzy: Holendrów
Katowice: Katowic Katowicach
Indie: Indii Indiach
Brytyjskie: Brytyjskich
Morze: Morza Morzu
Sumy: Sum Sumach
Ojciec: Ojca Ojcu
Łódź: Łodzi
"""
CZECH = """
Zelenskyj: Zelenského Zelenskému Zelenským
Morawiecki: Morawieckého Morawieckým
Vánoce: Vánoc Vánocích
Češi: Čechů Čechy
Poláci: Poláků Polákům
Labouristé: labouristů
Atény: Atén Aténách
"""
SLOVENE = """
Zadar: Zadra Zadru
Evropejci: Evropejcev
Američani: Američanov Američanom
Beović: Beovićeva
Janša: Janše Janšev
"""
UKRAINIAN = """
Дім: Дому Домі
Єгипет: Єгипту Єгипті
Страсбург: Страсбурга Страсбурзі
Фейсбук: Фейсбуку Фейсбуці
Запоріжжя: Запоріжжям
Ігор: Ігоря Ігорю Ігорем
Січень: Січня Січні
"""
BULGARIAN = """
Сенат: Сената Сенатът
Институт: Института Институтът
Висш: Висшия Висшият
Енергиен: Енергийния
Бял: Белия Белият
Брекзит: Брекзита Брекзитът
"""


def lines(*tables: str) -> list[tuple[str, str]]:
    """Pair every name with each of its forms."""
    pairs = [line.split(": ") for table in tables for line in table.strip().splitlines()]
    return [(name, form) for name, forms in pairs for form in forms.split()]


@pytest.fixture(scope="module")
def inflector() -> Inflector:
    """One memory of forms for all names."""
    return Inflector()


@pytest.mark.parametrize(("name", "form"), lines(POLISH, CZECH, SLOVENE, UKRAINIAN, BULGARIAN))
def test_name_is_known_in_its_cases(inflector: Inflector, name: str, form: str) -> None:
    """Nobody says which language a name is of: its letters tell, or all languages of its script count."""
    assert fold(form) in inflector.forms(name, languages_of(name)).each()


@pytest.mark.skipif(not has_paradigms("uk"), reason="the extra `uk` is not installed")
@pytest.mark.parametrize(("name", "form"), lines("Лев: Льва Львом\nКравець: Кравцю\nМати: Матері Матір'ю"))
def test_ukrainian_dictionary_knows_what_no_ending_tells(inflector: Inflector, name: str, form: str) -> None:
    """With the extra, irregular words are found as well."""
    assert fold(form) in inflector.forms(name, ("uk",)).each()


def test_without_a_dictionary_names_are_inflected_by_endings() -> None:
    """A dictionary is a help, never a condition."""
    assert lexeme("Kijów", "pl") == set()
    assert {"києва", "києву", "києві"} <= by_rule("київ", "uk", name=True)


@pytest.mark.parametrize(("name", "other"), [("PiS", "PE"), ("Streamy", "Stream")])
def test_endings_leave_enough_of_a_name(inflector: Inflector, name: str, other: str) -> None:
    """What an ending leaves is not taken for another name."""
    assert fold(other) not in inflector.forms(name, languages_of(name)).each()
