"""The language of a short text: told where letters or small words tell it, left open elsewhere."""

from __future__ import annotations

import pytest

from monitor.core.languages import guess, language_code, language_of


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt_BR", "pt"),
        ("rus", "ru"),
        ("ukr-UA", "uk"),
        ("ua", "uk"),
        (" ru ", "ru"),
        ("english", None),
        ("", None),
        (None, None),
    ],
)
def test_a_claim_becomes_two_letters_or_none(claim: str | None, code: str | None) -> None:
    """As feeds write it: with regions, in three letters, with the country for the language."""
    assert language_code(claim) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Мост закрыли на ремонт", "ru"),
        ("Міст закрили на ремонт", "uk"),
        ("Пожар под Москвой: что известно", "ru"),
        ("Пожежа у готелю: що каже влада про причину", "uk"),
        ("Отряд занял село в Курской области", "ru"),
        ("Обстрел у села до утра не утих", None),
        ("Мер Луцька наказуватиме, суд скасує", "uk"),
        ("Мост закрито", None),
        ("Кiровоград", None),
        ("Ўсе людзі", None),
        ("Људи на улици", None),
        ("The bridge to the island is closed", "en"),
        ("Bridge closed", None),
        ("Le pont est fermé pour des travaux", None),
        ("橋が閉鎖された", None),
        ("2026 !!!", None),
        ("", None),
    ],
)
def test_a_language_is_guessed_only_where_something_speaks_for_it(text: str, code: str | None) -> None:
    """Russian, Ukrainian and English; a neighbour's letters make it none of them."""
    assert guess(text) == code


def test_a_claim_that_the_script_contradicts_is_passed_over() -> None:
    """The next claim counts, then the guess; a text without letters contradicts nothing."""
    assert language_of("Міст закрили", "en", "uk") == "uk"
    assert language_of("Bridge to the island closed for the winter", "ru") == "en"
    assert language_of("2026", "ru") == "ru"
    assert language_of("Bridge closed", "kk") == "kk"
