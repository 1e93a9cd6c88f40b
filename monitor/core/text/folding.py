"""What counts as the same spelling: case, accents, apostrophes, widths, invisible signs, lookalike letters.

Folding keys are for comparing, never for showing: offsets are kept by whoever cuts the words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

APOSTROPHES: Final = "'’ʼ`‘′´＇ʹ‛"
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f"
    "\U000e0020-\U000e007f\U000e0100-\U000e01ef"
)
"""Ranges of a character class: soft hyphen, zero-width signs, direction marks, variation selectors."""
_MARK_BLOCKS: Final = ((0x300, 0x3100), (0xA66F, 0xAC00), (0xFB1E, 0xFB1F), (0xFE20, 0xFE30))
MARKS: Final = "".join(
    chr(code)
    for first, last in _MARK_BLOCKS
    for code in range(first, last)
    if unicodedata.category(chr(code))[0] == "M"
)
"""Combining marks of the basic plane, for a character class."""
_KEPT: Final = frozenset("йїўѓќЙЇЎЃЌ")
"""Letters of their own that Unicode composes of a letter and a mark."""
_STROKES: Final = {
    **dict(zip("łŁđĐøØħĦıŧŦðÐƒƑɨƗʉɄɑⱭɡꞬ", "lLdDoOhHitTdDfFiIuUaAgG", strict=True)),
    **dict(zip("ёЁæÆœŒþÞẞ", ("е", "Е", "ae", "AE", "oe", "OE", "th", "Th", "SS"), strict=True)),
}
_ABOVE_OR_BELOW: Final = 200
"""Canonical combining classes from here on are accents; below are signs that some scripts cannot spare."""
_POINTS: Final = range(10, 37)
"""Combining classes of Hebrew and Arabic vowel points."""
_CYRILLIC_LIKE: Final = str.maketrans("aceopxyijsABCEHIKMOPTXYSJ", "асеорхуіјѕАВСЕНІКМОРТХУЅЈ")
_LATIN_LIKE: Final = str.maketrans("асеорхуіјѕԁАВСЕНІКМОРТХУЅЈк", "aceopxyijsdABCEHIKMOPTXYSJk")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_LATIN: Final = re.compile("[A-Za-z]")
_MANY_MARKS: Final = re.compile(f"([{MARKS}{INVISIBLE}]{{6}})[{MARKS}{INVISIBLE}]+")


class _CharacterTable(dict[int, str]):
    """A table for str.translate that works out a character when it first meets it."""

    def __missing__(self, code: int) -> str:
        self[code] = replacement = _plain_character(chr(code))
        return replacement


def _plain_character(character: str) -> str:
    if character in _KEPT:
        return character
    if character in _STROKES:
        return _STROKES[character]
    if character in APOSTROPHES:
        return "'"
    if _INVISIBLE_SIGN.match(character):
        return ""
    if unicodedata.category(character) == "Cs":
        return "\ufffd"
    decomposed = unicodedata.normalize("NFD", character)
    return "".join(_STROKES.get(part, part) for part in decomposed if not _is_accent(part))


def _is_accent(character: str) -> bool:
    order = unicodedata.combining(character)
    return order >= _ABOVE_OR_BELOW or order in _POINTS or character == "ـ"


_INVISIBLE_SIGN: Final = re.compile(f"[{INVISIBLE}]")
_PLAIN: Final = _CharacterTable()


def fold(text: str) -> str:
    """Fold everything that makes no difference, case included. Linear; never raises."""
    return text.lower() if text.isascii() and "`" not in text else fold_spelling(text).casefold()


def fold_spelling(text: str) -> str:
    """Fold everything that makes no difference but keep the case of letters."""
    if text.isascii():
        return text.replace("`", "'")
    text = _MANY_MARKS.sub(r"\1", text)
    if _INVISIBLE_SIGN.search(text):
        text = _INVISIBLE_SIGN.sub("", text)
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    if _CYRILLIC.search(text) and _LATIN.search(text):
        return _WORD_OF_LETTERS.sub(lambda found: one_script(found[0]), text)
    return text


def composed(word: str) -> str:
    """Write a word as dictionaries do: composed, visible letters of one script, accents and case kept."""
    if word.isascii():
        return word.replace("`", "'")
    word = unicodedata.normalize("NFKC", _INVISIBLE_SIGN.sub("", _MANY_MARKS.sub(r"\1", word)))
    word = "".join("'" if letter in APOSTROPHES else letter for letter in word)
    return one_script(word)


_WORD_OF_LETTERS: Final = re.compile(r"[^\W\d_]+")


def one_script(word: str) -> str:
    """Repair a word that mixes Cyrillic and Latin letters of the same look.

    The script of most letters wins (Cyrillic in a tie), provided that every letter of the other has a
    double in it; words that are mixed on purpose stay as they are.
    """
    latin = len(_LATIN.findall(word))
    cyrillic = len(_CYRILLIC.findall(word))
    if not latin or not cyrillic:
        return word
    as_cyrillic, as_latin = word.translate(_CYRILLIC_LIKE), word.translate(_LATIN_LIKE)
    first, second = (as_cyrillic, as_latin) if cyrillic >= latin else (as_latin, as_cyrillic)
    for repaired in (first, second):
        if not (_LATIN.search(repaired) and _CYRILLIC.search(repaired)):
            return repaired
    return word
