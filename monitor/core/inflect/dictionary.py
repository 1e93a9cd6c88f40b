"""Ordinary words by dictionary: simplemma's tables of form -> base form, turned round.

A table is read when its language is first asked for and kept as one sorted block of bytes (2 to 22 MB; a
mapping would take five times as much), in which a base form is found by bisection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

SUPPORTED: Final = frozenset({"en", "uk", "cs", "sl", "bg"})
"""Russian is pymorphy's; the Polish table would take five seconds and a gigabyte to read."""


def dictionary_forms(word: str, language: str) -> set[str]:
    """Return the forms that a dictionary lists for a base form in lower case; none if it has no such word."""
    if language not in SUPPORTED:
        return set()
    block = _inverted(language)
    key = b"\n" + word.encode(errors="ignore") + b"\t"
    forms: set[str] = set()
    at = _first_at_least(block, key)
    while block.startswith(key, at):
        end = block.index(b"\n", at + 1)
        forms.add(block[at + len(key) : end].decode())
        at = end
    return forms


@cache
def _inverted(language: str) -> bytes:
    """Read a table into lines of base form, tab and form, in the order of bytes."""
    # A start whose words are all remembered does without.
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory  # noqa: PLC0415

    table = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    stored: Mapping[bytes, bytes] | None = getattr(table, "_dict", None)
    if stored is None:
        stored = {form.encode(): lemma.encode() for form, lemma in table.items()}
    lines = [b"%b\t%b" % (lemma, form) for form, lemma in stored.items() if form != lemma]
    lines.sort()
    return b"\n%b\n" % b"\n".join(lines)


def _first_at_least(block: bytes, key: bytes) -> int:
    """Return where the first line that is not less than `key` begins (at its line break)."""
    low, high = 0, len(block) - 1
    while low < high:
        middle = block.rfind(b"\n", low, (low + high) // 2 + 1)
        end = block.index(b"\n", middle + 1)
        if block[middle:end] + b"\n" < key:
            low = end
        else:
            high = middle
    return low
