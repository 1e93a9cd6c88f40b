"""Word forms -> word classes: the dictionary that all terms share.

A class is one word of a term with everything that counts as it. Forms are not listed one by one: a class
is filed under the beginning that all its forms share, with the set of endings that follow it, and equal
sets of endings are stored once. So a hundred thousand inflected names take the space of as many stems.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import IntFlag
from functools import lru_cache
from typing import Final

_LEAST_STEM: Final = 2
_Endings = Mapping[str, int]
Stem = tuple[str, frozenset[tuple[str, int]], int]
"""What some forms begin with, their endings with what each needs, the length of the longest ending."""


class Need(IntFlag):
    """What the text must show, beyond the folded form, for a word to belong to a class."""

    NOTHING = 0
    CAPITAL = 1
    """The word begins with a capital."""
    NOT_FIRST = 2
    """The word does not begin a sentence, where any word has a capital."""


_CAPITAL: Final = int(Need.CAPITAL)


class Lexicon:
    """Files the forms of classes, and finds the classes of a word."""

    __slots__ = ("_endings", "_longest", "_longest_ending", "_names", "_prefixes", "_spelled", "_stems")

    def __init__(self) -> None:
        self._stems: dict[str, tuple[tuple[_Endings, int], ...]] = {}
        self._names: dict[str, tuple[tuple[_Endings, int], ...]] = {}
        """Stems of capitalised words alone: most words of a text need not look here."""
        self._spelled: dict[str, tuple[int, ...]] = {}
        self._prefixes: dict[str, tuple[int, ...]] = {}
        self._endings: dict[frozenset[tuple[str, int]], _Endings] = {}
        self._longest = 0
        self._longest_ending = 0

    def add_forms(self, word_class: int, stems: Iterable[Stem]) -> None:
        """File a class under its folded forms, as `stems_of` groups them."""
        for stem, key, longest in stems:
            endings = self._endings.get(key)
            if endings is None:
                endings = self._endings[key] = dict(key)
                self._longest_ending = max(self._longest_ending, longest)
            filed = self._names if all(need & _CAPITAL for need in endings.values()) else self._stems
            filed[stem] = (*filed.get(stem, ()), (endings, word_class))
            self._longest = max(self._longest, len(stem) + longest)

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
            if self._stems:
                found += self._among(self._stems, folded, capital=spelling[:1].isupper())
            if self._names and spelling[:1].isupper():
                found += self._among(self._names, folded, capital=True)
            found += [(word_class, 0) for word_class in self._spelled.get(spelling, ())]
        if self._prefixes:
            for cut in range(1, min(length, 64) + 1):
                found += [(word_class, 0) for word_class in self._prefixes.get(folded[:cut], ())]
        return found

    def _among(
        self, stems: Mapping[str, tuple[tuple[_Endings, int], ...]], folded: str, *, capital: bool
    ) -> Iterator[tuple[int, int]]:
        """Give the classes that a word's beginning and ending belong to, each with what it still needs."""
        length = len(folded)
        for cut in range(length, max(0, length - self._longest_ending) - 1, -1):
            if filed := stems.get(folded[:cut]):
                ending = folded[cut:]
                for endings, word_class in filed:
                    need = endings.get(ending)
                    if need is not None and (capital or not need & _CAPITAL):
                        yield word_class, need


def stems_of(forms: Mapping[str, Need]) -> tuple[Stem, ...]:
    """Group folded forms, each with what it needs, by what they begin with."""
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    for form, need in forms.items():
        groups[form[:_LEAST_STEM]][form] = int(need)
    stems = []
    for group in groups.values():
        stem = _shared_beginning(min(group), max(group))
        endings = frozenset((form[len(stem) :], need) for form, need in group.items())
        stems.append((stem, _shared(endings), max(map(len, group)) - len(stem)))
    return tuple(stems)


@lru_cache(maxsize=1 << 14)
def _shared(endings: frozenset[tuple[str, int]]) -> frozenset[tuple[str, int]]:
    """Return the first of all equal sets, so that they take space once and compare at a glance."""
    return endings


def _shared_beginning(first: str, last: str) -> str:
    """Return what the least and the greatest of some strings, and so all of them, begin with."""
    for index, (one, other) in enumerate(zip(first, last, strict=False)):
        if one != other:
            return first[:index]
    return first if len(first) <= len(last) else last
