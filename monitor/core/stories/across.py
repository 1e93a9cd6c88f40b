"""Across languages: words do not compare, but names and numbers do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from monitor.core.models import Placement
from monitor.core.stories.copies import Arrival, Found
from monitor.core.stories.likeness import Query
from monitor.core.stories.observe import named
from monitor.core.stories.trace import entity_key
from monitor.core.stories.window import Window

_READ = 200
_OFFERED = 5
_CLOSE = 86_400_000_000
"""A day, in microseconds: a story reaches another language within hours."""
_ENTITIES = 2
_ALIKE = 0.5
"""How much of all names of both, by rarity, must be common to both."""
_CLEARLY = 1.3
"""How much more alike than any other story."""


@dataclass(frozen=True, slots=True)
class Abroad:
    """A story in another language that shares names with an entry."""

    seq: int
    entities: tuple[str, ...]
    numbers: int
    rarity: float
    likeness: float
    """Of the names and numbers that either has, the share that both have, by rarity; in [0, 1]."""

    @property
    def strong(self) -> bool:
        """Whether the evidence could carry a join: two names and a third feature."""
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
        if found and (story not in best or found.likeness > best[story].likeness):
            best[story] = found
    return sorted(best.values(), key=lambda found: (-found.likeness, found.seq))[:_OFFERED]


def _compared(window: Window, arrival: Arrival, asked: Query, seq: int) -> Abroad | None:
    other = window.shelf.footprint(seq)
    if not other.lang or other.lang == asked.footprint.lang or arrival.at - window.shelf.time(seq) > _CLOSE:
        return None
    entities = tuple(name for name in other.entities if name in asked.entities)
    numbers = asked.numbers & other.numbers
    rarity = sum(asked.entities[name] for name in entities) + sum(asked.idf[number] for number in numbers)
    others = window.rarity.weights(entity_key(name) for name in other.entities)
    either = (
        sum(asked.entities.values()) + sum(others.values()) - sum(asked.entities[name] for name in entities)
    )
    return Abroad(seq, entities, len(numbers), rarity, rarity / either if either else 0.0)


def joins_abroad(window: Window, offered: list[Abroad]) -> Found | None:
    """Join a story in another language only where names point to it clearly, and to no other.

    In a hot topic many stories share the same names; then none is joined, and all are only offered.
    """
    if not offered or not offered[0].strong or offered[0].likeness < _ALIKE:
        return None
    found = offered[0]
    if len(offered) > 1 and found.likeness < _CLEARLY * offered[1].likeness:
        return None
    shared = " and ".join(named(found.entities)) + (", and a number" if found.numbers else "")
    reason = f"shares {shared} with the entry of {window.named(found.seq)} in another language"
    return Found(seq=found.seq, placement=Placement.JOINS, score=found.likeness, reason=reason)
