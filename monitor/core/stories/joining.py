"""Joining: the stories that an entry is most like."""

from __future__ import annotations

import heapq
from collections import Counter
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
_COMPARED = 40
"""Entries compared in full."""
_STORIES = 5
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
    bearers = _bearers(window, asked)
    near = [
        pair(asked, window.shelf.footprint(seq))
        for seq in _nearest(asked, bearers)
        if not recurs(window, entry, observed, seq)
    ]
    stories: dict[int, list[Pair]] = {}
    for found in sorted(near, key=lambda found: (-found.cosine, found.seq)):
        stories.setdefault(window.shelf.story(found.seq), []).append(found)
    best = list(stories.values())[:_STORIES]
    shares = _shares(window, asked, bearers)
    measured = [
        _measure(window, asked, micros(entry.first_seen), pairs, best, near, shares) for pairs in best
    ]
    result = [
        Ranked(pairs[0].seq, belongs(values), values, pairs[0])
        for pairs, values in zip(best, measured, strict=True)
    ]
    return sorted(result, key=lambda story: (-story.score, story.seq))


def _measure(
    window: Window,
    asked: Query,
    now: int,
    pairs: list[Pair],
    best: list[list[Pair]],
    near: list[Pair],
    shares: list[tuple[float, int, Counter[int]]],
) -> tuple[float, ...]:
    seq = pairs[0].seq
    members = window.members(seq)
    group = window.shelf.group(seq)
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
        size=len(group.originals) if group else 1,
    )
    number = window.shelf.story(seq)
    weighed = sum(w for w, _, _ in shares)
    grip = sum(w * c[number] / n for w, n, c in shares) / weighed if weighed else 0.0
    hold = max((w / 9 * c[number] / (n + 1) for w, n, c in shares), default=0.0)
    top = sorted((f.cosine for f in near), reverse=True)[:10]
    cut = top[-1]
    purity = sum(f.cosine for f in pairs if f.cosine >= cut) / (sum(top) or 1)
    return (*measures(asked, pairs, window.exemplars(seq), around), grip, hold, purity)


def _shares(
    window: Window, asked: Query, bearers: dict[int, tuple[float, list[int]]]
) -> list[tuple[float, int, Counter[int]]]:
    return [(weight, len(seqs), window.shelf.stories(seqs)) for weight, seqs in bearers.values() if seqs]


def _bearers(window: Window, asked: Query) -> dict[int, tuple[float, list[int]]]:
    """For each rare term and entity: its rarity and the newest entries that bear it."""
    weights = {term: asked.idf[term] for term in asked.footprint.rare()}
    weights.update({entity_key(name): rarity for name, rarity in asked.entities.items()})
    return {key: (weight, window.terms.newest(key, _READ)) for key, weight in weights.items()}


def _nearest(asked: Query, bearers: dict[int, tuple[float, list[int]]]) -> list[int]:
    """The entries that share most, each term weighed by the square of its rarity."""
    scores: dict[int, float] = {}
    for weight, seqs in bearers.values():
        gain = weight * weight
        for seq in seqs:
            scores[seq] = scores.get(seq, 0.0) + gain
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
