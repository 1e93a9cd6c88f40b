"""Applies the tables of endings to words."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from monitor.core.inflect.endings import TABLES
from monitor.core.inflect.endings_west import POLISH_ORDINARY, POSSESSIVES

_SHORTEST: Final = 2
"""Letters that must be left of a word before its ending is taken off."""
_BRACKETS: Final = re.compile(r"\[[^]]*\]")
_Line = tuple[re.Pattern[str], int, tuple[str, ...]]


@cache
def _lines(table: str) -> tuple[_Line, ...]:
    """Read a table: pattern of the ending, letters it replaces, replacements."""
    lines: list[_Line] = []
    for line in table.strip().splitlines():
        ending, _, replacements = line.partition(":")
        fixed = len(_BRACKETS.sub("", ending))
        lines.append((re.compile(f"{ending}$"), fixed, tuple(dict.fromkeys(replacements.split()))))
    return tuple(sorted(lines, key=lambda line: len(_BRACKETS.sub("x", line[0].pattern)), reverse=True))


def by_rule(word: str, lang: str, *, name: bool) -> set[str]:
    """Return forms of a word in lower case that the endings of a language make; may be none.

    Args:
        word: in lower case.
        lang: two-letter code; one without tables makes no forms.
        name: whether the word was written with a capital.
    """
    forms: set[str] = set()
    tables = [TABLES.get(lang, ""), POSSESSIVES.get(lang, "") if name else ""]
    if lang == "pl" and not name:
        tables.append(POLISH_ORDINARY)
    for table in tables:
        for pattern, fixed, replacements in _lines(table):
            if pattern.search(word):
                stem = word[: len(word) - fixed]
                if len(stem) >= _SHORTEST:
                    forms.update(_replaced(word, stem, one) for one in replacements)
                break
    return forms


def _replaced(word: str, stem: str, replacement: str) -> str:
    if replacement.startswith("+"):
        return word + replacement[1:]
    return stem if replacement == "-" else stem + replacement
