"""Russian by dictionary: pymorphy3, which also guesses words it does not know."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import pymorphy3

_NAMES: Final = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn", "Trad", "Abbr", "Init"})


@cache
def _analyzer() -> Any:
    return pymorphy3.MorphAnalyzer(lang="ru")


def lexeme(word: str) -> tuple[set[str], set[str]]:
    """Return the forms of a word, and those of them that are ordinary words too.

    A name (a word with a capital) keeps its number and gender; other words take every form.
    """
    lower = word.lower()
    name = word[:1].isupper()
    forms: set[str] = set()
    for parse in _analyzer().parse(lower):
        tag = parse.tag
        if tag.case not in {None, "nomn"}:
            continue
        for form in parse.lexeme:
            same = form.tag.number == tag.number and form.tag.gender in {tag.gender, None}
            if not name or same:
                forms.add(form.word)
    return forms, set()
