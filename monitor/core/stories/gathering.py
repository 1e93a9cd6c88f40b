"""Gathering: the entries that share most with a new one, from lists of those that bear its terms."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

GATHERED = 400
"""Entries among which the nearest are chosen: once the rarest terms have brought so many, no others come."""


class Bearers(NamedTuple):
    """The newest entries that bear a term, name or concept of an entry."""

    rarity: float
    seqs: list[int]


_BY_RARITY = itemgetter(0)


def nearest(bearers: Iterable[Bearers], count: int) -> list[int]:
    """The entries that share most, each term weighed by the square of its rarity; at most `count`.

    The rarest terms go first. When they have brought many entries, a common one, which is in the texts of
    thousands, only tells those apart: so the work is bounded, and in a small window nothing is left out.
    """
    scores: dict[int, float] = {}
    get = scores.get
    for rarity, seqs in sorted(bearers, key=_BY_RARITY, reverse=True):
        gain = rarity * rarity
        for seq in seqs if len(scores) < GATHERED else scores.keys() & seqs:
            scores[seq] = get(seq, 0.0) + gain
    least = sorted(scores.values(), reverse=True)[:count][-1] if scores else 0.0
    best = sorted([(-score, seq) for seq, score in scores.items() if score >= least])
    return [seq for _, seq in best[:count]]
