"""Names that a text has without their capitals: what `explain` and `why-not` say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from monitor.core.matcher.occurrences import CompiledTerm, Reading
from monitor.core.matcher.report import Suppressed
from monitor.core.matcher.scan import Occurrence, Scanner
from monitor.core.models import Entry

_MOST: Final = 20
_NAME: Final = "a name wants its capital"
_ACRONYM: Final = "an acronym wants its capitals"


def wanting_capitals(
    reading: Reading, scanner: Scanner, terms: Sequence[CompiledTerm]
) -> Iterator[tuple[Occurrence, Suppressed]]:
    """Give what would count if it had the capitals of its name."""
    known = {_place(one) for one in reading.occurrences}
    for changed, why in ((_capitalised(reading.entry), _NAME), (_in_capitals(reading.entry), _ACRONYM)):
        other = Reading(changed, scanner, terms)
        for one in other.occurrences[: _MOST + len(known)]:
            if _place(one) not in known:
                known.add(_place(one))
                hit = other.hit(one)
                text = getattr(reading.entry, hit.field.value)[hit.start : hit.end]
                yield one, Suppressed(hit=replace(hit, text=text), why=why)


def _place(one: Occurrence) -> tuple[int, int, int, int]:
    return one.term, one.field, one.first, one.last


def _changed(entry: Entry, change: Callable[[str, str], str]) -> Entry:
    def changed(text: str) -> str:
        return "".join(change(before, letter) for before, letter in zip(" " + text, text, strict=False))

    return replace(
        entry,
        title=changed(entry.title),
        summary=changed(entry.summary),
        content=changed(entry.content),
    )


def _capitalised(entry: Entry) -> Entry:
    return _changed(entry, lambda before, letter: letter if before.isalnum() else _capital(letter))


def _in_capitals(entry: Entry) -> Entry:
    return _changed(entry, lambda _, letter: _capital(letter))


def _capital(letter: str) -> str:
    """Return the capital of a letter, if it is one sign like the letter: offsets must stay."""
    capital = letter.upper()
    return capital if len(capital) == 1 else letter
