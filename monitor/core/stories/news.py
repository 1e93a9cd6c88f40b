"""What an entry adds to its story."""

from __future__ import annotations

from itertools import chain
from math import log

from monitor.core.models import Entry, News, Placement
from monitor.core.stories.copies import Arrival, Found
from monitor.core.stories.likeness import Query
from monitor.core.stories.observe import named
from monitor.core.stories.trace import Flag, Glance
from monitor.core.stories.window import Window

SURE_AT = 0.75
"""Probability of belonging below which a reader had better be told of an entry half of which is unseen."""
_SURE = log(SURE_AT / (1 - SURE_AT))
_HALF = 0.5
_CERTAIN = 1e-9
_READ = 24
_KINDS = (
    (Flag.DENIAL, News.DENIAL),
    (Flag.CONFIRMATION, News.CONFIRMATION),
    (Flag.CORRECTION, News.CORRECTION),
)


def news_of(
    window: Window, arrival: Arrival, asked: Query, seq: int, found: Found | None
) -> tuple[News, ...]:
    """The reasons to tell of an entry again; `found` is None for a revision.

    An article that is now known in full tells nothing new by that, but for what its headline says by now.
    A live page or a digest says much that its story has not, and all of it is, or will be, told by articles.
    """
    news = [] if arrival.outlet < 0 or window.tells(seq, arrival.outlet) else [News.OUTLET]
    if found is not None and found.placement is Placement.COPY:
        return tuple(news)
    known = [*map(window.shelf.glance, window.members(seq)[-_READ:])]
    facts = _facts(asked, known)
    if found is None and arrival.entry.full_text:
        return tuple(one for one in facts if one is News.CORRECTION)
    news += facts
    if found is None or asked.footprint.flags & Flag.LIVE:
        return tuple(news)
    if is_new(found.score, unseen(asked, known)):
        news.append(News.NOVELTY)
    return tuple(news)


def is_new(score: float, unseen_share: float) -> bool:
    """Whether an entry that joins a story had better be told all the same.

    One doubt is not enough where the other speaks against it: a report in other words of what is surely the
    same is no news, and neither is a report in the same words that might belong elsewhere. So the two are
    weighed together.

    Args:
        score: the probability that it belongs to the story, in [0, 1].
        unseen_share: the share of what it says that is unseen in the story, in [0, 1].
    """
    odds = max(_CERTAIN, score) / max(_CERTAIN, 1 - score)
    return log(odds) < _SURE + unseen_share - _HALF


def revised(entry: Entry) -> str:
    """Say in a sentence what a revision is."""
    if entry.full_text:
        return "the full text, from its page, of an article already known"
    return f"revision {entry.changes} of an article already known"


def _facts(asked: Query, known: list[Glance]) -> list[News]:
    own = asked.footprint
    news = []
    if own.lang and own.lang not in {other.lang for other in known}:
        news.append(News.LANGUAGE)
    names = set(named(own.entities))
    if names and names - {name for other in known for name in other.entities}:
        news.append(News.ENTITY)
    if asked.numbers and asked.numbers.difference(*_texts(known)):
        news.append(News.NUMBER)
    flags = 0
    for other in known:
        flags |= other.flags
    return news + [kind for flag, kind in _KINDS if own.flags & flag & ~flags]


def unseen(asked: Query, known: list[Glance]) -> float:
    """The share of an entry's terms, by rarity, that no known entry of the story holds."""
    new = asked.idf.keys() - set(chain.from_iterable(_texts(known)))
    missing = sum([weight for term, weight in asked.idf.items() if term in new])
    return missing / asked.mass if asked.mass else 0.0


def _texts(known: list[Glance]) -> list[tuple[int, ...]]:
    """The terms of titles and of bodies."""
    return [terms for other in known for terms in (other.title, other.body)]
