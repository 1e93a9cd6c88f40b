"""Applies the tables of endings to words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final

from monitor.core.inflect.endings import TABLES
from monitor.core.inflect.endings_west import NAMES, POLISH_ORDINARY

_SHORTEST: Final = 3
"""Letters that a form must have, unless two are left of the word when its ending is taken off."""
_PIECE: Final = re.compile(r"\[([^]]*)\]|(.)")
_Line = tuple[int, tuple[str, ...]]
"""Letters that are replaced, replacements."""
_Table = tuple[int, dict[str, _Line]]
"""Letters of the longest ending; each ending to its line."""


@cache
def _lines(table: str) -> _Table:
    """Read a table, letters in brackets written out; of two lines for one ending the first counts."""
    lines: dict[str, _Line] = {}
    for line in table.strip().splitlines():
        ending, _, replacements = line.partition(":")
        pieces = _PIECE.findall(ending)
        fixed = sum(not choice for choice, _ in pieces)
        read = fixed, tuple(dict.fromkeys(replacements.split()))
        for letters in product(*[choice or letter for choice, letter in pieces]):
            lines.setdefault("".join(letters), read)
    return max(map(len, lines), default=0), lines


def by_rule(word: str, lang: str, *, name: bool) -> set[str]:
    """Return forms of a word in lower case that the endings of a language make; may be none.

    Args:
        word: in lower case.
        lang: two-letter code; one without tables makes no forms.
        name: whether the word was written with a capital.
    """
    forms: set[str] = set()
    for table in _tables(lang, name=name):
        longest, lines = _lines(table)
        for size in range(min(longest, len(word)), -1, -1):
            line = lines.get(word[len(word) - size :])
            if line is not None:
                fixed, replacements = line
                stem = word[: len(word) - fixed]
                made = [_replaced(word, stem, one) for one in replacements]
                forms.update([form for form in made if len(stem) > 1 or len(form) >= _SHORTEST])
                break
    return forms


def _tables(lang: str, *, name: bool) -> Iterator[str]:
    if lang in TABLES:
        yield TABLES[lang]
    if name and lang in NAMES:
        yield NAMES[lang]
    if lang == "pl" and not name:
        yield POLISH_ORDINARY


def _replaced(word: str, stem: str, replacement: str) -> str:
    if replacement[0] == "+":
        return word + replacement[1:]
    return stem if replacement == "-" else stem + replacement
