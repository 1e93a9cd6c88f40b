"""Names that stand in no rule file, compared across alphabets: `Белгородской` and `Belgorod` sound alike.

A name becomes the sounds of its consonants, in classes that the spellings of English, Russian and Ukrainian
have in common. What the ending of a case adds comes last: of two names that are the same, one begins with the
other. Names that are spelt otherwise elsewhere (Китай, China) are a matter of `concepts`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ENDING = re.compile(
    "(?:ами|ями|ого|ому|ему|его|ыми|ими|ої|ою|ею|ій|ый|ий|ой|ей|ая|яя|ую|юю|ым|им|ом|ем|ам|ям|ах|ях|их|ых|ів|єю"
    "|єм|ові|еві|[аеиоуыьэюяіїєй])$"
)
_ADJECTIVE = re.compile("(?:ськ|зьк|цьк|ск|цк)$")
_INFLECTED, _DERIVED, _LEFT = 4, 5, 4
"""Longer words than these may lose an ending, an adjective's suffix; so much is left of them."""

_CYRILLIC_SOUNDS = {
    **dict(zip("бвгґджзклмнпрстфхцчшщ", "bfggdjsklmnprstfgcxxx", strict=True)),
    **dict.fromkeys("еиіїйэєы", "i"),
    **dict.fromkeys("аоуюя", "o"),
}
_SPELT_CYRILLIC = (("дж", "ж"), ("шт", "ст"), ("шп", "сп"), ("ё", "е"))
_LATIN_SOUNDS = {
    **dict(zip("bcdfgjklmnpqrstvwz", "bkdfgjklmnpkrstffs", strict=True)),
    **dict(zip("XJGFTCK", "xjgftck", strict=True)),
    **dict.fromkeys("eiy", "i"),
    **dict.fromkeys("aou", "o"),
}
_SPELT_LATIN = (
    ("shch", "X"), ("sch", "X"), ("sh", "X"), ("ch", "X"), ("zh", "J"), ("kh", "G"), ("gh", "G"), ("ph", "F"),
    ("th", "T"), ("ts", "C"), ("tz", "C"), ("ck", "K"), ("dj", "J"), ("qu", "KF"), ("x", "ks"),
)  # fmt: skip
_SOFT_C = re.compile("c(?=[eiy])")
_MUTE = re.compile("(?<=[aou])h(?![aeiouy])|(?<=[aeo])w(?![aeiouy])")
_VOWELS = "io"
_LONGEST, _SHORTEST = 6, 3
_MAY_DIFFER = 2


@lru_cache(maxsize=1 << 14)
def sound(word: str) -> str:
    """Return what a folded name sounds like, in small letters; empty for what is too short to tell.

    Vowels count in names of two consonants alone (`kif` for Kyiv, Киев, Київ), and at the beginning.
    """
    word = word.replace("'", "").replace("’", "")
    whole = _cyrillic(word) if _CYRILLIC.search(word) else _latin(word)
    heard = whole.rstrip(_VOWELS)
    consonants = "".join(letter for letter in heard if letter not in _VOWELS)
    if len(consonants) >= _SHORTEST:
        return ("o" if heard[0] in _VOWELS else "") + consonants[:_LONGEST]
    return heard if len(heard) > 1 else whole if len(whole) > 1 else ""


def _cyrillic(word: str) -> str:
    for written, spoken in _SPELT_CYRILLIC:
        word = word.replace(written, spoken)
    if len(word) > _INFLECTED:
        word = _without(word, _ENDING, _SHORTEST)
    if len(word) > _DERIVED:
        word = _without(word, _ADJECTIVE, _LEFT)
    return _heard(word, _CYRILLIC_SOUNDS)


def _without(word: str, ending: re.Pattern[str], least: int) -> str:
    rest = ending.sub("", word, count=1)
    return rest if len(rest) >= least else word


def _latin(word: str) -> str:
    for written, spoken in _SPELT_LATIN:
        word = word.replace(written, spoken)
    word = _MUTE.sub("", _SOFT_C.sub("s", word)).replace("h", "g")
    return _heard(word, _LATIN_SOUNDS)


def _heard(word: str, sounds: dict[str, str]) -> str:
    heard = "".join(sounds.get(letter, "") for letter in word)
    return "".join(letter for letter, _ in groupby(heard))


def alike(one: str, other: str) -> bool:
    """Whether two sounds may be of one name: one begins with the other and goes on for two more at most."""
    if len(one) > len(other):
        one, other = other, one
    return bool(one) and len(other) - len(one) <= _MAY_DIFFER and other.startswith(one)
