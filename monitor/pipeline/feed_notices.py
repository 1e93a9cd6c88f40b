"""Feeds that fall ill or recover, told to the `ops` channels: once each, and all of one look in one message.

feeds that are not as people were told | for certain, and not just for a moment? | one message, COMMIT with it
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from itertools import groupby
from typing import ClassVar, Final, Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.health import is_certain, is_well, remedy
from monitor.core.models import Delivery, Health, HealthNews, Message
from monitor.core.render.blocks import section, words
from monitor.core.render.display import line
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Clock
from monitor.pipeline.to_ops import deliveries_to_ops
from monitor.telemetry import fields

log = logging.getLogger(__name__)

LASTING: Final = timedelta(hours=1)
"""A recovery, or a change of complaint, is told when it has lasted so long: what flickers rings no bells."""
_NAMED: Final = 10
_LINES: Final = 18
"""Feeds that one message names at most, so that every channel takes it: Slack has fifty blocks."""
_REASON: Final = 240


class HealthStore(Protocol):
    """What notices of feeds are made of."""

    async def health_news(self) -> list[HealthNews]:
        """The configured feeds that are not as people were told, by name."""

    async def tell_health(self, told: Mapping[str, Health | None], deliveries: Sequence[Delivery]) -> None:
        """Write down what people are told of feeds, by url, together with the messages that tell it."""


class FeedNotices:
    """Tells of feeds; what it told is stored, so that a restart repeats nothing."""

    every: ClassVar[int] = 60
    """Seconds between two looks."""

    def __init__(self, store: HealthStore, in_force: InForce, *, clock: Clock, on_alerts: Bell) -> None:
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._on_alerts = on_alerts

    async def look(self) -> None:
        """Queue one message about all feeds whose health has changed for certain."""
        now = self._clock()
        if not self._in_force.settings.ops:
            return
        try:
            news = [one for one in await self._store.health_news() if worth_telling(one, now)]
            if not news:
                return
            about = f"feed health\0{now.isoformat()}\0" + "\0".join(one.url for one in news)
            deliveries = deliveries_to_ops(message_of(news), self._in_force, about=about, now=now)
            if not deliveries:
                return
            told = {one.url: None if is_well(one.health.state) else one.health.state for one in news}
            await self._store.tell_health(told, deliveries)
        except StoreUnavailableError as error:
            log.warning("feeds.notices_postponed", extra=fields(error=str(error)))
            return
        self._on_alerts.ring()


def worth_telling(news: HealthNews, now: datetime) -> bool:
    """Say whether a change of health is certain and no mere flicker."""
    state, since = news.health.state, news.health.since
    if not is_certain(state, failures=news.failures):
        return False
    return news.told is None or (since is not None and now - since >= LASTING)


def message_of(news: Sequence[HealthNews]) -> Message:
    """Write about feeds that fell ill, by state, and about those that recovered."""
    ill = sorted(
        (one for one in news if not is_well(one.health.state)), key=lambda one: one.health.state.value
    )
    well = [one for one in news if is_well(one.health.state)]
    title = _title(ill, well)
    lines = [*_of_the_ill(ill), *_of_the_well(well)]
    items = "".join(f"<li>{escape(one)}</li>" for one in lines)
    return Message(
        title=title,
        text="\n".join([f"NOTICE · news-monitor\n{title}", *lines]),
        html=f"<p><strong>{escape(title)}</strong></p>\n<ul>{items}</ul>",
        blocks=tuple({"type": "rich_text", "elements": [section([words(one)])]} for one in (title, *lines)),
    )


def _title(ill: Sequence[HealthNews], well: Sequence[HealthNews]) -> str:
    if len(ill) == 1 and not well:
        return f"Feed {line(ill[0].name, 60)}: {ill[0].health.state.value}"
    if len(well) == 1 and not ill:
        return f"Feed {line(well[0].name, 60)} is well again"
    said = [f"{len(ill)} need a look"] * bool(ill) + [f"{len(well)} well again"] * bool(well)
    return f"Feeds: {', '.join(said)}"


def _of_the_ill(ill: Sequence[HealthNews]) -> Iterator[str]:
    """Give a line for each feed while there is room, then a count."""
    states = [list(group) for _, group in groupby(ill, key=lambda one: one.health.state)]
    each = max(_LINES // max(len(states), 1), 1)
    for members in states:
        state = members[0].health.state.value
        for one in members[:each]:
            what = remedy(one.health, one.noted)
            yield f"{line(one.name, 60)}: {state}: {line(one.health.reason, _REASON)}. Remedy: {what}."
        if len(members) > each:
            yield f"and {len(members) - each} more {state}: `news-monitor feeds list --health`"


def _of_the_well(well: Sequence[HealthNews]) -> Iterator[str]:
    for one in well[:_NAMED]:
        yield f"{line(one.name, 60)}: well again; it was: {one.told.value if one.told else 'unwell'}."
    if len(well) > _NAMED:
        yield f"and {len(well) - _NAMED} more well again"
