"""What of the raw finds counts: guards on company, sentence starts, and the longest name among entities."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from monitor.core.matcher.scan import Occurrence, ScannedText, Scanner
from monitor.core.models import Entry, Hit, TextField

FIELDS: Final = tuple(TextField)
_NEAR: Final = 40
"""Words within which `unless` looks for company when the rule file gives no distance."""


@dataclass(frozen=True, slots=True)
class Company:
    """A compiled guard: terms and entities that must, or must not, be about."""

    terms: tuple[int, ...]
    """Phrases, and every alias of the entities."""
    names: tuple[str, ...]
    """Phrases and entities as the rule file names them."""
    within: int | None


@dataclass(frozen=True, slots=True)
class CompiledTerm:
    """A term as matched: what it was called and what it takes for an occurrence to count."""

    text: str
    entity: str | None
    """The entity whose alias it is."""
    nested: bool
    classes: tuple[int, ...]
    needs: tuple[Company, ...]
    unless: tuple[Company, ...]


class Refusal(StrEnum):
    """Why an occurrence does not count."""

    FIRST_WORD = "an ordinary word at the start of a sentence"
    INSIDE = "inside the longer name"
    UNLESS = "does not count beside"
    NEEDS = "needs company"


@dataclass(frozen=True, slots=True)
class Refused:
    """An occurrence that does not count, and why."""

    occurrence: Occurrence
    why: Refusal
    other: Occurrence | None = None
    """The longer name, or the unwanted company."""
    company: Company | None = None
    """The company that is missing."""


class Reading:
    """An entry as read once: every field scanned, every occurrence that counts, by term and by entity."""

    __slots__ = (
        "_bases",
        "_firsts",
        "_hits",
        "_raw",
        "_terms",
        "by_entity",
        "by_term",
        "entry",
        "refused",
        "texts",
    )

    def __init__(self, entry: Entry, scanner: Scanner, terms: Sequence[CompiledTerm]) -> None:
        self.entry = entry
        self._terms = terms
        scan = scanner.scan
        self.texts: tuple[ScannedText, ...] = (
            scan(entry.title, 0),
            scan(entry.summary, 1),
            scan(entry.content, 2),
        )
        self.by_term: dict[int, list[Occurrence]] = {}
        self.by_entity: dict[str, list[Occurrence]] = {}
        self.refused: list[Refused] = []
        self._raw: dict[int, list[Occurrence]] | None = None
        for scanned in self.texts:
            if scanned.found:
                self._hits: dict[Occurrence, Hit] = {}
                self._weigh()
                break

    def _weigh(self) -> None:
        names: list[Occurrence] = []
        terms, by_term = self._terms, self.by_term
        for scanned in self.texts:
            for one in scanned.found:
                term = terms[one.term]
                if (term.needs or term.unless) and not self._in_right_company(term, one):
                    continue
                if term.entity is None:
                    by_term.setdefault(one.term, []).append(one)
                elif not scanned.late or self._no_mere_first_word(scanned, one):
                    names.append(one)
        for one in self._longest(names):
            entity = terms[one.term].entity
            if entity is not None:
                self.by_entity.setdefault(entity, []).append(one)

    def _no_mere_first_word(self, scanned: ScannedText, one: Occurrence) -> bool:
        if one.first != one.last or one.term not in scanned.late.get(one.first, ()):
            return True
        if not scanned.begins_sentence(one.first):
            return True
        self.refused.append(Refused(one, Refusal.FIRST_WORD))
        return False

    def _in_right_company(self, term: CompiledTerm, one: Occurrence) -> bool:
        for company in term.unless:
            within = _NEAR if company.within is None else company.within
            other = self._companion(one, company, within=within, apart=False)
            if other is not None:
                self.refused.append(Refused(one, Refusal.UNLESS, other=other))
                return False
        for company in term.needs:
            if self._companion(one, company, within=company.within, apart=True) is None:
                self.refused.append(Refused(one, Refusal.NEEDS, company=company))
                return False
        return True

    def _companion(
        self, one: Occurrence, company: Company, *, within: int | None, apart: bool
    ) -> Occurrence | None:
        """Return the nearest company of some term, if near enough; `apart` leaves out what shares a word.

        Distance is the number of words between, the fields read one after the other.
        """
        if self._raw is None:
            self._raw, self._bases = self._every_find(), self._bases_of_fields()
            self._firsts: dict[int, list[int]] = {}
        base = self._bases[one.field]
        first, last = base + one.first, base + one.last
        for term in company.terms:
            others = self._raw.get(term)
            if not others:
                continue
            places = self._places(term, others)
            length = len(self._terms[term].classes)
            before = bisect_left(places, first - length + 1) - 1
            after = bisect_right(places, last)
            if not apart and after - before > 1:
                return others[before + 1]
            if before >= 0 and (within is None or first - places[before] - length <= within):
                return others[before]
            if after < len(others) and (within is None or places[after] - last - 1 <= within):
                return others[after]
        return None

    def _every_find(self) -> dict[int, list[Occurrence]]:
        """Return what was found, by term, whether it counts or not: that is what company is made of."""
        finds: dict[int, list[Occurrence]] = {}
        for scanned in self.texts:
            for one in scanned.found:
                finds.setdefault(one.term, []).append(one)
        return finds

    def _bases_of_fields(self) -> tuple[int, int, int]:
        title, summary = self.texts[0].length(), self.texts[1].length()
        return 0, title, title + summary

    def _places(self, term: int, others: list[Occurrence]) -> list[int]:
        places = self._firsts.get(term)
        if places is None:
            places = self._firsts[term] = [self._bases[other.field] + other.first for other in others]
        return places

    def _longest(self, names: list[Occurrence]) -> Iterable[Occurrence]:
        """Return the names that stand inside no longer name; equally long ones stand side by side."""
        for one, other in pairwise(names):
            if other.first <= one.last and other.field == one.field:
                return self._longest_of_overlapping(names)
        return names

    def _longest_of_overlapping(self, names: list[Occurrence]) -> Iterator[Occurrence]:
        names.sort(key=lambda one: (one.field, one.first, -one.last))
        field = reach = -1
        holder: Occurrence | None = None
        longest: tuple[int, int] | None = None
        enclosing: Occurrence | None = None
        for one in names:
            if one.field != field:
                field, reach, holder, longest = one.field, -1, None, None
            if longest is None or (one.first, one.last) != longest:
                longest = (one.first, one.last)
                enclosing = holder if one.last <= reach else None
                if one.last > reach:
                    reach, holder = one.last, one
            else:
                enclosing = holder if holder is not None and (holder.first, holder.last) != longest else None
            if enclosing is None or self._terms[one.term].nested:
                yield one
            else:
                self.refused.append(Refused(one, Refusal.INSIDE, other=enclosing))

    def hit(self, one: Occurrence) -> Hit:
        """Return the occurrence as it stands in the entry."""
        hit = self._hits.get(one)
        if hit is None:
            scanned = self.texts[one.field]
            start, end = scanned.span(one.first, one.last)
            term = self._terms[one.term]
            hit = self._hits[one] = Hit(
                field=FIELDS[one.field],
                start=start,
                end=end,
                text=scanned.text[start:end],
                term=term.text,
                entity=term.entity,
            )
        return hit

    def hits(self, found: list[Occurrence | Hit]) -> tuple[Hit, ...]:
        """Return occurrences and hits as hits, in reading order, each once."""
        hits = [one if isinstance(one, Hit) else self.hit(one) for one in dict.fromkeys(found)]
        if len(hits) > 1:
            hits.sort(key=_reading_order)
        return tuple(hits)


_ORDER: Final = {field: index for index, field in enumerate(TextField)}


def _reading_order(hit: Hit) -> tuple[int, int, int, str, str]:
    return _ORDER[hit.field], hit.start, hit.end, hit.term, hit.entity or ""
