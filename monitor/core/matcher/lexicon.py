"""Word forms -> word classes: the dictionary that all terms share.

A class is one word of a term with everything that counts as it. Forms are not listed one by one: a class
is filed under the beginning that all its forms share, with the set of endings that follow it, and equal
sets of endings are stored once. So a hundred thousand inflected names take the space of as many stems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntFlag
from sys import intern

from monitor.core.inflect import WordForms, endings_of

_Endings = Mapping[str, int]
_HEAD = 3
"""Letters of a stem, or all that it has, by which words are told that belong to no class."""


class Need(IntFlag):
    """What the text must show, beyond the folded form, for a word to belong to a class."""

    NOTHING = 0
    CAPITAL = 1
    """The word begins with a capital."""
    NOT_FIRST = 2
    """The word does not begin a sentence, where any word has a capital."""


class Lexicon:
    """Files the forms of classes, and finds the classes of a word."""

    __slots__ = (
        "_endings",
        "_heads",
        "_longest",
        "_longest_ending",
        "_names",
        "_prefixes",
        "_spelled",
        "_stems",
    )

    def __init__(self) -> None:
        self._stems: dict[str, tuple[tuple[_Endings, int], ...]] = {}
        self._names: dict[str, tuple[tuple[_Endings, int], ...]] = {}
        """Stems of capitalised words alone: most words of a text need not look here."""
        self._spelled: dict[str, tuple[int, ...]] = {}
        self._prefixes: dict[str, tuple[int, ...]] = {}
        self._endings: dict[tuple[str, Need, Need], _Endings] = {}
        self._heads: set[str] = set()
        """First letters of the stems: most words of a text begin like none."""
        self._longest = 0
        self._longest_ending = 0

    def copied(self) -> Lexicon:
        """Return a lexicon of the same classes, to which others may be added."""
        copy = Lexicon()
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(copy, name, value.copy() if isinstance(value, dict | set) else value)
        return copy

    def add_forms(
        self, word_class: int, forms: WordForms, *, need: Need = Need.NOTHING, common: Need = Need.NOTHING
    ) -> None:
        """File a class under the forms of a word.

        Args:
            word_class: its number.
            forms: folded and grouped.
            need: what each form needs.
            common: what those that are frequent ordinary words need besides.
        """
        for stem, text in forms.stems:
            key = (text, need, common)
            endings = self._endings.get(key)
            if endings is None:
                endings = self._endings[key] = {
                    intern(ending): int(need | common if ordinary else need)
                    for ending, ordinary in endings_of(text)
                }
            longest = max(map(len, endings))
            self._longest_ending = max(self._longest_ending, longest)
            self._longest = max(self._longest, len(stem) + longest)
            stems = self._names if need & Need.CAPITAL else self._stems
            self._heads.add(stem[:_HEAD])
            stems[stem] = (*stems.get(stem, ()), (endings, word_class))

    def add_spellings(self, word_class: int, spellings: Iterable[str]) -> None:
        """File a class under spellings whose case counts."""
        for spelling in spellings:
            self._spelled[spelling] = (*self._spelled.get(spelling, ()), word_class)
            self._longest = max(self._longest, len(spelling))

    def add_prefix(self, word_class: int, prefix: str) -> None:
        """File a class under a folded beginning that any letters may follow."""
        self._prefixes[prefix] = (*self._prefixes.get(prefix, ()), word_class)

    def classes(self, folded: str, spelling: str) -> list[tuple[int, int]]:
        """Return the classes of a word as it stands in a text, each with what it still needs."""
        found: list[tuple[int, int]] = []
        length = len(folded)
        if length <= self._longest:
            heads = self._heads
            if folded[:3] in heads or folded[:2] in heads or folded[:1] in heads or "" in heads:
                if self._stems:
                    found += self._among(self._stems, folded)
                if self._names and spelling[:1].isupper():
                    found += self._among(self._names, folded)
            if spelling in self._spelled:
                found += [(word_class, 0) for word_class in self._spelled[spelling]]
        if self._prefixes:
            for cut in range(1, min(length, 64) + 1):
                found += [(word_class, 0) for word_class in self._prefixes.get(folded[:cut], ())]
        return found

    def _among(
        self, stems: Mapping[str, tuple[tuple[_Endings, int], ...]], folded: str
    ) -> Iterator[tuple[int, int]]:
        """Give the classes that a word's beginning and ending belong to, each with what it needs."""
        length = len(folded)
        for cut in range(length, max(0, length - self._longest_ending) - 1, -1):
            if filed := stems.get(folded[:cut]):
                ending = folded[cut:]
                for endings, word_class in filed:
                    need = endings.get(ending)
                    if need is not None:
                        yield word_class, need
