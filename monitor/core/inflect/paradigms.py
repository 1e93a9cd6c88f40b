"""Russian, and where its dictionary is installed Ukrainian, by pymorphy3, which also guesses unknown words.

The Ukrainian dictionary is under the GPL and so an extra of this project (`news-monitor[uk]`); without it
Ukrainian is inflected by tables of endings and simplemma's dictionary.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any, Final

DICTIONARIES: Final = {"ru": "pymorphy3-dicts-ru", "uk": "pymorphy3-dicts-uk"}
"""The distribution that holds a language's dictionary."""
COMPLETE: Final = frozenset({"ru"})
"""Languages in which endings add nothing to what the dictionary knows and guesses."""
_OF_DICTIONARY: Final = 4
"""Length of the note by which a parse says under which number of which paradigm the dictionary has it."""
_GUESSES: Final = frozenset({"KnownSuffixAnalyzer", "KnownPrefixAnalyzer", "UnknownPrefixAnalyzer"})
"""Ways of guessing that decline a word as the dictionary declines another."""


@cache
def has_paradigms(language: str) -> bool:
    """Tell whether the dictionary of a language is installed."""
    distribution = DICTIONARIES.get(language)
    return distribution is not None and find_spec(distribution.replace("-", "_")) is not None


@cache
def _analyzer(language: str) -> Any:
    import pymorphy3  # noqa: PLC0415 - a start whose words are all remembered does without

    return pymorphy3.MorphAnalyzer(lang=language, probability_estimator_cls=None)


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
        if parse.tag.case in {None, "nomn"}:
            forms.update(_forms(parse, language, name=name))
    return forms


def _forms(parse: Any, language: str, *, name: bool) -> list[str]:
    found, *guesses = parse.methods_stack
    if len(found) != _OF_DICTIONARY or any(type(guess[0]).__name__ not in _GUESSES for guess in guesses):
        return [form.word for form in parse.lexeme if not name or _agree(form.tag, parse.tag)]
    prefix = "".join(guess[1] for guess in reversed(guesses) if "Prefix" in type(guess[0]).__name__)
    _, word, paradigm, number = found
    dictionary = _analyzer(language).dictionary
    stem = dictionary.build_stem(dictionary.paradigms[paradigm], number, word)
    affixes = _affixes(language, paradigm, number, name=name)
    return [prefix + before + stem + after for before, after in affixes]


@cache
def _affixes(language: str, paradigm: int, number: int, *, name: bool) -> tuple[tuple[str, str], ...]:
    """Return what stands before and after the stem in the forms that go with one form of a paradigm.

    Thousands of words are declined alike; going through the tags of a paradigm for each of them would take
    longer than looking the words up.
    """
    forms = _analyzer(language).dictionary.build_paradigm_info(paradigm)
    tag = forms[number][1]
    return tuple(
        dict.fromkeys((before, after) for before, other, after in forms if not name or _agree(other, tag))
    )


def _agree(tag: Any, base: Any) -> bool:
    return tag.number == base.number and tag.gender in {base.gender, None}
