"""Word -> the forms that count as the same word, over all languages it may be of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from monitor.core.inflect.dictionary import dictionary_forms
from monitor.core.inflect.forms import WordForms, word_forms
from monitor.core.inflect.openers import OPENERS
from monitor.core.inflect.paradigms import COMPLETE, is_known, lexeme
from monitor.core.inflect.rules import by_rule

_SHORTEST: Final = 3
"""Letters that a word must have to be inflected."""
_LONGEST: Final = 64


class Remembered(Protocol):
    """What was worked out before; a dict is one."""

    def get(self, key: str, /) -> WordForms | None:
        """Return the forms of a word: languages and word, joined by a colon."""


class Inflector:
    """Finds and remembers the forms of words: with the same one the next Matcher pays for new words alone."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        """Begin with what an earlier Inflector of the same version of this package learned."""
        self._remembered: Remembered = {} if remembered is None else remembered
        self._learned: dict[str, WordForms] = {}

    def forms(self, word: str, languages: tuple[str, ...]) -> WordForms:
        """Return the forms of a word as written; its capital tells a name.

        Args:
            word: composed, of one script, as `monitor.core.text.composed` gives it.
            languages: two-letter codes of the languages it may be of; those not supported add nothing.
        """
        key = f"{','.join(languages)}:{word}"
        found = self._learned.get(key) or self._remembered.get(key)
        if found is None:
            forms = _expanded(word, languages)
            found = self._learned[key] = word_forms(forms, forms & OPENERS)
        return found

    @property
    def learned(self) -> Mapping[str, WordForms]:
        """What was worked out since the beginning, for whoever remembers it."""
        return self._learned


def _expanded(word: str, languages: tuple[str, ...]) -> set[str]:
    lower = word.lower()
    forms = {lower}
    if not _SHORTEST <= len(lower) <= _LONGEST:
        return forms
    if word == lower:
        listed = _listed(lower, languages)
        if listed:
            return forms | listed
    for language in languages:
        found = lexeme(word, language)
        forms |= found
        if not found or language not in COMPLETE:
            forms |= by_rule(lower, language, name=word != lower)
    return forms


def _listed(word: str, languages: tuple[str, ...]) -> set[str]:
    """Return the forms of an ordinary word in every language whose dictionary has it."""
    forms: set[str] = set()
    for language in languages:
        if is_known(word, language):
            forms |= lexeme(word, language)
        found = dictionary_forms(word, language)
        if found and language == "en":
            found |= by_rule(word, language, name=False)
        forms |= found
    return forms
