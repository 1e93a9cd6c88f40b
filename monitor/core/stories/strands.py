"""What a story's articles come to, for whoever reads it: its texts with their copies, and its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.core.models import Placement, StoredEntry

_FIGURE = re.compile(
    r"(?<![\w.,:/-])(\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+|\d{1,7})(?:[.,]\d+)?(?![\w:/-]|[.,]\d)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTHS = tuple(
    "|".join(
        (
            "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|январ|феврал|март|апрел|мая|июн|июл|август|сентябр",
            "октябр|ноябр|декабр|січн|лютого|берез|квіт|травн|черв|лип|серп|верес|жовт|листоп|груд",
        )
    ).split("|")
)
_LEAD = 400
_FIGURES = 10


@dataclass(frozen=True, slots=True)
class Strand:
    """One text of a story, and the articles that copy it, in order."""

    first: StoredEntry
    copies: tuple[StoredEntry, ...]
    partly_of: StoredEntry | None = None
    """The article in which a part of it stands, None if it is independent."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a story tells, and the article that told it first."""

    text: str
    of: StoredEntry


def strands(entries: Sequence[StoredEntry]) -> tuple[Strand, ...]:
    """Return each text of a story with its copies, in the order in which the texts appeared.

    A copy whose original lies in another story, or is no longer kept, stands for itself.
    """
    known = {one.entry.id: one for one in entries}
    copies: dict[str, list[StoredEntry]] = {}
    for one in entries:
        copies.setdefault(_root(one, known), [])
    for one in entries:
        root = _root(one, known)
        if root != one.entry.id:
            copies[root].append(one)
    return tuple(
        Strand(known[root], tuple(found), _taken_from(known[root], known)) for root, found in copies.items()
    )


def _taken_from(one: StoredEntry, known: dict[str, StoredEntry]) -> StoredEntry | None:
    source = one.assignment.partly_of if one.assignment else None
    return known.get(source) if source else None


def _root(one: StoredEntry, known: dict[str, StoredEntry]) -> str:
    seen: set[str] = set()
    while True:
        place = one.assignment
        seen.add(one.entry.id)
        if (
            place is None
            or place.placement is not Placement.COPY
            or place.of not in known
            or place.of in seen
        ):
            return one.entry.id
        one = known[place.of]


def figures(entries: Iterable[StoredEntry]) -> tuple[Figure, ...]:
    """Return the numbers in titles and first sentences, each once, no dates, at most ten."""
    found: dict[str, Figure] = {}
    for one in entries:
        for match in _FIGURE.finditer(f"{one.entry.title}. {one.entry.summary[:_LEAD]}"):
            text = match[0]
            if not _YEAR.fullmatch(text) and not _is_day(match):
                found.setdefault(text, Figure(text, one))
            if len(found) == _FIGURES:
                return tuple(found.values())
    return tuple(found.values())


def _is_day(match: re.Match[str]) -> bool:
    """Whether a number stands beside the name of a month."""
    before = match.string[: match.start()].casefold().split()[-1:]
    after = match.string[match.end() : match.end() + 12].casefold().split()[:1]
    return any(word.startswith(_MONTHS) for word in (*before, *after))
