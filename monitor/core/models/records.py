"""Records: what one stage commits and the next one reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from monitor.core.models.alerts import AlertRecord, Decision, Hold
from monitor.core.models.deliveries import Delivery
from monitor.core.models.entries import Entry
from monitor.core.models.feeds import FeedState
from monitor.core.models.matches import Findings
from monitor.core.models.pages import Page
from monitor.core.models.stories import Assignment, Source, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry never seen, or a changed text of a known one (`entry.revision` > 0), and what it holds."""

    entry: Entry
    findings: Findings
    page: Page | None = None
    """What is to become of its page, where the feed wants full texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """What one poll leaves behind, committed in one transaction: the feed's new state and its new entries."""

    state: FeedState
    entries: tuple[NewEntry, ...] = ()
    failure: str = ""
    """What kind of failure it was, in a few words that hold for many feeds; empty if it went well."""
    before: FeedState | None = field(default=None, repr=False)
    """The state that was claimed, where it is at hand: what is still the same need not be written again."""
    host: str = ""
    """Whom the next poll will ask, where that is another host than before; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingEntry:
    """A committed entry that no story has yet; `seq` is its place in the order of arrival."""

    seq: int
    entry: Entry
    findings: Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """What one pending entry came to, committed in one transaction with its outbox rows."""

    seq: int
    entry: Entry
    assignment: Assignment
    story: Story
    """The story after the entry."""
    findings: Findings = field(default_factory=Findings)
    decisions: tuple[Decision, ...] = ()
    alerts: tuple[AlertRecord, ...] = ()
    """New or changed records."""
    deliveries: tuple[Delivery, ...] = ()
    holds: tuple[Hold, ...] = ()
    """What channels are to get later: new ones, and those that tell more now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What became, with time alone, of alerts decided on before; committed in one transaction."""

    alerts: tuple[AlertRecord, ...] = ()
    decisions: tuple[Decision, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    holds: tuple[Hold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that rang, as far as limits count it."""

    rule: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An entry of the story window as stored: what the story book is rebuilt from after a restart."""

    source: Source
    story: str
    of: str | None = None
    trace: bytes = field(default=b"", repr=False)
