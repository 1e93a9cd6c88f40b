"""The line that comes every day to the `ops` channels: silence, too, is then an alarm."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar, Final, Protocol

from monitor.core.ailing import is_ours
from monitor.core.calendar import clock_time, moment
from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Ailment, Day, Delivery, Message
from monitor.core.render.blocks import section, words
from monitor.core.told_in_time import daily_line
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Clock
from monitor.pipeline.to_ops import deliveries_to_ops
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_RESTART: Final = timedelta(minutes=15)
"""A daemon that starts so soon after the time of the line tells it still; later, its absence tells more."""
_DAY: Final = timedelta(days=1)


class DayStore(Protocol):
    """What the daily line is made of."""

    async def day_since(self, since: datetime) -> Day:
        """What was done since a moment."""

    async def ailments_told(self) -> list[Ailment]:
        """What people were told has begun, and not that it ended."""

    async def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries; one whose id is there already is left alone."""


class DailyLine:
    """Tells once a day, at a time of day in the zone of `alerts`, how things stand."""

    every: ClassVar[int] = 20
    """Seconds between two looks at the clock."""

    def __init__(self, store: DayStore, in_force: InForce, *, clock: Clock, on_alerts: Bell) -> None:
        self._store, self._in_force, self._clock, self._on_alerts = store, in_force, clock, on_alerts
        self._looked = clock() - _RESTART

    async def look(self) -> None:
        """Queue the line if its time has come since the last look; a line of the same day is queued once."""
        now = self._clock()
        due = self._due(now)
        if due is None:
            self._looked = now
            return
        try:
            await self._tell(due, now)
        except StoreUnavailableError as error:  # the next look finds it due still
            log.warning("daily.postponed", extra=fields(error=str(error)))
            return
        self._looked = now

    def _due(self, now: datetime) -> datetime | None:
        """Return the latest moment of the line, if it lies between the last look and now."""
        settings = self._in_force.settings
        if settings.self_check.daily == "off" or not settings.ops:
            return None
        zone, at = settings.alerts.clock_zone, clock_time(settings.self_check.daily)
        today = now.astimezone(zone).date()
        moments = (moment(day, at, zone) for day in (today, today - _DAY))
        return next((due for due in moments if self._looked < due <= now), None)

    async def _tell(self, due: datetime, now: datetime) -> None:
        told = await self._store.ailments_told()
        wrong = [one.title for one in told if is_ours(one.key, "")]  # a host may be gone for good
        said = daily_line(await self._store.day_since(now - _DAY), wrong)
        about = f"daily\0{due.isoformat()}"
        await self._store.enqueue(deliveries_to_ops(_message(said), self._in_force, about=about, now=now))
        log.info("daily", extra=fields(said=said))
        self._on_alerts.ring()


def _message(said: str) -> Message:
    return Message(
        title=said.partition(";")[0],
        text=f"NOTICE · news-monitor\n{said}",
        html=f"<p>{escape(said)}</p>",
        blocks=({"type": "rich_text", "elements": [section([words(said)])]},),
    )
