"""The proof: each matched text in its sentence, cut to what can be read at a glance."""

from __future__ import annotations

import re
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
    """Choose up to MAX_EXCERPTS sentences of summary and content that together show the most terms."""
    spans = [
        span
        for field in (TextField.SUMMARY, TextField.CONTENT)
        for span in _spans(field_text(entry, field), [hit for hit in hits if hit.field is field])
    ]
    shown: set[str] = set()
    chosen: list[_Span] = []
    seen: set[str] = set()
    while spans and len(chosen) < MAX_EXCERPTS:
        best = max(spans, key=lambda span: len(span.terms - shown))
        spans.remove(best)
        text = plain(best.line)
        if text not in seen and (not chosen or best.terms - shown):
            chosen.append(best)
            seen.add(text)
            shown |= best.terms
    return tuple(span.line for span in sorted(chosen, key=lambda span: span.order))


@dataclass(frozen=True, slots=True)
class _Span:
    line: Line
    terms: frozenset[str]
    order: tuple[str, int]


def _spans(text: str, hits: Sequence[Hit]) -> list[_Span]:
    """The sentences of a text that hold hits; a long one is cut around its first hits."""
    spans: list[_Span] = []
    start = 0
    ends = [found.end() for found in _SENTENCE_END.finditer(text)] if hits else []
    for end in [*ends, len(text)]:
        held = [hit for hit in hits if start <= hit.start < end]
        if held:
            spans.append(_span(text, held, start, end))
        start = end
    return spans


def _span(text: str, hits: Sequence[Hit], start: int, end: int) -> _Span:
    begin, finish = _window(text, min(hit.start for hit in hits), start, end)
    held = [hit for hit in hits if begin <= hit.start < finish]
    line = pieces(text, held, begin, finish)
    if begin > start:
        line = (Piece(text="… "), *line)
    if finish < end:
        line = (*line, Piece(text=" …"))
    field = "0" if hits[0].field is TextField.SUMMARY else "1"
    return _Span(line=line, terms=frozenset(hit.entity or hit.term for hit in held), order=(field, begin))


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
