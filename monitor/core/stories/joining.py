"""Joining: the stories that an entry is most like, and those that another language may tell of it."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from monitor.core.models import Placement
from monitor.core.stories.copies import Arrival, Found, recurs
from monitor.core.stories.likeness import NAMES, Pair, Query, Surroundings, belongs, measures, pair
from monitor.core.stories.observe import named
from monitor.core.stories.trace import entity_key
from monitor.core.stories.window import Window

_READ = 200
"""Entries read under one term, newest first."""
_COMPARED = 40
"""Entries compared in full."""
_STORIES = 5
"""Stories measured."""
_NEIGHBOURS = 10
_SCARCE = 5
_YOUNG = 2
_GROUND = 0.06
"""Cosine of unrelated entries: what an empty window is taken to be full of."""
_ALIKE = 0.16
_ALIKE_WHEN_YOUNG = 0.1
_ALIKE_TITLES = 0.1
_ALIKE_TITLES_WHEN_YOUNG = 0.2
_GROWN = log1p(12)
"""Size, as measured, from which a story with texts asks for more than a name in common."""
_ALIKE_PER_GROWTH = 0.1
_HOUR = 3_600_000_000
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story an entry may belong to."""

    seq: int
    """Its member nearest to the entry."""
    score: float
    measured: tuple[float, ...]
    pair: Pair


@dataclass(frozen=True, slots=True)
class Bearers:
    """The newest entries that bear a rare term or entity of the entry."""

    rarity: float
    seqs: list[int]
    word: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is near an entry."""

    near: list[Pair]
    """Best first."""
    stories: list[list[Pair]]
    """The same by story, for the nearest stories."""
    bearers: list[tuple[Bearers, dict[int, int]]]
    """With the number of bearers in each of the nearest stories."""
    hot: float


def ranked(window: Window, arrival: Arrival, asked: Query) -> list[Ranked]:
    """The stories of its own language that an entry is most like, likeliest first."""
    scene = _scene(window, arrival, asked)
    result = []
    for pairs in scene.stories:
        measured = _measure(window, arrival, asked, pairs, scene)
        score = belongs(measured) if pairs[0].cosine >= _least(measured) else 0.0
        result.append(Ranked(pairs[0].seq, score, measured, pairs[0]))
    return sorted(result, key=lambda story: (-story.score, story.seq))


def _least(measured: tuple[float, ...]) -> float:
    """Return how alike an entry must be to some member of a story, whatever else speaks for it.

    Most measures compare a story with its rivals; where there are none, as after a start, anything of the
    same topic would do: one word in common, if no other story has it. Titles alone share fewer words, so less
    is asked of them; on the labelled sets neither limit costs a story. A large story has a member that
    resembles nearly anything of its topic, and each stray that joins brings in more: so it asks for more,
    where there are texts to show it.
    """
    bodies, young = measured[NAMES.index("bodies")], measured[NAMES.index("young")]
    growth = max(0.0, measured[NAMES.index("size")] - _GROWN)
    texts = _ALIKE + _ALIKE_WHEN_YOUNG * young + _ALIKE_PER_GROWTH * growth
    titles = _ALIKE_TITLES + _ALIKE_TITLES_WHEN_YOUNG * young
    return bodies * texts + (1 - bodies) * titles


def _scene(window: Window, arrival: Arrival, asked: Query) -> Scene:
    bearers = _bearers(window, asked)
    own = asked.footprint.lang
    near = []
    for seq in _nearest(bearers):
        other = window.shelf.glance(seq)
        foreign = own and other.lang and other.lang != own
        if not foreign and not recurs(window, arrival, seq):
            near.append(pair(asked, other))
    near.sort(key=lambda found: (-found.cosine, found.seq))
    stories: dict[int, list[Pair]] = {}
    for found in near:
        stories.setdefault(window.shelf.story(found.seq), []).append(found)
    nearest = dict(list(stories.items())[:_STORIES])
    members = {story: window.members(pairs[0].seq) for story, pairs in nearest.items()}
    counted = [(found, _borne(window, found.seqs, members)) for found in bearers if found.seqs and found.word]
    return Scene(near, list(nearest.values()), counted, window.rarity.dominance(asked.footprint.title))


def _borne(window: Window, seqs: list[int], members: dict[int, Sequence[int]]) -> dict[int, int]:
    """How many of the entries belong to each of the stories.

    The stories are mostly small: their members are looked for among the entries, rather than the story of
    each of the entries.
    """
    if sum(map(len, members.values())) > len(seqs):
        told = window.shelf.stories(seqs)
        return {story: told.count(story) for story in members}
    there = frozenset(seqs)
    return {story: sum(map(there.__contains__, own)) for story, own in members.items()}


def _bearers(window: Window, asked: Query) -> list[Bearers]:
    read = window.terms.newest
    words = [Bearers(asked.idf[term], read(term, _READ), word=True) for term in asked.footprint.rare()]
    names = [
        Bearers(rare, read(entity_key(name), _READ), word=False) for name, rare in asked.entities.items()
    ]
    return words + names


def _nearest(bearers: list[Bearers]) -> list[int]:
    """The entries that share most, each term weighed by the square of its rarity."""
    scores: dict[int, float] = {}
    for found in bearers:
        gain = found.rarity * found.rarity
        for seq in found.seqs:
            scores[seq] = scores.get(seq, 0.0) + gain
    least = min(heapq.nlargest(_COMPARED, scores.values()), default=0.0)
    nearest = sorted((-score, seq) for seq, score in scores.items() if score >= least)
    return [seq for _, seq in nearest[:_COMPARED]]


def _measure(
    window: Window, arrival: Arrival, asked: Query, pairs: list[Pair], scene: Scene
) -> tuple[float, ...]:
    seq = pairs[0].seq
    members = window.members(seq)
    inside = sum(found.cosine for found in pairs)
    outside = len(scene.near) - len(pairs)
    around = Surroundings(
        rival=max([_GROUND, *(other[0].cosine for other in scene.stories if other is not pairs)]),
        ambient=(sum(found.cosine for found in scene.near) - inside) / outside if outside else _GROUND,
        nearest=max(0, arrival.at - window.shelf.time(seq)) / _HOUR,
        hot=scene.hot,
        young=_YOUNG / (_YOUNG + window.rarity.documents),
        newest=max(0, arrival.at - window.shelf.time(members[-1])) / _HOUR,
        size=window.texts(seq),
        grip=_grip(window.shelf.story(seq), scene),
        hold=_hold(window.shelf.story(seq), scene),
        purity=_purity(pairs, scene),
        age=max(0, arrival.at - window.shelf.time(members[0])) / _HOUR,
        foremost=pairs is scene.stories[0],
    )
    return measures(asked, pairs, window.exemplars(seq), around)


def _grip(story: int, scene: Scene) -> float:
    """Of the entries that bear the rare terms, the story's share, each term by its rarity."""
    weighed = sum(found.rarity for found, _ in scene.bearers)
    held = sum(found.rarity * counts[story] / len(found.seqs) for found, counts in scene.bearers)
    return held / weighed if weighed else 0.0


def _hold(story: int, scene: Scene) -> float:
    """The same for the one term that points to the story most; a term seen once points little."""
    return max(
        (found.rarity * counts[story] / (len(found.seqs) + _SCARCE) for found, counts in scene.bearers),
        default=0.0,
    )


def _purity(pairs: list[Pair], scene: Scene) -> float:
    """The story's share of the likeness of the nearest entries."""
    nearest = [found.cosine for found in scene.near[:_NEIGHBOURS]]
    own = sum(found.cosine for found in pairs if found.cosine >= nearest[-1])
    whole = sum(nearest) + _GROUND * (_NEIGHBOURS - len(nearest))
    return own / max(own, whole) if own else 0.0


def joins(window: Window, arrival: Arrival, story: Ranked, asked: Query) -> Found:
    """Say why an entry joins a story."""
    other = window.shelf.footprint(story.seq)
    names = [name for name in named(asked.entities) if name in other.entities]
    terms = sorted((term for term in other.terms if term in asked.idf), key=lambda term: -asked.idf[term])
    by_term = arrival.observed.by_term()
    words = [by_term[term] for term in terms]
    shown = sorted(names, key=lambda name: -asked.entities[name])[:_NAMED]
    said = {part for name in shown for part in name.casefold().replace("-", " ").split()}
    shown += [word for word in dict.fromkeys(words) if word.casefold() not in said][: _NAMED - len(shown)]
    common = f"shares {_listed(shown)}; " if shown else ""
    likeness = f"likeness of rare words {story.pair.cosine:.2f} to the entry of {window.named(story.seq)}"
    return Found(seq=story.seq, placement=Placement.JOINS, score=story.score, reason=common + likeness)


def _listed(names: list[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
