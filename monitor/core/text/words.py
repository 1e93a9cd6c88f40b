"""Words with their places in the original text.

A text is cut at white space into chunks, and a chunk into words; most chunks are one word. Chunks repeat
all over a stream of news, so whoever reads many texts remembers what a chunk held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from monitor.core.text.folding import APOSTROPHES, INVISIBLE, MARKS, fold_spelling

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Scripts written without spaces (Thai, Lao, Burmese, Khmer, kana, Han): each character is a word."""
_IN_WORD: Final = f"{INVISIBLE}{MARKS}"
_QUOTE: Final = f"[{APOSTROPHES}]"
_LETTER: Final = rf"[^\W{_UNSPACED}ʼʹ]"
_WORD: Final = re.compile(
    rf"(?<![\w.])(?:[A-ZА-ЯЁІЇЄҐ]\.){{2,9}}(?:[A-ZА-ЯЁІЇЄҐ](?!\w))?(?!\w)"
    rf"|[{_UNSPACED}][{_IN_WORD}]*+"
    rf"|{_LETTER}(?:[{_IN_WORD}]*+(?:{_QUOTE}[{_IN_WORD}]*+)?{_LETTER})*[{_IN_WORD}]*+"
)
_ELISION: Final = re.compile(
    rf"(?:[ldcjmnst]|qu|un|all|dell|dall|nell|sull|jusqu|lorsqu){_QUOTE}(?=\w{{2}})", re.IGNORECASE
)
"""Articles and prepositions that French and Italian write before an apostrophe: words of their own."""
_INVISIBLE_END: Final = re.compile(f"[{INVISIBLE}]")
_LONG: Final = 256


@dataclass(frozen=True, slots=True)
class Word:
    """One word: [start, end) in the original text, and its keys for comparing."""

    start: int
    end: int
    folded: str
    """Without any difference that does not count."""
    spelling: str
    """The same with the case of letters kept."""

    @property
    def capitalised(self) -> bool:
        """Whether its first letter is a capital."""
        return self.spelling[:1].isupper()

    @property
    def capitals(self) -> bool:
        """Whether it is written in capitals throughout."""
        return self.spelling.isupper()


def words(text: str) -> list[Word]:
    """Cut a text into words. Linear; never raises, whatever the text holds."""
    if text.isalnum() and text.isascii():
        return [Word(0, len(text), text.lower(), text)]
    found: list[Word] = []
    for match in _WORD.finditer(text):
        found += _finished(text, match.start(), match.end())
    return found


def _finished(text: str, start: int, end: int) -> list[Word]:
    """Trim underscores and invisible signs from the edges of a word, cut off an elided article."""
    while start < end and text[start] == "_":
        start += 1
    while end > start and (text[end - 1] == "_" or _INVISIBLE_END.match(text[end - 1])):
        end -= 1
    if start == end:
        return []
    elided = _ELISION.match(text, start, end)
    if elided and text[start].isascii():
        cut = elided.end()
        return [_word(text, start, cut - 1), _word(text, cut, end)]
    return [_word(text, start, end)]


def _word(text: str, start: int, end: int) -> Word:
    written = text[start:end]
    spelling = fold_spelling(written)
    if "." in spelling:
        spelling = spelling.replace(".", "")
    return Word(start, end, spelling.casefold(), spelling)
