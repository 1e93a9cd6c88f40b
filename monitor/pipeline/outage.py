"""The database out of reach: logged when it begins and when it is over, and then told to the `ops` channels.

While it lasts nothing can be told: what is sent is kept in the database.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from html import escape
from typing import ClassVar, Final, Protocol

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Delivery, Message
from monitor.core.render.blocks import section, words
from monitor.core.render.times import lasting
from monitor.elapsed import since_boot
from monitor.pipeline.in_force import InForce
from monitor.pipeline.pace import Bell
from monitor.pipeline.ports import Clock
from monitor.pipeline.to_ops import deliveries_to_ops
from monitor.telemetry import fields

log = logging.getLogger(__name__)

WORTH_TELLING: Final = 10.0
"""Seconds: what is over sooner rings no bells."""
_NEWS: Final = 60.0
"""Seconds after the end within which it is told; a daemon that becomes the keeper later tells nothing old."""


class Outage:
    """What one daemon knows of its connection to the database."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._ended = 0.0
        self.lasted = 0.0
        """Seconds of the last outage that is over and not told; 0 if there is none."""

    def lost(self, error: str) -> None:
        """Take note that the database could not serve."""
        if self._began is None:
            self._began = since_boot()
            said = "nothing is polled or sent until it is back"
            log.error("database.lost", extra=fields(error=error, said=said))

    def back(self) -> None:
        """Take note that the database served."""
        if self._began is None:
            return
        self._ended = since_boot()
        self.lasted, self._began = self._ended - self._began, None
        log.warning("database.back", extra=fields(seconds=round(self.lasted, 1)))

    def to_tell(self) -> float:
        """Return how long the outage lasted that people should hear of; 0 if there is none."""
        if self.lasted < WORTH_TELLING or since_boot() - self._ended > _NEWS:
            return 0.0
        return self.lasted


class Queue(Protocol):
    """What the store offers of messages that no alert made."""

    async def enqueue(self, deliveries: Sequence[Delivery]) -> None:
        """Add deliveries; one whose id is there already is left alone."""


class OutageNotice:
    """Tells of an outage that is over; it is the keeper's to do."""

    every: ClassVar[int] = 5
    """Seconds between two looks."""

    def __init__(
        self, outage: Outage, queue: Queue, in_force: InForce, *, clock: Clock, on_alerts: Bell
    ) -> None:
        self._outage, self._queue, self._in_force = outage, queue, in_force
        self._clock, self._on_alerts = clock, on_alerts

    async def look(self) -> None:
        """Queue one message, if there is something to tell."""
        seconds, now = self._outage.to_tell(), self._clock()
        if not seconds:
            return
        message = message_of(timedelta(seconds=round(seconds)))
        about = f"database back\0{now:%Y-%m-%d %H:%M}"
        try:
            await self._queue.enqueue(deliveries_to_ops(message, self._in_force, about=about, now=now))
        except StoreUnavailableError as error:
            log.warning("notices.store_unavailable", extra=fields(error=str(error)))
            return
        self._outage.lasted = 0.0
        self._on_alerts.ring()


def message_of(lasted: timedelta) -> Message:
    """Write about an outage that lasted so long."""
    title = f"The database could not be reached for {lasting(lasted)}"
    said = "Nothing was polled or sent meanwhile; what was under way is done again, nothing is lost."
    return Message(
        title=title,
        text="\n".join(["NOTICE · news-monitor", f"{title}.", said]),
        html=f"<p><strong>{escape(title)}</strong></p>\n<p>{escape(said)}</p>",
        blocks=tuple(
            {"type": "rich_text", "elements": [section([words(one)])]} for one in (f"✅ {title}.", said)
        ),
    )
