"""Across languages: words do not compare, but names and numbers do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from monitor.core.models import Placement
from monitor.core.stories.copies import Arrival, Found
from monitor.core.stories.likeness import Query
from monitor.core.stories.trace import entity_key
from monitor.core.stories.window import Window

_READ = 200
_OFFERED = 5
_CLOSE = 86_400_000_000
"""A day, in microseconds: a story reaches another language within hours."""
_ENTITIES = 2
_RARE = 3.0
"""Rarity of a name that at most one entry in twenty holds."""


@dataclass(frozen=True, slots=True)
class Abroad:
    """A story in another language that shares names with an entry."""

    seq: int
    entities: tuple[str, ...]
    numbers: int
    rarity: float

    @property
    def strong(self) -> bool:
        """Whether the evidence could carry a join: two rare names and a third feature."""
        return len(self.entities) > _ENTITIES or (len(self.entities) == _ENTITIES and self.numbers > 0)


def abroad(window: Window, arrival: Arrival, asked: Query) -> list[Abroad]:
    """The stories in other languages that may be the entry's, likeliest first, at most five."""
    if len(asked.entities) < _ENTITIES or not asked.footprint.lang:
        return []
    shared: Counter[int] = Counter()
    for name in asked.entities:
        shared.update(window.terms.newest(entity_key(name), _READ))
    best: dict[int, Abroad] = {}
    for seq in sorted(seq for seq, count in shared.items() if count >= _ENTITIES):
        found = _compared(window, arrival, asked, seq)
        story = window.shelf.story(seq)
        if found and (story not in best or found.rarity > best[story].rarity):
            best[story] = found
    return sorted(best.values(), key=lambda found: (-found.rarity, found.seq))[:_OFFERED]


def _compared(window: Window, arrival: Arrival, asked: Query, seq: int) -> Abroad | None:
    other = window.shelf.footprint(seq)
    if not other.lang or other.lang == asked.footprint.lang or arrival.at - window.shelf.time(seq) > _CLOSE:
        return None
    entities = tuple(name for name in other.entities if name in asked.entities)
    numbers = asked.numbers & other.numbers
    rarity = sum(asked.entities[name] for name in entities) + sum(asked.idf[number] for number in numbers)
    return Abroad(seq, entities, len(numbers), rarity)


def joins_abroad(window: Window, asked: Query, offered: list[Abroad]) -> Found | None:
    """Join a story in another language only on strong evidence that points to one story alone.

    In a hot topic many stories share the same names; then none is joined, and all are only offered.
    """
    strong = [found for found in offered if found.strong]
    if len(strong) != 1:
        return None
    found = strong[0]
    rare = [name for name in found.entities if asked.entities[name] >= _RARE]
    if len(rare) < _ENTITIES:
        return None
    shared = " and ".join(found.entities) + (", and a number" if found.numbers else "")
    reason = f"shares {shared} with the entry of {window.named(found.seq)} in another language"
    return Found(seq=found.seq, placement=Placement.JOINS, score=0.6, reason=reason)
