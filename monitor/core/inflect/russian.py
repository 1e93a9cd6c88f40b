"""Russian by dictionary: pymorphy3, which also guesses words it does not know."""

from __future__ import annotations

from functools import cache
from typing import Any

import pymorphy3


@cache
def _analyzer() -> Any:
    return pymorphy3.MorphAnalyzer(lang="ru")


def is_known(word: str) -> bool:
    """Whether the dictionary has a word in lower case, so that nothing about it is guessed."""
    return bool(_analyzer().word_is_known(word))


def lexeme(word: str) -> set[str]:
    """Return the forms of a word in lower case; none for a word that is no base form.

    A name (a word with a capital) keeps its number and gender; other words take every form.
    """
    name = word[:1].isupper()
    forms: set[str] = set()
    for parse in _analyzer().parse(word.lower()):
        tag = parse.tag
        if tag.case not in {None, "nomn"}:
            continue
        for form in parse.lexeme:
            same = form.tag.number == tag.number and form.tag.gender in {tag.gender, None}
            if not name or same:
                forms.add(form.word)
    return forms
