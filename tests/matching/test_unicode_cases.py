"""The spellings that make no difference, and those that do: each case is one way matchers go wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from monitor.core.text import fold

SAME = {
    "a Cyrillic word in quotes": ("мир", "в газете «мир»"),
    "case of Cyrillic letters": ("курск", "КУРСК"),
    "е written for ё": ("самолёт", "самолет"),
    "ё written for е": ("самолет", "самолёт"),
    "a curly apostrophe": ("Кам'янець", "Кам’янець"),
    "a letter apostrophe": ("Кам'янець", "Камʼянець"),
    "a grave accent for an apostrophe": ("Кам'янець", "Кам`янець"),
    "a soft hyphen": ("Kursk", "Kur\u00adsk"),
    "a zero-width space": ("Kursk", "Kur\u200bsk"),
    "a zero-width joiner at the end": ("Kursk", "Kursk\u200d now"),
    "a decomposed й": ("Керчинский район", unicodedata.normalize("NFD", "Керчинский район")),
    "a decomposed ї": ("Україна", unicodedata.normalize("NFD", "Україна")),
    "a stress mark": ("Курск", "Ку\u0301рск"),
    "full-width letters": ("Kursk", "Ｋｕｒｓｋ"),
    "a Latin letter in a Cyrillic word": ("Курск", "Kурск"),
    "several Latin letters in a Cyrillic word": ("Сената", "Ceнaтa"),
    "a dotted capital I": ("Istanbul", "İSTANBUL"),
    "ß and ss": ("Straße", "STRASSE"),
    "a final sigma": ("Οδυσσεύς", "ΟΔΥΣΣΕΥΣ"),
    "an accent left out": ("café", "cafe"),
    "a decomposed accent": ("Łódź", "Ło\u0301dz\u0301"),
    "a stroke and an accent": ("Rodovre", "R\u01ffdovre"),
    "a no-break space": ("Nord Stream", "Nord\u00a0Stream"),
    "two spaces": ("Nord Stream", "Nord  Stream"),
    "a hyphen left out": ("COVID-19", "COVID 19"),
    "a no-break hyphen": ("Нью-Йорк", "Нью\u2011Йорк"),
    "a ligature": ("fire", "\ufb01re"),
    "an underscore used for emphasis": ("Kursk", "_Kursk_"),
    "dots in an acronym": ("U.S. Army", "US Army"),
    "marks of direction": ("Kursk", "\u202eKursk\u202c"),
    "an article joined by an apostrophe": ("Ukraine", "l’Ukraine"),
    "Chinese without spaces": ("北京", "他在北京工作"),
    "Japanese without spaces": ("東京", "昨日東京で"),
    "Thai without spaces": ("ยูเครน", "สงครามยูเครนวันนี้"),
    "an Arabic text with vowel signs": ("عربي", "عَرَبِيّ"),
}
DIFFERENT = {
    "a longer word in another alphabet": ("Kursk", "Kurský"),
    "a substring": ("war", "software"),
    "a word joined by an underscore": ("РДК", "РДК_бот"),
    "й and и": ("йод", "иод"),
    "a number inside a number": ("11", "2011"),
    "a word with an apostrophe inside": ("Connor", "O'Connor"),
    "the beginning of a Cyrillic word": ("мир", "мирный"),
    "ї and і": ("її", "іі"),
}


@pytest.mark.parametrize("case", SAME)
def test_spelling_makes_no_difference(case: str, found: Callable[[str, str], list[str]]) -> None:
    """The phrase is found, and the hit is cut from the text as it stands there."""
    phrase, text = SAME[case]
    hits = found(phrase, text)
    assert len(hits) == 1
    assert hits[0] in text


@pytest.mark.parametrize("case", DIFFERENT)
def test_other_word_is_not_found(case: str, found: Callable[[str, str], list[str]]) -> None:
    """Whole words only, whatever the alphabet."""
    phrase, text = DIFFERENT[case]
    assert found(phrase, text) == []


def test_every_letter_folds_all_the_way() -> None:
    """Folding what is folded changes nothing, for every letter: capitals fold as far as small letters."""
    letters = map(chr, range(0x20000))
    assert [letter for letter in letters if fold(fold(letter)) != fold(letter)] == []
