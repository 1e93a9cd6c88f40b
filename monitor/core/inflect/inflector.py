"""Word -> the forms that count as the same word, over all languages it may be of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.inflect.dictionary import dictionary_forms
from monitor.core.inflect.openers import OPENERS
from monitor.core.inflect.paradigms import COMPLETE, is_known, lexeme
from monitor.core.inflect.rules import by_rule

_SHORTEST: Final = 3
"""Letters that a word must have to be inflected."""
_LONGEST: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class WordForms:
    """The forms of one word, in lower case, the word itself among them."""

    forms: frozenset[str]
    common: frozenset[str] = frozenset()
    """Those that are frequent ordinary words too, so that a capital at a sentence start proves nothing."""


Remembered = Mapping[str, tuple[str, ...]]
"""Word and languages, joined by a colon, -> forms: what a cache on disk may keep."""


class Inflector:
    """Finds and remembers the forms of words: with the same one the next Matcher pays for new words alone."""

    def __init__(self, remembered: Remembered | None = None) -> None:
        """Begin with what an earlier Inflector of the same version remembered."""
        self._known: dict[str, WordForms] = {
            key: _with_common(frozenset(forms)) for key, forms in (remembered or {}).items()
        }
        self.learned = 0
        """Words worked out since the beginning: whether there is anything new to keep."""

    def forms(self, word: str, languages: tuple[str, ...]) -> WordForms:
        """Return the forms of a word as written; its capital tells a name.

        Args:
            word: composed, of one script, as `monitor.core.text.composed` gives it.
            languages: two-letter codes of the languages it may be of; those not supported add nothing.
        """
        key = f"{','.join(languages)}:{word}"
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _with_common(frozenset(_expanded(word, languages)))
            self.learned += 1
        return found

    def remembered(self) -> dict[str, tuple[str, ...]]:
        """Return all that is known, for a cache; valid for the same version of this project alone."""
        return {key: tuple(sorted(found.forms)) for key, found in self._known.items()}


def _with_common(forms: frozenset[str]) -> WordForms:
    return WordForms(forms=forms, common=forms & OPENERS)


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
