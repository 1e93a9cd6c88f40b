"""How rare a word is in the window: document frequencies counted as entries come and go."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from math import log

_BITS = 21
_MASK = (1 << _BITS) - 1
_FEW = 50


class Rarity:
    """Document frequencies of hashed terms over the entries of the window, above a background.

    Terms share 2^21 counters (8 MB); with half a million distinct terms one in five shares its counter,
    nearly always with a term seen once. `background` gives the share of documents that hold a common term,
    and counts like `prior` documents, so that the first entries after a start already know what is common.
    """

    def __init__(self, background: Mapping[int, float], *, prior: float) -> None:
        self._counts = array("I", (0,)) * (1 << _BITS)
        self._background = background
        self._prior = prior
        self.documents = 0

    def add(self, terms: Iterable[int]) -> None:
        """Count one document."""
        counts = self._counts
        for term in terms:
            counts[term & _MASK] += 1
        self.documents += 1

    def remove(self, terms: Iterable[int]) -> None:
        """Take back one document that was counted."""
        counts = self._counts
        for term in terms:
            counts[term & _MASK] -= 1
        self.documents -= 1

    def dominance(self, terms: Iterable[int]) -> float:
        """The share of documents that hold the most frequent of the terms; low while they are few."""
        counts = self._counts
        most = max((counts[term & _MASK] for term in terms), default=0)
        return most / (self.documents + _FEW)

    def noted(self, names: Iterable[int]) -> dict[int, float]:
        """The same for names, of which no background is known, by what was seen alone.

        With the prior of words, what every entry names would count as rare until thousands have come.
        """
        counts = self._counts
        total = log(self.documents + _FEW + 1.0)
        return {name: max(0.0, total - log(counts[name & _MASK] + 0.5)) for name in names}

    def weights(self, terms: Iterable[int]) -> dict[int, float]:
        """The inverse document frequency of each term, natural logarithm, never below zero."""
        counts, background, prior = self._counts, self._background, self._prior
        total = log(self.documents + prior + 1.0)
        return {
            term: max(0.0, total - log(counts[term & _MASK] + prior * background.get(term, 0.0) + 0.5))
            for term in terms
        }
