"""Joining: the stories that an entry is most like, and those that another language may tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log1p

from monitor.core.models import Placement
from monitor.core.stories.copies import Arrival, Found, recurs
from monitor.core.stories.gathering import Bearers, nearest
from monitor.core.stories.likeness import NAMES, Exemplars, Pair, Query, Surroundings, belongs, measures, pair
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
_BODIES, _YOUTH, _SIZE = NAMES.index("bodies"), NAMES.index("young"), NAMES.index("size")
_GROWN = log1p(12)
"""Size, as measured, from which a story with texts asks for more than a name in common."""
_ALIKE_PER_GROWTH = 0.1
_TELLING = 1.0
"""Rarity from which an entity leads to candidates: what more than every third text names leads anywhere."""
_NEARLY = 0.35
_SAME_TEXTS = 0.25
_SAME_TITLES = 0.4
_HOUR = 3_600_000_000
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story an entry may belong to."""

    seq: int
    """Its member nearest to the entry."""
    score: float
    measured: tuple[float, ...]
    """Empty where the nearest member settles that it is not the entry's story."""
    pair: Pair


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is near an entry."""

    near: list[Pair]
    """Best first."""
    stories: dict[int, list[Pair]]
    """The same by story, for the nearest stories."""
    known: dict[int, Pair]
    """The same by number of the member."""
    bearers: list[tuple[float, int, dict[int, int]]]
    """Of each rare term: its rarity, how many bear it, how many of those in each of the nearest stories."""
    weighed: float
    """Sum of the rarity of the terms that anything bears."""
    likeness: float
    """Sum of the cosines."""
    hot: float


def ranked(window: Window, arrival: Arrival, asked: Query) -> list[Ranked]:
    """The stories of its own language that an entry is most like, likeliest first."""
    scene = _scene(window, arrival, asked)
    young = _youth(window)
    floor = _titles(young) if not asked.footprint.body else min(_titles(young), _texts(young))
    result = []
    for story, pairs in scene.stories.items():
        if pairs[0].cosine < floor:
            result.append(Ranked(pairs[0].seq, 0.0, (), pairs[0]))
            continue
        measured = _measure(window, arrival, asked, story, scene)
        score = belongs(measured) if pairs[0].cosine >= _least(measured) else 0.0
        result.append(Ranked(pairs[0].seq, score, measured, pairs[0]))
    return sorted(result, key=lambda story: (-story.score, story.seq))


def nearly(stories: Sequence[Ranked]) -> Ranked | None:
    """Of stories, likeliest first, the one that an entry is likely to tell though it opens its own.

    It is half sure to belong, and some member is as alike to it as two reports of one happening are: titles
    alone more than texts.
    """
    if not stories or stories[0].score < _NEARLY:
        return None
    bodies = stories[0].measured[_BODIES]
    alike = bodies * _SAME_TEXTS + (1 - bodies) * _SAME_TITLES
    return stories[0] if stories[0].pair.cosine >= alike else None


def _youth(window: Window) -> float:
    return _YOUNG / (_YOUNG + window.rarity.documents)


def _texts(young: float) -> float:
    return _ALIKE + _ALIKE_WHEN_YOUNG * young


def _titles(young: float) -> float:
    return _ALIKE_TITLES + _ALIKE_TITLES_WHEN_YOUNG * young


def _least(measured: tuple[float, ...]) -> float:
    """Return how alike an entry must be to some member of a story, whatever else speaks for it.

    Most measures compare a story with its rivals; where there are none, as after a start, anything of the
    same topic would do: one word in common, if no other story has it. Titles alone share fewer words, so less
    is asked of them; on the labelled sets neither limit costs a story. A large story has a member that
    resembles nearly anything of its topic, and each stray that joins brings in more: so it asks for more,
    where there are texts to show it. Never less than the lower of `_texts` and `_titles`.
    """
    bodies, young = measured[_BODIES], measured[_YOUTH]
    growth = max(0.0, measured[_SIZE] - _GROWN)
    return bodies * (_texts(young) + _ALIKE_PER_GROWTH * growth) + (1 - bodies) * _titles(young)


def _scene(window: Window, arrival: Arrival, asked: Query) -> Scene:
    words, names = _bearers(window, asked)
    near = _near(window, arrival, asked, nearest(words + names, _COMPARED))
    stories: dict[int, list[Pair]] = {}
    story_of = window.shelf.story
    for found in near:
        stories.setdefault(story_of(found.seq), []).append(found)
    told = dict(islice(stories.items(), _STORIES))
    words = [found for found in words if found.seqs]
    lists = [found.seqs for found in words]
    members = {story: window.members(pairs[0].seq) for story, pairs in told.items()}
    return Scene(
        near,
        told,
        {found.seq: found for found in near},
        [
            (rarity, len(seqs), counts)
            for (rarity, seqs), counts in zip(words, _borne(window, lists, members), strict=True)
            if counts
        ],
        sum([found.rarity for found in words]),
        sum([found.cosine for found in near]),
        window.rarity.dominance(asked.footprint.title),
    )


def _near(window: Window, arrival: Arrival, asked: Query, candidates: list[int]) -> list[Pair]:
    """The entry beside each candidate of its language that is no earlier issue of it, most alike first."""
    outlet = arrival.outlet
    own = f"{asked.footprint.lang}\0".encode("utf-8", "surrogatepass")
    glance, outlet_of = window.shelf.glance, window.shelf.outlet
    near = []
    for seq in candidates:
        other = glance(seq)
        if len(own) > 1 and not other.names.startswith((own, b"\0")):
            continue
        if outlet_of(seq) != outlet or not recurs(window, arrival, seq):
            near.append(pair(asked, other))
    near.sort(key=lambda found: (-found.cosine, found.seq))
    return near


def _borne(
    window: Window, bearers: list[list[int]], members: dict[int, Sequence[int]]
) -> list[dict[int, int]]:
    """How many entries of each list belong to each of the stories; what is not named has none.

    The stories are mostly small: their members are looked for among the entries, rather than the story of
    each of the entries.
    """
    stories = window.shelf.stories
    if sum(map(len, members.values())) > _READ:
        return [_counts(filter(members.__contains__, stories(seqs))) for seqs in bearers]
    there = {seq: story for story, own in members.items() for seq in own}
    return [_counts(map(there.__getitem__, there.keys() & seqs)) for seqs in bearers]


def _counts(stories: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for story in stories:
        counts[story] = counts.get(story, 0) + 1
    return counts


def _bearers(window: Window, asked: Query) -> tuple[list[Bearers], list[Bearers]]:
    """Of the entry's rare words, and of its entities."""
    read = window.terms.newest
    words = [Bearers(asked.idf[term], read(term, _READ)) for term in asked.footprint.rare()]
    names = [
        Bearers(rare, read(entity_key(name), _READ))
        for name, rare in asked.entities.items()
        if rare >= _TELLING
    ]
    return words, names


def _measure(window: Window, arrival: Arrival, asked: Query, story: int, scene: Scene) -> tuple[float, ...]:
    pairs = scene.stories[story]
    seq = pairs[0].seq
    time = window.shelf.time
    members = window.members(seq)
    outside = len(scene.near) - len(pairs)
    around = Surroundings(
        rival=max([_GROUND, *(other[0].cosine for other in scene.stories.values() if other is not pairs)]),
        ambient=(scene.likeness - sum([found.cosine for found in pairs])) / outside if outside else _GROUND,
        nearest=max(0, arrival.at - time(seq)) / _HOUR,
        hot=scene.hot,
        young=_youth(window),
        newest=max(0, arrival.at - time(members[-1])) / _HOUR,
        size=window.texts(seq),
        grip=_grip(story, scene),
        hold=_hold(story, scene),
        purity=_purity(pairs, scene),
        age=max(0, arrival.at - time(members[0])) / _HOUR,
        foremost=pairs[0] is scene.near[0],
    )
    return measures(asked, pairs, _exemplars(window, asked, seq, scene), around)


def _exemplars(window: Window, asked: Query, seq: int, scene: Scene) -> Exemplars:
    """The entry beside those members of a story that stand for all; what was compared is not again."""
    seen, known = window.exemplars(seq), scene.known
    return Exemplars(seen, [known.get(other.seq) or pair(asked, other) for other in seen])


def _grip(story: int, scene: Scene) -> float:
    """Of the entries that bear the rare terms, the story's share, each term by its rarity."""
    held = sum([rarity * told.get(story, 0) / count for rarity, count, told in scene.bearers])
    return held / scene.weighed if scene.weighed else 0.0


def _hold(story: int, scene: Scene) -> float:
    """The same for the one term that points to the story most; a term seen once points little."""
    held = [rarity * told.get(story, 0) / (count + _SCARCE) for rarity, count, told in scene.bearers]
    return max(held, default=0.0)


def _purity(pairs: list[Pair], scene: Scene) -> float:
    """The story's share of the likeness of the nearest entries."""
    nearest = [found.cosine for found in scene.near[:_NEIGHBOURS]]
    own = sum([found.cosine for found in pairs if found.cosine >= nearest[-1]])
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
