"""Sentences around reporting verbs, cut into words that know what stands before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"(?:[^\W\d_]\.){2,}|\w+(?:[-'’ʼ‑]\w+)*(?:['’](?=\s|$))?")
_END: Final = re.compile(
    r"(?<=[.!?…])[\"'»”’)\]]*\s+(?=[\"'«“„‘(\[—–-]*\s*[^\W\d_])|\s*\n+\s*|\s[⚡❗️🔴❓]+\s*"
)
_SHORT: Final = re.compile(
    r"(?:\b(?:[^\W\d_]|gov|mr|mrs|ms|dr|st|sen|rep|gen|col|lt|sgt|maj|capt|adm|prof|rev|jr|sr|no|vs|etc|inc|ltd|corp|"
    r"jan|feb|aug|sept|oct|nov|dec|им|ул|св|гг|тыс|млн|млрд|руб|тис)\.)$",
    re.IGNORECASE,
)
_LONGEST: Final = 600


class Token(NamedTuple):
    """One word of a sentence."""

    text: str
    start: int
    """In the field."""
    end: int
    before: str
    """Punctuation between it and the word before, without spaces."""
    name: str | None = None
    """Id of the entity among whose names it stands."""
    whole: tuple[int, int] = (0, 0)
    """Where that name begins and ends in the field."""

    @property
    def lower(self) -> str:
        """The word in lower case, with one kind of apostrophe."""
        return self.text.casefold().replace("’", "'").replace("ʼ", "'")

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[:1].isupper()

    @property
    def acronym(self) -> bool:
        """Whether it is written in capitals, as FSB or U.S."""
        return len(self.text) > 1 and self.text.isupper()


@dataclass(frozen=True, slots=True)
class Span:
    """A name of an entity in a field."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a field."""

    text: str
    tokens: tuple[Token, ...]
    after: str
    """Punctuation after the last word."""
    shouted: bool
    """Whether capitals say nothing, since most words begin with one."""

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return "?" in self.after


def clause_before(tokens: Sequence[Token], at: int, most: int) -> Sequence[Token]:
    """The words before a word back to the nearest punctuation, at most so many."""
    start = at
    while start > 0 and at - start < most and not tokens[start].before:
        start -= 1
    return tokens[start:at]


def bounds(text: str, at: int, ends: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where the sentence around a place begins and ends."""
    start = max((end for _, end in ends if end <= at), default=0)
    finish = min((begin for begin, _ in ends if begin > at), default=len(text))
    return start, finish


def breaks(text: str) -> list[tuple[int, int]]:
    """The gaps between sentences; a stop after an abbreviation is none."""
    return [
        (found.start(), found.end())
        for found in _END.finditer(text)
        if "\n" in found[0] or not _SHORT.search(text, max(0, found.start() - 8), found.start())
    ]


def sentence(text: str, start: int, end: int, names: Sequence[Span]) -> Sentence | None:
    """Cut a sentence into words; None if it is too long to be one."""
    if end - start > _LONGEST:
        return None
    tokens = tuple(_tokens(text, start, end, names))
    if not tokens:
        return None
    long_words = [token for token in tokens if len(token.text) > 3]  # noqa: PLR2004 - of, the, and
    capitals = sum(token.capital for token in long_words)
    return Sentence(
        text=text[start:end].strip(),
        tokens=tokens,
        after=text[tokens[-1].end : end + 2],
        shouted=capitals > 0.65 * len(long_words) and len(long_words) > 3,  # noqa: PLR2004
    )


def _tokens(text: str, start: int, end: int, names: Sequence[Span]) -> Iterator[Token]:
    reached = start
    for found in _WORD.finditer(text, start, end):
        first, last = found.span()
        inside = next((name for name in names if name.start < last and first < name.end), None)
        yield Token(
            text=found[0],
            start=first,
            end=last,
            before="" if text[reached:first].isspace() else "".join(text[reached:first].split()),
            name=inside.entity if inside else None,
            whole=(inside.start, inside.end) if inside else (0, 0),
        )
        reached = last
