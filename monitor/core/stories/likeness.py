"""How much an entry is like a story: a handful of measures, weighed by a logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p

from monitor.core.stories.trace import Footprint
from monitor.core.stories.words import NUMBER

BODY = 0.6
"""Weight of a term outside the title, relative to one inside."""
_TOP = 3


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


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry beside one member of a story."""

    seq: int
    cosine: float
    jaccard: float
    """Of the titles' terms."""
    covered: float
    """Share of the entry's title, by rarity, that stands in the member."""
    shared: float
    """Sum of the rarity of shared terms."""


def query(footprint: Footprint, idf: dict[int, float], entities: dict[str, float]) -> Query:
    """Weigh an entry's terms."""
    vector = {term: idf[term] for term in footprint.title}
    title_mass = sum(vector.values())
    for term in footprint.body:
        vector[term] = BODY * idf[term]
    return Query(
        footprint=footprint,
        idf=idf,
        vector=vector,
        norm=sum(weight * weight for weight in vector.values()) ** 0.5,
        mass=sum(idf.values()),
        title_mass=title_mass,
        numbers=footprint.numbers,
        entities=entities,
    )


def pair(entry: Query, other: Footprint) -> Pair:
    """Compare an entry with a member of a story; cost follows the member's terms."""
    idf, vector = entry.idf, entry.vector
    dot = shared = covered = 0.0
    common = 0
    titled = entry.footprint.title
    for term in other.title:
        if term in vector:
            rarity = idf[term]
            shared += rarity
            dot += rarity * vector[term]
            if term in titled:
                common += 1
                covered += rarity
    for term in other.body:
        if term in vector:
            rarity = idf[term]
            shared += rarity
            dot += BODY * rarity * vector[term]
            if term in titled:
                covered += rarity
    lengths = entry.norm * other.norm
    union = len(titled) + len(other.title) - common
    return Pair(
        other.seq,
        min(1.0, dot / lengths) if lengths else 0.0,
        common / union if union else 0.0,
        covered / entry.title_mass if entry.title_mass else 0.0,
        shared,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is near an entry: how alike everything in its topic is, and hours since the story's members."""

    rival: float
    """Highest cosine with a member of any other story."""
    ambient: float
    """Mean cosine of the candidates outside the story."""
    newest: float
    nearest: float
    oldest: float
    size: int


NAMES = (
    "max",
    "top3",
    "mean",
    "jaccard",
    "covered",
    "shared",
    "entities",
    "numbers",
    "conflict",
    "newest",
    "oldest",
    "size",
    "margin",
    "ambient",
    "bodies",
    "union",
    "max*bodies",
    "grip",
    "hold",
    "purity",
)


def measures(
    entry: Query, pairs: Sequence[Pair], exemplars: Sequence[Footprint], around: Surroundings
) -> tuple[float, ...]:
    """The measures named in `NAMES`; `pairs` are the story's members found, best first."""
    cosines = [found.cosine for found in pairs[:_TOP]]
    depth = min(_TOP, around.size)
    seen: set[int] = set()
    numbers: set[int] = set()
    entities: set[str] = set()
    bodies = 0
    total = 0.0
    for other in exemplars:
        seen.update(other.title)
        seen.update(other.body)
        entities.update(other.entities)
        bodies += bool(other.body)
    numbers = {term for term in seen if term & NUMBER}
    known = {found.seq: found.cosine for found in pairs}
    total = sum(known[other.seq] if other.seq in known else pair(entry, other).cosine for other in exemplars)
    unseen = sum(weight for term, weight in entry.idf.items() if term not in seen)
    both = min(1.0, bodies / len(exemplars)) if entry.footprint.body and exemplars else 0.0
    common = entry.numbers & numbers
    return (
        cosines[0],
        sum(cosines) / depth,
        total / len(exemplars) if exemplars else 0.0,
        max(found.jaccard for found in pairs[:_TOP]),
        max(found.covered for found in pairs[:_TOP]),
        log1p(max(found.shared for found in pairs[:_TOP])),
        log1p(sum(weight for name, weight in entry.entities.items() if name in entities)),
        float(min(2, len(common))),
        float(bool(entry.numbers and numbers and not common)),
        log1p(around.newest),
        log1p(around.oldest),
        log1p(around.size),
        cosines[0] - around.rival,
        around.ambient,
        both,
        1.0 - unseen / entry.mass if entry.mass else 0.0,
        cosines[0] * both,
    )


BIAS = -5.0
WEIGHTS = (
    6.0,
    3.0,
    2.0,
    2.0,
    1.0,
    0.3,
    0.5,
    0.2,
    -0.3,
    -0.3,
    0.0,
    0.0,
    1.0,
    -2.0,
    0.0,
    1.0,
    1.0,
    0.0,
    0.0,
    0.0,
)


def belongs(measured: Sequence[float]) -> float:
    """The probability, in [0, 1], that an entry with these measures belongs to the story."""
    total = BIAS + sum(weight * value for weight, value in zip(WEIGHTS, measured, strict=True))
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))
