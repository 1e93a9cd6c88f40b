"""Across languages: words do not compare, but names, numbers and the meaning of common words do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import NamedTuple

from monitor.core.models import Placement
from monitor.core.stories.copies import Arrival, Found
from monitor.core.stories.gathering import Bearers, nearest
from monitor.core.stories.likeness import Query
from monitor.core.stories.meaning import is_concept, is_name, key_in, token_key
from monitor.core.stories.names import alike, sound
from monitor.core.stories.observe import named
from monitor.core.stories.trace import Foreign, entity_key
from monitor.core.stories.window import Window
from monitor.core.stories.words import NUMBER

_READ = 200
"""Entries read under one key, newest first."""
_COMPARED = 60
_OFFERED = 5
_CLOSE = 129_600_000_000
"""A day and a half, in microseconds: a story reaches another language within hours."""
_ENTITY, _NAME, _NUMBER, _BODY = 1.5, 1.2, 0.8, 0.5
"""Weights of an entity of the rule files, a name and a number, relative to a concept; of what is not in the
title."""
OFFER_AT = 0.1
"""Likeness from which a story is possibly the same."""
JOIN_AT = 0.45
LIKELY_AT = 0.4
"""Likeness from which a reader had better be told that the two are probably one."""
_LIKELY_FEATURES = 3
_OFFERED_FEATURES = 2
_SHORT = 10.0
"""Length of a vector that the shortest title is taken to have: one name in common among three words is not
much."""
_NAMES = 2
_FEATURES = 4, 6
_CLEARLY = 1.3
"""How much more alike than any other story."""


@dataclass(frozen=True, slots=True)
class Abroad:
    """A story in another language that shares names with an entry."""

    seq: int
    entities: tuple[str, ...]
    tokens: tuple[str, ...]
    """Of the entry: sounds and concepts that the story has too, the heaviest first."""
    numbers: int
    likeness: float
    """Cosine of all that compares, by rarity, in [0, 1].

    Entities of the rule files are sure: where two are in common, the mean with the cosine of the entities.
    """

    @property
    def names(self) -> int:
        """Names in common, of rule files or heard alike."""
        return len(named(self.entities)) + sum(is_name(token) for token in self._others)

    @property
    def strong(self) -> bool:
        """Whether the evidence could carry a join: three entities, two names of four things, one of six."""
        if len(named(self.entities)) > _NAMES:
            return True
        few, many = _FEATURES
        return (self.names >= _NAMES and self.features >= few) or (self.names > 0 and self.features >= many)

    @property
    def likely(self) -> bool:
        """Whether a message on the one had better stand with that on the other."""
        return self.likeness >= LIKELY_AT and self.features >= _LIKELY_FEATURES and self.names > 0

    @property
    def features(self) -> int:
        """All that is in common."""
        return len(self.entities) + len(self._others) + self.numbers

    @property
    def _others(self) -> list[str]:
        """The tokens without those that are but the names of its entities, heard."""
        heard = [sound(part) for name in self.entities for part in name.split("-")]
        return [token for token in self.tokens if not any(alike(token, name) for name in heard)]

    @property
    def plausible(self) -> bool:
        """Whether it is worth a person's look."""
        return self.likeness >= OFFER_AT and (self.names > 0 or self.features >= _OFFERED_FEATURES)


class _Text(NamedTuple):
    """All that compares of one text."""

    entities: Sequence[str]
    title: tuple[str, ...]
    """Sounds of names and signs of concepts."""
    body: tuple[str, ...]
    terms: tuple[int, ...]
    """Those of the title."""
    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Side:
    """All that compares of one text, weighed by rarity."""

    entities: dict[str, float]
    tokens: dict[str, float]
    numbers: dict[int, float]
    length: float


def abroad(window: Window, arrival: Arrival, asked: Query) -> list[Abroad]:
    """The stories in other languages that may be the entry's, likeliest first, at most five."""
    own = asked.footprint
    others = [lang for lang, count in window.languages.items() if lang and count and lang != own.lang]
    if not own.lang or not others:
        return []
    side = _side(window, _Text(own.entities, own.meant_title, own.meant_body, own.title, own.numbers))
    best: dict[int, Abroad] = {}
    for seq in _candidates(window, side, others):
        if arrival.at - window.shelf.time(seq) > _CLOSE:
            continue
        other = window.shelf.foreign(seq)
        if not other.lang or other.lang == own.lang:
            continue
        common = _common(window, side, other, seq)
        if _hopeless(common) or _reach(window, side, common) < OFFER_AT * side.length * _SHORT:
            continue
        found = _compared(side, _side(window, _text(window, seq, other)), seq)
        story = window.shelf.story(seq)
        if found.plausible and (story not in best or found.likeness > best[story].likeness):
            best[story] = found
    return sorted(best.values(), key=lambda found: (-found.likeness, found.seq))[:_OFFERED]


def _text(window: Window, seq: int, other: Foreign) -> _Text:
    glance = window.shelf.glance(seq)
    numbers = frozenset(filter(NUMBER.__and__, (*glance.title, *glance.body)))
    return _Text(other.entities, other.title, other.body, glance.title, numbers)


def _side(window: Window, text: _Text) -> _Side:
    rarity = window.rarity.weights
    entities = {name: entity_key(name) for name in text.entities}
    title, body = text.title, text.body
    keys = {token: token_key(token) for token in (*title, *body)}
    rare = rarity((*entities.values(), *keys.values(), *text.numbers))
    weights = {token: rare[key] * (1.0 if is_concept(token) else _NAME) for token, key in keys.items()}
    names = {name: _ENTITY * rare[key] for name, key in entities.items()}
    tokens = {token: weights[token] for token in title} | {token: _BODY * weights[token] for token in body}
    numbers = {
        number: rare[number] * _NUMBER * (1.0 if number in text.terms else _BODY) for number in text.numbers
    }
    whole = (*names.values(), *tokens.values(), *numbers.values())
    return _Side(names, tokens, numbers, max(_SHORT, sqrt(sum([weight * weight for weight in whole]))))


class _Common(NamedTuple):
    """What of a text in another language has a counterpart on one side."""

    entities: list[str]
    tokens: list[tuple[float, list[str]]]
    """The weight of each token of the side, and what stands for it in the text."""
    numbers: list[int]
    title: tuple[str, ...]
    """The tokens of the text's title."""


def _common(window: Window, one: _Side, other: Foreign, seq: int) -> _Common:
    tokens = dict.fromkeys((*other.title, *other.body))
    glance = window.shelf.glance(seq) if one.numbers else None
    return _Common(
        [name for name in other.entities if name in one.entities],
        [(weight, met) for token, weight in one.tokens.items() if (met := _counterparts(token, tokens))],
        [*filter(one.numbers.__contains__, (*glance.title, *glance.body))] if glance else [],
        other.title,
    )


def _hopeless(common: _Common) -> bool:
    """Whether a text can only be found implausible: no name and not two features in common."""
    if common.entities or any(is_name(met[0]) for _, met in common.tokens):
        return False
    return len(common.tokens) + len(common.numbers) < _OFFERED_FEATURES


def _reach(window: Window, one: _Side, common: _Common) -> float:
    """How much two texts can have in common, before they are weighed as a whole: most do not reach enough."""
    if common.entities:
        return inf
    keys = {token: token_key(token) for _, met in common.tokens for token in met}
    rare = window.rarity.weights((*keys.values(), *common.numbers))
    weights = {token: rare[key] * (1.0 if token in common.title else _BODY) for token, key in keys.items()}
    told = sum([weight * max(map(weights.__getitem__, met)) for weight, met in common.tokens])
    return _NAME * told + sum([one.numbers[number] * _NUMBER * rare[number] for number in common.numbers])


def _candidates(window: Window, side: _Side, languages: Iterable[str]) -> list[int]:
    """The entries that share most, by names and concepts."""
    read = window.terms.newest
    bearers = [Bearers(weight, read(entity_key(name), _READ)) for name, weight in side.entities.items()]
    for lang in languages:
        bearers += [
            Bearers(weight, read(key_in(lang, token), _READ)) for token, weight in side.tokens.items()
        ]
    return nearest(bearers, _COMPARED)


def _compared(one: _Side, other: _Side, seq: int) -> Abroad:
    shared: list[tuple[float, str]] = []
    for token, weight in one.tokens.items():
        if (found := _counterpart(token, other.tokens)) > 0:
            shared.append((weight * found, token))
    entities = tuple(name for name in other.entities if name in one.entities)
    numbers = one.numbers.keys() & other.numbers.keys()
    known = sum(one.entities[name] * other.entities[name] for name in entities)
    dot = (
        known
        + sum(product for product, _ in shared)
        + sum(one.numbers[number] * other.numbers[number] for number in numbers)
    )
    likeness = dot / (one.length * other.length)
    if len(named(entities)) >= _NAMES:
        likeness = (likeness + known / (_length(one.entities) * _length(other.entities))) / 2
    tokens = tuple(token for _, token in sorted(shared, reverse=True))
    return Abroad(seq, entities, tokens, len(numbers), min(1.0, likeness))


def _length(weights: Mapping[str, float]) -> float:
    return sqrt(sum(weight * weight for weight in weights.values())) or 1.0


def _counterpart(token: str, others: dict[str, float]) -> float:
    """The weight of the token on the other side."""
    return max([others[found] for found in _counterparts(token, others)], default=0.0)


def _counterparts(token: str, others: Collection[str]) -> list[str]:
    """The token itself; else the names that sound alike, but for an ending: they are the same."""
    if token in others:
        return [token]
    if is_concept(token):
        return []
    first = token[0]  # of two that are alike, one begins with the other
    return [other for other in others if other[0] == first and alike(token, other)]


def joins_abroad(window: Window, arrival: Arrival, offered: list[Abroad]) -> Found | None:
    """Join a story in another language only where names point to it clearly, and to no other.

    In a hot topic many stories share the same names; then none is joined, and all are only offered.
    """
    if not offered or not offered[0].strong or offered[0].likeness < JOIN_AT:
        return None
    found = offered[0]
    if len(offered) > 1 and not _clearly(found, offered[1]):
        return None
    other = f"the entry of {window.named(found.seq)} in another language"
    reason = f"shares {in_common(arrival, found)} with {other}"
    return Found(seq=found.seq, placement=Placement.JOINS, score=found.likeness, reason=reason)


def _clearly(found: Abroad, second: Abroad) -> bool:
    """Whether a story is the entry's rather than the next one: much more alike, or more of its entities."""
    more = set(named(second.entities)) < set(named(found.entities)) and len(named(found.entities)) > _NAMES
    return more or found.likeness >= _CLEARLY * second.likeness


def in_common(arrival: Arrival, found: Abroad) -> str:
    """Say what an entry shares with a story in another language: entities by id, all else in its words."""
    said = arrival.observed.meaning.said
    shared = [*named(found.entities)[:3], *(said.get(token, token) for token in found.tokens)][:4]
    if found.numbers:
        shared.append("a number")
    shared = list(dict.fromkeys(shared)) or ["a rule"]
    return " and ".join((", ".join(shared[:-1]), shared[-1])) if len(shared) > 1 else shared[0]
