"""What is wrong with the daemon and what it stands on, told to the `ops` channels: its begin and its end.

measures -> what is wrong -> what of it is news -> one message, COMMIT with what was told

A channel in trouble is told nothing of it: a dead token cannot speak for itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar, Final, Protocol

from monitor.core.ailing import LASTING, Course, News, ailing, followed, is_ours, news_of
from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Ailment, Bulk, Delivery, LateWalk, Measures, Message, Own, Trouble, Walk
from monitor.core.render.blocks import section, words
from monitor.core.render.times import lasting
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Clock
from monitor.pipeline.to_ops import deliveries_to_ops
from monitor.telemetry import fields

log = logging.getLogger(__name__)

PATIENCE: Final = timedelta(minutes=1)
"""What waits for less may just be waiting for its turn."""
_LINES: Final = 18
"""Ailments that one message names at most, so that every channel takes it: Slack has fifty blocks."""


class AilmentStore(Protocol):
    """What notices are made of."""

    async def troubles(self, *, before: datetime) -> list[Trouble]:
        """Channels on which something waits since before a moment, or that refused something for good."""

    async def oldest_pending_at(self) -> datetime | None:
        """When the entry that has waited longest for its story was fetched."""

    async def late_walks(self) -> list[Walk]:
        """The synthetic entries that other daemons say are late."""

    async def ailments_told(self) -> list[Ailment]:
        """What people were told has begun, and not that it ended."""

    async def tell_ailments(
        self, begun: Sequence[Ailment], over: Sequence[Ailment], deliveries: Sequence[Delivery]
    ) -> None:
        """Write down what people are told has begun and ended, together with the messages that tell it."""


class Machine(Protocol):
    """What a daemon knows of itself."""

    def elapsed(self) -> float:
        """Seconds that no setting of the clock changes."""

    async def measure(self) -> Own:
        """Look at stages, disk, clock and files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What other chores of the daemon have found."""

    walk: Callable[[], LateWalk | None] = lambda: None
    """Its own synthetic entry, where that is late."""
    bulk: Callable[[], Bulk | None] = lambda: None
    """The database beside its limit, where it has one."""


class Notices:
    """Tells of ailments; what it told is stored, so that no restart repeats a begin or forgets an end."""

    every: ClassVar[int] = 20
    """Seconds between two looks."""

    def __init__(
        self,
        store: AilmentStore,
        in_force: InForce,
        machine: Machine,
        *,
        clock: Clock,
        on_alerts: Bell,
        around: Around = Around(),
    ) -> None:
        """Take what to look at."""
        self._store, self._in_force, self._machine = store, in_force, machine
        self._clock, self._around = clock, around
        self._on_alerts = on_alerts
        self._courses: dict[str, Course] = {}

    async def look(self) -> None:
        """Queue one message about all that has begun or ended, if there is something."""
        own = await self._machine.measure()  # even if nobody is told: the clock is followed
        if not self._in_force.settings.ops:
            return
        try:
            told = await self._told(own)
        except StoreUnavailableError as error:
            log.warning("notices.store_unavailable", extra=fields(error=str(error)))
            return
        if told:
            self._on_alerts.ring()

    async def _told(self, own: Own) -> bool:
        now, at = self._clock(), timedelta(seconds=self._machine.elapsed())
        told = await self._store.ailments_told()
        known = {one.key: one for one in told if is_ours(one.key, own.host)}
        measures = Measures(
            at=now,
            own=own,
            troubles=await self._store.troubles(before=now - PATIENCE),
            bulk=self._around.bulk(),
            kept_for=self._in_force.settings.retention.entries,
            walks=await self._late_walks(),
            oldest_pending_at=await self._store.oldest_pending_at(),
        )
        self._courses = followed(self._courses, ailing(measures, known.keys()), known, at=at)
        news = news_of(self._courses, at=at)
        if not (news.begun or news.over):
            return False
        return await self._tell(news, now)

    async def _late_walks(self) -> list[LateWalk]:
        own = self._around.walk()
        others = [
            LateWalk(
                worker=one.worker, stage=one.stage, said=one.said, lasted=timedelta(seconds=one.late_for or 0)
            )
            for one in await self._store.late_walks()
        ]
        return [*([own] if own else []), *others]

    async def _tell(self, news: News, now: datetime) -> bool:
        """Tell each ops channel all but what is about itself; what no channel can tell stays untold."""
        deliveries: list[Delivery] = []
        heard: set[str] = set()
        for name in self._in_force.settings.ops:
            of = _but(news, name)
            if not (of.begun or of.over):
                continue
            keys = [one.key for one in (*of.begun, *of.over)]
            about = "\0".join(["ailments", now.isoformat(), *keys])
            made = deliveries_to_ops(message_of(of, now), self._in_force, about=about, now=now, only=name)
            deliveries += made
            heard.update(keys if made else ())
        begun = [one for one in news.begun if one.key in heard]
        if begun or news.over:
            await self._store.tell_ailments(begun, news.over, deliveries)
            _log(begun, news.over)
        return bool(deliveries)


def _but(news: News, channel: str) -> News:
    """Leave out what is about a channel."""
    begun, over, still = (
        tuple(one for one in ailments if one.channel != channel)
        for ailments in (news.begun, news.over, news.still)
    )
    return News(begun=begun, over=over, still=still)


def _log(begun: Sequence[Ailment], over: Sequence[Ailment]) -> None:
    for one in begun:
        log.error("ailment.began", extra=fields(ailment=one.key, said=one.said))
    for one in over:
        log.warning("ailment.ended", extra=fields(ailment=one.key, said=one.over))


def message_of(news: News, now: datetime) -> Message:
    """Write about what has begun and what has ended; `now` is when."""
    lines = [*(one.said for one in news.begun), *(_ended(one, now) for one in news.over)]
    title = _title(news)
    shown = list(_some(lines))
    if news.over and not news.begun and news.still:
        shown.append(f"Still wrong: {'; '.join(_some([one.title for one in news.still]))}.")
    headed = shown if len(lines) == 1 else [f"{title}:", *shown]
    sign = "⚠️ " if news.begun else "✅ "
    return Message(
        title=title,
        text="\n".join(["NOTICE · news-monitor", *headed]),
        html=f"<p><strong>{escape(title)}</strong></p>\n"
        + "\n".join(f"<p>{escape(one)}</p>" for one in shown),
        blocks=tuple(
            {"type": "rich_text", "elements": [section([words((sign if not index else "") + one)])]}
            for index, one in enumerate(headed)
        ),
    )


def _title(news: News) -> str:
    ailments = (*news.begun, *news.over)
    if len(ailments) == 1:
        return news.begun[0].title if news.begun else news.over[0].over
    said = [f"{len(news.begun)} things went wrong"] if len(news.begun) > 1 else []
    said += ["one thing went wrong"] if len(news.begun) == 1 else []
    said += [f"{len(news.over)} well again"] if news.over else []
    return f"News-monitor: {', '.join(said)}"


def _ended(ailment: Ailment, now: datetime) -> str:
    return f"{ailment.over}, after {lasting(max(now - LASTING - ailment.since, timedelta(0)))}."


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_LINES]
    if len(lines) > _LINES:
        yield f"and {len(lines) - _LINES} more: `news-monitor doctor`"
