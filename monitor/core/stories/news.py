"""What an entry adds to its story."""

from __future__ import annotations

from monitor.core.models import Entry, News, Placement
from monitor.core.stories.copies import Found
from monitor.core.stories.likeness import Query
from monitor.core.stories.trace import Flag
from monitor.core.stories.window import Window

NOVEL_AT = 0.5
"""Share of an entry's rarity unseen in its story from which it tells something new."""
SURE_AT = 0.8


def news_of(window: Window, entry: Entry, asked: Query, seq: int, found: Found | None) -> tuple[News, ...]:
    """The reasons to tell of an entry again; `found` is None for a revision."""
    known = [window.shelf.footprint(number) for number in window.members(seq)[-24:]]
    own = asked.footprint
    news: list[News] = []
    outlets = {window.shelf.outlet(number) for number in window.members(seq)}
    if window.shelf.outlet_number(entry.outlet) not in outlets:
        news.append(News.OUTLET)
    if found is not None and found.placement is Placement.COPY:
        return tuple(news)
    if own.lang and own.lang not in {other.lang for other in known}:
        news.append(News.LANGUAGE)
    if set(own.entities) - {name for other in known for name in other.entities}:
        news.append(News.ENTITY)
    if asked.numbers - {term for other in known for term in other.numbers}:
        news.append(News.NUMBER)
    for flag, kind in (
        (Flag.DENIAL, News.DENIAL),
        (Flag.CONFIRMATION, News.CONFIRMATION),
        (Flag.CORRECTION, News.CORRECTION),
    ):
        if own.flags & flag and not any(other.flags & flag for other in known):
            news.append(kind)
    if found is not None:
        seen = {term for other in known for term in other.terms}
        unseen = sum(weight for term, weight in asked.idf.items() if term not in seen)
        if found.score < SURE_AT or (asked.mass and unseen / asked.mass >= NOVEL_AT):
            news.append(News.NOVELTY)
    return tuple(news)
