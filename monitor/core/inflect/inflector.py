"""Word -> the forms that count as the same word, over all languages it may be of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WordForms:
    """The forms of one word, in lower case, the word itself among them."""

    forms: frozenset[str]
    common: frozenset[str] = frozenset()
    """Those that are forms of an ordinary word too, so that a capital at a sentence start proves nothing."""


class Inflector:
    """Finds and remembers the forms of words."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], WordForms] = {}

    def forms(self, word: str, lang: str | None = None) -> WordForms:
        """Return the forms of a word as written; its capital tells a name."""
        key = (word, lang)
        found = self._known.get(key)
        if found is None:
            lower = word.lower()
            found = self._known[key] = WordForms(forms=frozenset({lower, lower + "'s", lower + "s"}))
        return found
