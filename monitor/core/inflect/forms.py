"""The forms of a word as they are kept: what they begin with, and the endings that follow it.

Thousands of words are declined alike, so the endings are one text that all of them share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from monitor.core.text import fold

_LEAST_STEM: Final = 2
_BETWEEN: Final = "\t"
_COMMON: Final = "\f"
"""Marks an ending that makes a frequent ordinary word. Neither sign can come from folding a word."""


class WordForms(NamedTuple):
    """The forms of one word, folded, the word itself among them."""

    stems: tuple[tuple[str, str], ...]
    """Each beginning with its endings, sorted, as one text; see `endings_of`."""

    def each(self) -> Iterator[str]:
        """Give the forms."""
        for stem, endings in self.stems:
            for ending, _ in endings_of(endings):
                yield stem + ending


def endings_of(endings: str) -> Iterator[tuple[str, bool]]:
    """Give the endings that a text names, each with whether it makes a frequent ordinary word."""
    for ending in endings.split(_BETWEEN):
        common = ending.startswith(_COMMON)
        yield (ending[1:] if common else ending), common


def word_forms(forms: Collection[str], common: Collection[str]) -> WordForms:
    """Fold and group the forms of a word.

    Args:
        forms: in lower case.
        common: those of them that are frequent ordinary words too, so that a capital at the start of a
            sentence proves nothing.
    """
    folded = set(_folded(forms))
    ordinary = set(_folded(common)) if common else set()
    groups: dict[str, list[str]] = defaultdict(list)
    for form in sorted(folded):
        groups[form[:_LEAST_STEM]].append(form)
    return WordForms(tuple([_grouped(group, ordinary) for group in groups.values()]))


def _folded(forms: Collection[str]) -> list[str]:
    """Fold all forms in one go; a line break takes no part in any folding."""
    return fold("\n".join(forms)).split("\n")


def _grouped(group: list[str], ordinary: Collection[str]) -> tuple[str, str]:
    size = _shared(group[0], group[-1])
    endings = [f"{_COMMON}{form[size:]}" if form in ordinary else form[size:] for form in group]
    return group[0][:size], _BETWEEN.join(endings)


def _shared(first: str, last: str) -> int:
    """Return how many letters the least and the greatest of some strings, and so all, begin with."""
    if last.startswith(first):
        return len(first)
    return next(at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
