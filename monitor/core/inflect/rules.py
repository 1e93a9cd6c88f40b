"""Applies the tables of endings to words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from monitor.core.inflect.endings import TABLES
from monitor.core.inflect.endings_west import NAMES, POLISH_ORDINARY

_SHORTEST: Final = 3
"""Letters that a form must have, unless two are left of the word when its ending is taken off."""
_BRACKETS: Final = re.compile(r"\[[^]]*\]")
_Line = tuple[re.Pattern[str], int, tuple[str, ...]]


@cache
def _lines(table: str) -> Mapping[str, tuple[_Line, ...]]:
    """Read a table: by last letter, or by none, pattern of the ending, letters it replaces, replacements."""
    read: dict[str, list[_Line]] = defaultdict(list)
    for line in sorted(table.strip().splitlines(), key=_length_of_ending, reverse=True):
        ending, _, replacements = line.partition(":")
        fixed = len(_BRACKETS.sub("", ending))
        known = (re.compile(f"{ending}$"), fixed, tuple(dict.fromkeys(replacements.split())))
        for letter in _last_letters(ending):
            read[letter].append(known)
    general = read.pop("", [])
    return {"": tuple(general)} | {letter: (*lines, *general) for letter, lines in read.items()}


def _length_of_ending(line: str) -> int:
    return len(_BRACKETS.sub("x", line.partition(":")[0]))


def _last_letters(ending: str) -> Sequence[str]:
    return list(ending[ending.rindex("[") + 1 : -1]) if ending.endswith("]") else [ending[-1:]]


def by_rule(word: str, lang: str, *, name: bool) -> set[str]:
    """Return forms of a word in lower case that the endings of a language make; may be none.

    Args:
        word: in lower case.
        lang: two-letter code; one without tables makes no forms.
        name: whether the word was written with a capital.
    """
    tables = [TABLES.get(lang, ""), NAMES.get(lang, "") if name else ""]
    if lang == "pl" and not name:
        tables.append(POLISH_ORDINARY)
    forms: set[str] = set()
    for table in tables:
        lines = _lines(table)
        for pattern, fixed, replacements in lines.get(word[-1:], lines[""]):
            if pattern.search(word):
                stem = word[: len(word) - fixed]
                made = [_replaced(word, stem, one) for one in replacements]
                forms.update(form for form in made if len(stem) > 1 or len(form) >= _SHORTEST)
                break
    return forms


def _replaced(word: str, stem: str, replacement: str) -> str:
    if replacement.startswith("+"):
        return word + replacement[1:]
    return stem if replacement == "-" else stem + replacement
