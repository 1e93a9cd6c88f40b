"""Word -> the forms that count as the same word, over all languages it may be of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor.core.inflect.languages import languages_of
from monitor.core.inflect.rules import by_rule
from monitor.core.inflect.russian import lexeme

_SHORTEST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WordForms:
    """The forms of one word, in lower case, the word itself among them."""

    forms: frozenset[str]
    common: frozenset[str] = frozenset()
    """Those that are forms of an ordinary word too, so that a capital at a sentence start proves nothing."""


class Inflector:
    """Finds and remembers the forms of words."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...]], WordForms] = {}

    def forms(self, word: str, languages: tuple[str, ...]) -> WordForms:
        """Return the forms of a word as written; its capital tells a name."""
        key = (word, languages)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._expanded(word, languages)
        return found

    def _expanded(self, word: str, languages: Iterable[str]) -> WordForms:
        lower = word.lower()
        forms = {lower}
        common: set[str] = set()
        if len(lower) > _SHORTEST:
            for language in languages:
                if language == "ru":
                    made, ordinary = lexeme(word)
                    forms |= made
                    common |= ordinary
                if language != "ru" or not made:
                    forms |= by_rule(lower, language)
        return WordForms(forms=frozenset(forms), common=frozenset(common))


__all__ = ["Inflector", "WordForms", "languages_of"]
