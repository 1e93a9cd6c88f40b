"""Ailments: what is wrong with the daemon itself or with what it stands on, for the people who run it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.models.deliveries import Trouble
from monitor.core.models.listings import Bulk
from monitor.core.models.walks import LateWalk


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailment:
    """One thing that is wrong, from its begin to its end."""

    key: str
    """What it is, the same at every look: `disk`, `channel slack`."""
    title: str
    said: str
    """What is wrong and what to do about it, a sentence or two."""
    over: str
    """What is said when it has ended."""
    since: datetime
    channel: str = ""
    """The channel that it is about, which cannot be asked to tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The disk on which the database lies, in bytes."""

    free: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Memory in use at one moment, in bytes."""

    own: int
    children: int
    """Of the processes that read documents, and of others that the daemon started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Memory that is held for good, in bytes: the least of ten minutes, of the daemon and its children."""

    now: int
    at_first: int
    """One hour after it was first measured: after the start, or after it became the keeper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the daemon knows of itself and of its machine."""

    stuck: Sequence[str] = ()
    """Stages that stand still."""
    room: Room | None = None
    """None: the database lies elsewhere."""
    clock_set: timedelta = timedelta(0)
    """By how much the clock has been set lately; negative: back."""
    refused: Sequence[str] = ()
    """Mistakes for which rule files or the configuration are not in force as they stand in their files."""
    held: Held | None = None
    """None: it is too early to compare, or the system does not tell."""
    host: str = ""
    """Of several daemons on one database, whose this is; empty: there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """All that ailments are told by, at one moment."""

    at: datetime
    own: Own = Own()
    troubles: Sequence[Trouble] = ()
    bulk: Bulk | None = None
    """The database beside its limit; None: it has none, or was not measured yet."""
    kept_for: timedelta = timedelta(0)
    """How long entries are kept where no limit of size decides."""
    walks: Sequence[LateWalk] = ()
    """Synthetic entries, of this daemon and of others, that should have arrived."""
    oldest_pending_at: datetime | None = None
    """When the oldest entry that waits for its story was fetched; None: none waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTimes:
    """When the steps of one alert were made."""

    alert: str
    published: datetime | None
    """As the feed says; None: it does not, or retention took the entry."""
    first_seen: datetime | None
    decided: datetime | None
    """When it was decided that it is told; None: it is still held."""
    sent: datetime | None
    """When the first channel had it; None: none has yet, or it was sent before such times were kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was done since a moment."""

    feeds: int
    in_trouble: int
    """Feeds that need a look."""
    entries: int
    alerts: int
    times: Sequence[AlertTimes]
    """Of the alerts first sent since then."""
