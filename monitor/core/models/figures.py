"""Figures: what is counted for graphs and alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.models.alerts import Verdict
from monitor.core.models.deliveries import DeliveryState
from monitor.core.models.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far the ledgers of decisions and deliveries have been read."""

    decision: int
    """Number of the last decision read; 0 before the first."""
    delivery: int
    open: frozenset[int]
    """Numbers of the deliveries read that had not come to an end yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Decisions of one rule that came to the same."""

    rule: str
    verdict: Verdict
    number: int
    matches: int
    """How many of them were the first on their entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A delivery that came to an end."""

    channel: str
    state: DeliveryState
    seconds: float | None = None
    """Of an alert's first message, if sent: from when its article was first seen to the last attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What the ledgers say since they were last read, and how far they have now been."""

    followed: Followed
    decided: tuple[Decided, ...] = ()
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand at a moment."""

    feeds: Mapping[Health, int]
    """Configured ones."""
    next_poll_at: datetime | None
    """When the unclaimed feed that is due first is due."""
    entries: int
    """Ever stored."""
    pending: int
    oldest_pending_at: datetime | None
    """When the entry that has waited longest for its story was first seen."""
    held: int
    """Alerts held from everybody."""
    open: Mapping[tuple[str, DeliveryState], int]
    """Deliveries that still go on, by channel and state."""
    oldest_unsent_at: datetime | None
    silences: int
    """In force."""
    size: int
    """Of the database, in bytes."""
