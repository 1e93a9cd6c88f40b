"""Words with their places in the original text.

A text is cut at white space into chunks, and a chunk into words; most chunks are one word. Chunks repeat
all over a stream of news, so whoever reads many texts remembers what a chunk held.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

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
_LATELY: Final = 1 << 14
"""Words remembered: texts repeat their own, and scripts without spaces have few characters."""


class Word(NamedTuple):
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
        start = match.start()
        found += [
            Word(start + one.start, start + one.end, one.folded, one.spelling) for one in within(match[0])
        ]
    return found


def runs_of(text: str) -> list[str]:
    """Cut a text into runs of what may be a word: `within` says what each holds."""
    return _WORD.findall(text)


def within(run: str) -> tuple[Word, ...]:
    """Return what a run of `runs_of` holds, with places in the run.

    One word mostly; none, or an article and its word, where signs or an apostrophe stand at its edges.
    """
    return _within_lately(run) if len(run) <= _LONG else _within(run)


def _within(run: str) -> tuple[Word, ...]:
    start, end = len(run) - len(run.lstrip("_")), len(run.rstrip("_"))
    while end > start and (run[end - 1] == "_" or _INVISIBLE_END.match(run[end - 1])):
        end -= 1
    if start >= end:
        return ()
    elided = _ELISION.match(run, start, end)
    if elided and run[start].isascii():
        cut = elided.end()
        return _word(run, start, cut - 1), _word(run, cut, end)
    return (_word(run, start, end),)


_within_lately = lru_cache(maxsize=_LATELY)(_within)


def _word(run: str, start: int, end: int) -> Word:
    spelling = fold_spelling(run[start:end])
    if "." in spelling:
        spelling = spelling.replace(".", "")
    return Word(start, end, spelling.casefold(), spelling)
