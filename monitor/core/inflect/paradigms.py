"""Russian, and where its dictionary is installed Ukrainian, by pymorphy3, which also guesses unknown words.

The Ukrainian dictionary is under the GPL and so an extra of this project (`news-monitor[uk]`); without it
Ukrainian is inflected by tables of endings and simplemma's dictionary.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import pymorphy3

_DICTIONARIES: Final = {"ru": "pymorphy3_dicts_ru", "uk": "pymorphy3_dicts_uk"}

COMPLETE: Final = frozenset({"ru"})
"""Languages in which endings add nothing to what the dictionary knows and guesses."""


@cache
def has_paradigms(language: str) -> bool:
    """Tell whether the dictionary of a language is installed."""
    package = _DICTIONARIES.get(language)
    return package is not None and find_spec(package) is not None


@cache
def _analyzer(language: str) -> Any:
    return pymorphy3.MorphAnalyzer(lang=language)


def is_known(word: str, language: str) -> bool:
    """Whether the dictionary has a word in lower case, so that nothing about it is guessed."""
    return has_paradigms(language) and bool(_analyzer(language).word_is_known(word))


def lexeme(word: str, language: str) -> set[str]:
    """Return the forms of a word in lower case; none for a word that is no base form.

    A name (a word with a capital) keeps its number and gender; other words take every form.
    """
    if not has_paradigms(language):
        return set()
    name = word[:1].isupper()
    forms: set[str] = set()
    for parse in _analyzer(language).parse(word.lower()):
        tag = parse.tag
        if tag.case not in {None, "nomn"}:
            continue
        for form in parse.lexeme:
            same = form.tag.number == tag.number and form.tag.gender in {tag.gender, None}
            if not name or same:
                forms.add(form.word)
    return forms
