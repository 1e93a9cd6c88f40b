"""Listings: what the store answers to people who ask, beyond what the daemon itself needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from monitor.core.models.alerts import AlertRecord, Silence
from monitor.core.models.deliveries import DeliveryState
from monitor.core.models.entries import Entry
from monitor.core.models.matches import Findings
from monitor.core.models.stories import Assignment

_DIGITS: Final = 19
"""No counter of a database is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry with all that is known of it."""

    seq: int
    """Its place in the order of arrival; a revision keeps it."""
    entry: Entry
    findings: Findings
    assignment: Assignment | None = None
    """None while it waits for its story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A former text of an entry."""

    entry: str
    revision: int
    fetched: datetime
    title: str
    summary: str
    content: str
    full_text: bool = False
    """Whether the content was that of its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSilence:
    """A silence with what it has held back."""

    silence: Silence
    decisions: int
    """Matches that it kept from alerting or updating."""
    stories: int
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAlert:
    """An alert, what it is about, and where it went."""

    record: AlertRecord
    title: str
    """Of the entry that raised it; of the story where retention has taken the entry."""
    link: str | None
    outlet: str
    deliveries: Mapping[DeliveryState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDay:
    """What a rule did on one UTC day."""

    day: date
    matches: int
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleStatistics:
    """What a rule did, as far back as decisions are kept."""

    rule: str
    last_match_at: datetime
    last_alert_at: datetime | None
    days: tuple[RuleDay, ...]
    """Oldest first; days without a match are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How a story grew."""

    hours: tuple[int, ...]
    """Articles of each hour, oldest first, up to the hour of the latest one."""
    earlier: int
    """Articles before these hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Which stories are asked for; None: whatever it is."""

    rules: frozenset[str] | None = None
    """A rule that must have matched: any of these."""
    lang: str | None = None
    """Code of a language in which it must be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is of everything: for doctor, status lines and summaries."""

    feeds: int
    """Configured ones."""
    failing: int
    """Configured feeds whose last poll failed."""
    entries: int
    pending: int
    stories: int
    alerts: int
    held: int
    deliveries: Mapping[DeliveryState, int]
    oldest_unsent_at: datetime | None
    """When the oldest delivery that is READY, SENDING or UNSURE was created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long each kind of thing is kept."""

    entries: timedelta
    """Also for stories, alerts and their decisions; entries of a live story are kept with it."""
    deliveries: timedelta
    audit: timedelta = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a database takes, in bytes."""

    file: int
    """On disk, without its log."""
    used: int
    """Of that, by what is in it: the rest is used again before the file grows."""
    shrinks: bool = True
    """Whether freed space is given back to the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A database beside the size that it may have."""

    limit: int
    extent: Extent
    dropped: int = 0
    """Entries that had to go for it just now."""
    oldest: datetime | None = None
    """When the oldest entry that is left was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What retention deleted."""

    entries: int = 0
    stories: int = 0
    deliveries: int = 0
    decisions: int = 0
    audit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was removed of one entry that a person had forgotten."""

    entry: str
    texts: int
    """Its text and former ones; 0 if retention had them already."""
    stories: int
    decisions: int
    alerts: int
    deliveries: int
    """Copies of messages that may have told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the keeping of stories was at a moment: numbers that only grow."""

    placements: int = 0
    decisions: int = 0
    edits: int = 0
    deeds: int = 0
    """Lines of the audit log."""

    def __str__(self) -> str:
        """Write it for a browser to hand back."""
        return f"{self.placements}.{self.decisions}.{self.edits}.{self.deeds}"

    @classmethod
    def read(cls, said: str) -> Mark | None:
        """Read what `str` wrote; None if it is something else."""
        numbers = said.split(".")
        if len(numbers) != len(("placements", "decisions", "edits", "deeds")):
            return None
        if not all(one.isascii() and one.isdigit() and len(one) < _DIGITS for one in numbers):
            return None
        placements, decisions, edits, deeds = map(int, numbers)
        return cls(placements=placements, decisions=decisions, edits=edits, deeds=deeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The stories that changed after a mark."""

    mark: Mark
    """How far it is now."""
    stories: tuple[str, ...] = ()
    alerted: frozenset[str] = frozenset()
    """Those of them that an alert was told of."""
    rules: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The rules that matched in each of them, ever."""
    complete: bool = True
    """False: there were more than one answer holds."""
