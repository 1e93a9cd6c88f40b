"""Applies the tables of endings to words."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from monitor.core.inflect.endings import POSSESSIVES, TABLES

_SHORTEST: Final = 2
"""Letters that must be left of a word before its ending is taken off."""
_Line = tuple[re.Pattern[str], int, tuple[str, ...]]


@cache
def _lines(table: str) -> tuple[_Line, ...]:
    """Read a table: pattern of the ending, letters it replaces, replacements."""
    lines: list[_Line] = []
    for line in table.strip().splitlines():
        ending, _, replacements = line.partition(":")
        fixed = len(re.sub(r"\[[^]]*\]", "", ending))
        pattern = re.compile(f"{ending}$")
        lines.append((pattern, fixed, tuple(dict.fromkeys(replacements.split()))))
    return tuple(lines)


def by_rule(word: str, lang: str) -> set[str]:
    """Return forms of a word in lower case that the endings of a language make; may be none."""
    forms: set[str] = set()
    for table in (TABLES.get(lang, ""), POSSESSIVES.get(lang, "")):
        for pattern, fixed, replacements in _lines(table):
            if pattern.search(word):
                stem = word[: len(word) - fixed]
                if len(stem) >= _SHORTEST:
                    forms.update(word + one[1:] if one.startswith("+") else stem + one for one in replacements)
                break
    return forms
