"""What is remembered of the moments at which a feed published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Counts of entries that fade with time, as of `at`; some hundred bytes however much a feed publishes.

    Only new entries change it: what fades is reckoned when it is read. See monitor.core.rhythm.
    """

    since: datetime
    """When counting began: the oldest entry counted, or the first look."""
    at: datetime
    """The moment at which the counts stood as they are here."""
    newest: datetime
    """When the newest entry appeared."""
    count: float = 0.0
    """Entries; the counts by hour, day and minutes add up to it."""
    hours: tuple[float, ...] = (0.0,) * 24
    """By hour of the day, UTC."""
    days: tuple[float, ...] = (0.0,) * 7
    """By day of the week, Monday first, UTC."""
    minutes: tuple[float, ...] = (0.0,) * 12
    """By five minutes of the hour: many newsrooms publish by the clock."""
    burst: float = 0.0
    """Entries of the last hours."""
    gaps: tuple[int, ...] = ()
    """Seconds between the latest entries, oldest first; at most forty."""
