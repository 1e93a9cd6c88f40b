"""What is wrong with a channel, told through another one: a dead token cannot speak for itself.

outbox: what waits, and why | one sentence a channel, reason and day | queued for the `ops` channels
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import ClassVar, Final, Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Delivery, Message, Trouble
from monitor.core.render.blocks import section, words
from monitor.core.render.display import line
from monitor.core.render.times import dated
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Clock
from monitor.pipeline.to_ops import deliveries_to_ops
from monitor.telemetry import fields

log = logging.getLogger(__name__)

PATIENCE: Final = timedelta(minutes=1)
"""What waits for less may just be waiting for its turn."""
_LATELY: Final = timedelta(hours=1)


class TroubleStore(Protocol):
    """What notices are made of."""

    async def troubles(self, *, before: datetime, parked_since: datetime) -> list[Trouble]:
        """Channels on which something waits since before a moment, or was given up since another."""

    async def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries; one whose id is there already is left alone."""


class Notices:
    """Tells the `ops` channels of others that take nothing."""

    every: ClassVar[int] = 20
    """Seconds between two looks."""

    def __init__(self, store: TroubleStore, in_force: InForce, *, clock: Clock, on_alerts: Bell) -> None:
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._on_alerts = on_alerts

    async def look(self) -> None:
        """Queue a notice for each channel in trouble; the same one is told once a day."""
        now = self._clock()
        if not self._in_force.settings.ops:
            return
        try:
            troubles = await self._store.troubles(before=now - PATIENCE, parked_since=now - _LATELY)
            notices = [one for trouble in troubles for one in self._notices(trouble, now)]
            await self._store.enqueue(notices)
        except StoreUnavailableError as error:
            log.warning("notices.store_unavailable", extra=fields(error=str(error)))
            return
        if notices:
            self._on_alerts.ring()

    def _notices(self, trouble: Trouble, now: datetime) -> list[Delivery]:
        """Tell every ops channel but the one that is in trouble itself."""
        about = f"trouble\0{trouble.channel}\0{trouble.why}\0{now.date()}"
        return deliveries_to_ops(
            notice_of(trouble), self._in_force, about=about, now=now, but=trouble.channel
        )


def notice_of(trouble: Trouble) -> Message:
    """Say in one sentence which channel, why, and what becomes of its alerts."""
    number = f"{trouble.waiting:,} message{'' if trouble.waiting == 1 else 's'}"
    title = f"Channel {line(trouble.channel, 60)} takes no alerts"
    said = f"{title}: {line(trouble.why, 300)}. {number} kept since {dated(trouble.since)}; none is lost."
    return Message(
        title=title,
        text=f"NOTICE · news-monitor\n{said}",
        html=f"<p><strong>{escape(title)}</strong></p>\n<p>{escape(said)}</p>",
        blocks=({"type": "rich_text", "elements": [section([words("⚠️ "), words(said)])]},),
    )
