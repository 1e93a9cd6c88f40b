"""How much an entry is like a story: a handful of measures, weighed by a logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p
from typing import NamedTuple

from monitor.core.stories import grown
from monitor.core.stories.trace import Footprint, Glance
from monitor.core.stories.trees import leaves
from monitor.core.stories.words import NUMBER

BODY = 0.5
"""Weight of a term outside the title, relative to one inside."""
_TOP = 3
_LARGE = 9.0
"""Rarity of a term that one entry in 8,000 holds."""


Share = tuple[int, float, float, float, int]
"""A term; its rarity; the same times its weight; its rarity if it is in the title, and whether it is."""


@dataclass(frozen=True, slots=True)
class Query:
    """An entry to place: its footprint, the rarity of each of its terms and entities, its vector."""

    footprint: Footprint
    idf: dict[int, float]
    vector: dict[int, float]
    norm: float
    mass: float
    """Sum of its terms' rarity."""
    title_mass: float
    numbers: frozenset[int]
    entities: dict[str, float]
    """Rarity of each entity."""
    shares: dict[int, Share]
    """What each term brings to a pair."""


class Pair(NamedTuple):
    """An entry beside one member of a story."""

    seq: int
    cosine: float
    jaccard: float
    """Of the titles' terms."""
    covered: float
    """Share of the entry's title, by rarity, that stands in the member."""
    shared: float
    """Sum of the rarity of shared terms."""
    common: list[Share]
    """The shared terms."""


def query(footprint: Footprint, idf: dict[int, float], entities: dict[str, float]) -> Query:
    """Weigh an entry's terms."""
    vector = {term: idf[term] for term in footprint.title}
    title_mass = sum(vector.values())
    shares: dict[int, Share] = {term: (term, one, one * one, one, 1) for term, one in vector.items()}
    for term in footprint.body:
        vector[term] = weight = BODY * idf[term]
        shares[term] = (term, idf[term], idf[term] * weight, 0.0, 0)
    return Query(
        footprint=footprint,
        idf=idf,
        vector=vector,
        norm=sum(weight * weight for weight in vector.values()) ** 0.5,
        mass=sum(idf.values()),
        title_mass=title_mass,
        numbers=footprint.numbers,
        entities=entities,
        shares=shares,
    )


def pair(entry: Query, other: Footprint | Glance) -> Pair:
    """Compare an entry with a member of a story; cost follows the terms in common."""
    get = entry.shares.get
    shared = dot = covered = 0.0
    count = 0
    common = [*filter(None, map(get, other.title))]
    for _, rarity, product, titled, in_title in common:
        shared += rarity
        dot += product
        covered += titled
        count += in_title
    below = [*filter(None, map(get, other.body))]
    for _, rarity, product, titled, _ in below:
        shared += rarity
        dot += BODY * product
        covered += titled
    lengths = entry.norm * other.norm
    union = len(entry.footprint.title) + len(other.title) - count
    return Pair(
        other.seq,
        min(1.0, dot / lengths) if lengths else 0.0,
        count / union if union else 0.0,
        covered / entry.title_mass if entry.title_mass else 0.0,
        shared,
        common + below,
    )


class Surroundings(NamedTuple):
    """What is near an entry besides the story."""

    rival: float
    """Highest cosine with a member of any other story."""
    ambient: float
    """Mean cosine of the candidates outside the story: how alike everything of its topic is."""
    newest: float
    """Hours since the story's newest member."""
    nearest: float
    """Hours since the member most like the entry."""
    hot: float
    """Share of the window's entries that hold the entry's most frequent word: how much one topic rules."""
    young: float
    """1 while the window is empty, towards 0 as it fills: rarity is guesswork at first."""
    size: int
    """Texts of the story that are no copies."""
    grip: float
    """The story's share of the entries that bear the rare terms."""
    hold: float
    """The same for the one term that points to the story most, times its rarity."""
    purity: float
    """The story's share of the likeness of the nearest entries."""
    age: float
    """Hours since the story's oldest member in the window: a story tells less and less of what comes new."""
    foremost: bool
    """Whether no other story has a member more alike."""


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Some members of a story that stand for all, and the entry beside each."""

    seen: Sequence[Glance]
    pairs: Sequence[Pair]


NAMES = (
    "max", "top3", "mean", "jaccard", "covered", "shared", "entities", "numbers", "conflict", "newest",
    "size", "margin", "ambient", "bodies", "union", "max*bodies", "grip", "hold",
    "purity", "nearest", "hot", "young", "age", "foremost",
)  # fmt: skip


def measures(
    entry: Query, pairs: Sequence[Pair], exemplars: Exemplars, around: Surroundings
) -> tuple[float, ...]:
    """The measures named in `NAMES`; `pairs` are the story's members found, best first, at least one."""
    best = pairs[:_TOP]
    nearest = best[0].cosine
    bodies = 0.0
    if entry.footprint.body:
        bodies = sum([bool(other.body) for other in exemplars.seen]) / len(exemplars.seen)
    told = {share[0] for found in exemplars.pairs for share in found.common}
    common = len(entry.numbers & told) if entry.numbers else 0
    return (
        nearest,
        sum([found.cosine for found in best]) / min(_TOP, max(around.size, len(best))),
        sum([found.cosine for found in exemplars.pairs]) / len(exemplars.pairs),
        max([found.jaccard for found in best]),
        max([found.covered for found in best]),
        log1p(max([found.shared for found in best])),
        log1p(_named(entry, exemplars) if entry.entities else 0.0),
        float(min(2, common)),
        float(bool(entry.numbers) and not common and _counts(exemplars)),
        log1p(around.newest),
        log1p(around.size),
        nearest - around.rival,
        around.ambient,
        bodies,
        sum(map(entry.idf.__getitem__, told)) / entry.mass if entry.mass else 0.0,
        nearest * bodies,
        around.grip,
        around.hold / _LARGE,
        around.purity,
        log1p(around.nearest),
        around.hot,
        around.young,
        log1p(around.age),
        float(around.foremost),
    )


def _named(entry: Query, exemplars: Exemplars) -> float:
    """Sum of the rarity of the entry's entities that some exemplar has."""
    names = {name for other in exemplars.seen for name in other.entities}
    return sum(weight for name, weight in entry.entities.items() if name in names)


def _counts(exemplars: Exemplars) -> bool:
    """Whether an exemplar holds a number."""
    return any(any(map(NUMBER.__and__, (*other.title, *other.body))) for other in exemplars.seen)


BIAS = -2.178
WEIGHTS: tuple[float, ...] = (
    -3.919, 2.626, 3.880, 1.250, 1.805, 1.110, 0.160, -0.564, -0.825, -0.240, -0.159, 0.374, -3.543,
    -1.351, 0.708, 3.029, -0.438, 1.186, 1.525, -0.031, -2.678, -10.000, -0.625, 0.673,
)  # fmt: skip
"""In the order of `NAMES`; from tests/benchmarks/fit_stories.py."""
SHIFT = 0.2
"""Moves the mean to where stories come out best on the labelled sets taken together."""


_CLEARLY_NOT = -4.0
"""Logit below which the trees are not asked: most stories near an entry are not its own."""


def belongs(measured: Sequence[float]) -> float:
    """The probability, in [0, 1], that an entry with these measures belongs to the story.

    The mean, in logits, of a logistic regression and of a sum of small trees. The regression knows which way
    each measure points, also where the labelled sets show nothing; the trees know what it means together with
    others.
    """
    total = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, measured, strict=True))
    if grown.TREES and total > _CLEARLY_NOT:
        total = (total + leaves(grown.TREES, measured)) / 2
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total + SHIFT))))
