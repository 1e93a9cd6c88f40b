"""Joining: the stories that an entry is most like."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from monitor.core.models import Entry, Placement
from monitor.core.stories.copies import Found, recurs
from monitor.core.stories.likeness import Pair, Query, Surroundings, belongs, measures, pair
from monitor.core.stories.observe import Observed
from monitor.core.stories.shelf import micros
from monitor.core.stories.trace import entity_key
from monitor.core.stories.window import Window

_READ = 200
"""Entries read under one term, newest first."""
_COMPARED = 48
"""Entries compared in full."""
_STORIES = 6
"""Stories measured."""
_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story an entry may belong to."""

    seq: int
    """Its member nearest to the entry."""
    score: float
    measured: tuple[float, ...]
    pair: Pair


def ranked(window: Window, entry: Entry, asked: Query, observed: Observed) -> list[Ranked]:
    """The stories that an entry is most like, likeliest first."""
    near = [
        pair(asked, window.shelf.footprint(seq))
        for seq in _candidates(window, asked)
        if not recurs(window, entry, observed, seq)
    ]
    stories: dict[int, list[Pair]] = {}
    for found in sorted(near, key=lambda found: (-found.cosine, found.seq)):
        stories.setdefault(window.members(found.seq)[0], []).append(found)
    best = list(stories.values())[:_STORIES]
    measured = [_measure(window, asked, micros(entry.first_seen), pairs, best, near) for pairs in best]
    result = [
        Ranked(pairs[0].seq, belongs(values), values, pairs[0])
        for pairs, values in zip(best, measured, strict=True)
    ]
    return sorted(result, key=lambda story: (-story.score, story.seq))


def _measure(
    window: Window, asked: Query, now: int, pairs: list[Pair], best: list[list[Pair]], near: list[Pair]
) -> tuple[float, ...]:
    seq = pairs[0].seq
    members = window.members(seq)
    time = window.shelf.time
    rivals = [other[0].cosine for other in best if other is not pairs]
    inside = sum(found.cosine for found in pairs)
    outside = len(near) - len(pairs)
    around = Surroundings(
        rival=max(rivals, default=0.0),
        ambient=(sum(found.cosine for found in near) - inside) / outside if outside else 0.0,
        newest=max(0, now - time(members[-1])) / _HOUR,
        nearest=max(0, now - time(seq)) / _HOUR,
        oldest=max(0, now - time(members[0])) / _HOUR,
        size=len(members),
    )
    return measures(asked, pairs, window.exemplars(seq), around)


def _candidates(window: Window, asked: Query) -> list[int]:
    """The entries that share most of the rare terms and entities, each weighed by the square of its rarity."""
    weights = {term: asked.idf[term] ** 2 for term in asked.footprint.rare()}
    weights.update({entity_key(name): rarity**2 for name, rarity in asked.entities.items()})
    scores: dict[int, float] = {}
    holds = window.shelf.holds
    for key, weight in weights.items():
        left = _READ
        for seq in window.terms.find(key):
            if holds(seq):
                scores[seq] = scores.get(seq, 0.0) + weight
                left -= 1
                if not left:
                    break
    nearest = heapq.nsmallest(_COMPARED, ((-score, seq) for seq, score in scores.items()))
    return [seq for _, seq in nearest]


def joins(window: Window, entry: Entry, story: Ranked, asked: Query) -> Found:
    """Say why an entry joins a story."""
    return Found(
        seq=story.seq,
        placement=Placement.JOINS,
        score=story.score,
        reason=f"{story.pair.cosine:.2f} of rare words",
    )
