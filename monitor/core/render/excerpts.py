"""The proof: each matched text in its sentence, cut to what can be read at a glance."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.core.models import Entry, Hit, TextField
from monitor.core.render.display import clean

MAX_EXCERPTS: Final = 3
MAX_LENGTH: Final = 280
"""Characters of one excerpt before cleaning."""

_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'»”’)\]]*\s+(?=[\"'«“„‘(\[]*[^\W_a-zа-яёіїєґ])|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text, matched or not."""

    text: str
    hit: bool = False


Line = tuple[Piece, ...]


def field_text(entry: Entry, field: TextField) -> str:
    """Give the text that hits of `field` point into."""
    match field:
        case TextField.TITLE:
            return entry.title
        case TextField.SUMMARY:
            return entry.summary
        case TextField.CONTENT:
            return entry.content


def pieces(text: str, hits: Iterable[Hit], start: int = 0, end: int | None = None) -> Line:
    """Split text[start:end] into matched and unmatched stretches, each clean; overlapping hits unite."""
    stop = len(text) if end is None else min(end, len(text))
    found: list[Piece] = []
    at = start
    for opened, closed in _united(hits):
        begin, finish = max(opened, at), min(closed, stop)
        if begin < finish:
            found += [Piece(text=clean(text[at:begin])), Piece(text=clean(text[begin:finish]), hit=True)]
            at = finish
    found.append(Piece(text=clean(text[at:stop])))
    return _trimmed([piece for piece in found if piece.text])


def plain(line: Line) -> str:
    """The text of a line without its marks."""
    return "".join(piece.text for piece in line)


def shortened(line: Line, limit: int) -> Line:
    """Cut a line after at most `limit` characters."""
    if len(plain(line)) <= limit:
        return line
    kept: list[Piece] = []
    left = limit - 1
    for piece in line:
        if left <= 0:
            break
        kept.append(Piece(text=piece.text[:left], hit=piece.hit))
        left -= len(piece.text)
    return (*kept, Piece(text="…"))


def excerpts(entry: Entry, hits: Sequence[Hit]) -> tuple[Line, ...]:
    """Choose up to MAX_EXCERPTS sentences of summary and content that together show the most terms.

    The earliest of equals is chosen; a sentence that adds no term or repeats another is left out.
    """
    sentences = [
        sentence
        for field in (TextField.SUMMARY, TextField.CONTENT)
        for sentence in _sentences(field_text(entry, field), [hit for hit in hits if hit.field is field])
    ]
    shown: set[str] = set()
    chosen: dict[str, tuple[int, Line]] = {}
    for _ in range(MAX_EXCERPTS):
        place = max(range(len(sentences)), key=lambda at: len(sentences[at].terms - shown), default=-1)
        if place < 0 or (chosen and not sentences[place].terms - shown):
            break
        line = _excerpt(sentences[place])
        chosen.setdefault(plain(line), (place, line))
        shown |= sentences[place].terms
    return tuple(line for _, line in sorted(chosen.values(), key=lambda found: found[0]))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """text[start:end] and the hits that begin in it."""

    text: str
    start: int
    end: int
    hits: tuple[Hit, ...]
    terms: frozenset[str]


def _sentences(text: str, hits: Sequence[Hit]) -> list[_Sentence]:
    """Give the sentences of a text that hold hits, in order."""
    if not hits:
        return []
    ends = [*(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    held: dict[int, list[Hit]] = {}
    for hit in hits:
        if 0 <= hit.start < len(text):
            held.setdefault(bisect_right(ends, hit.start), []).append(hit)
    return [
        _Sentence(
            text=text,
            start=ends[at - 1] if at else 0,
            end=ends[at],
            hits=tuple(found),
            terms=frozenset(hit.entity or hit.term for hit in found),
        )
        for at, found in sorted(held.items())
    ]


def _excerpt(sentence: _Sentence) -> Line:
    """Show a sentence; a long one is cut around its first hits."""
    text, start, end = sentence.text, sentence.start, sentence.end
    begin, finish = _window(text, min(hit.start for hit in sentence.hits), start, end)
    line = pieces(text, (hit for hit in sentence.hits if begin <= hit.start < finish), begin, finish)
    if begin > start:
        line = (Piece(text="… "), *line)
    return (*line, Piece(text=" …")) if finish < end else line


def _window(text: str, hit: int, start: int, end: int) -> tuple[int, int]:
    """At most MAX_LENGTH characters of a sentence, from a little before its first hit, between words."""
    if end - start <= MAX_LENGTH:
        return start, end
    begin = max(start, min(hit - MAX_LENGTH // 4, end - MAX_LENGTH))
    if begin > start:
        space = text.find(" ", begin, hit)
        begin = space + 1 if space >= 0 else begin
    finish = min(end, begin + MAX_LENGTH)
    if finish < end:
        space = text.rfind(" ", hit, finish)
        finish = space if space > begin + MAX_LENGTH // 2 else finish
    return begin, finish


def _united(hits: Iterable[Hit]) -> list[tuple[int, int]]:
    """Give the stretches that hits cover, in order, touching and overlapping ones as one."""
    united: list[tuple[int, int]] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.end)):
        if united and hit.start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], hit.end))
        else:
            united.append((hit.start, hit.end))
    return united


def _trimmed(line: list[Piece]) -> Line:
    if line:
        line[0] = Piece(text=line[0].text.lstrip(), hit=line[0].hit)
        line[-1] = Piece(text=line[-1].text.rstrip(), hit=line[-1].hit)
    return tuple(piece for piece in line if piece.text)
