"""Policy: how a rule's matches become alerts, and when a channel may have them.

Of what may be said in three places a rule's word wins over the route's, and the route's over the default.
Where nothing is said the value is None; `none` in a file is an object that never holds anything back.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from monitor.core.models.matches import Severity

EVERY_DAY: Final = frozenset(range(7))
UNLIMITED: Final = 1_000_000_000
"""Messages an hour that no channel gets."""


class FollowUp(StrEnum):
    """What later articles of a story do to the alert already sent."""

    UPDATE = "update"
    THREAD = "thread"
    NEW = "new"
    SILENT = "silent"


class WhenExpired(StrEnum):
    """What becomes of a message that could not be delivered in time."""

    MARK = "mark"
    """It is sent, and says how late it is."""
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corroboration:
    """Hold an alert until this many independent outlets tell the story, for at most `within`."""

    outlets: int
    within: timedelta
    otherwise: str = "drop"
    """At the deadline: `drop` (recorded, listable) or `send` (marked unconfirmed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """Moments of a local clock, as cron writes them: `0 8 * * mon-fri`."""

    text: str
    """As written."""
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    """Of the month, 1 to 31."""
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Monday, as Python counts."""
    either_day: bool = False
    """Whether a day of the month or of the week is enough: so cron reads a line that restricts both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When a channel is not to ring, by the clock on the wall."""

    start: time
    end: time
    """Earlier than, or the same as, `start`: on the next day."""
    zone: tzinfo | None = None
    """None means `alerts.zone`."""
    days: frozenset[int] = EVERY_DAY
    """Days on which they begin, 0 is Monday; none at all means that there are no quiet hours."""
    exempt: frozenset[Severity] = frozenset()
    """Severities that ring all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Gather alerts, and send them as one message at these moments."""

    at: Cron | None
    """None means that nothing is gathered."""
    zone: tzinfo | None = None
    """None means `alerts.zone`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Tell other channels of an alert that nobody has acknowledged in time."""

    after: timedelta
    to: tuple[str, ...]
    """Names of channels; none at all means that nothing is escalated."""
    severity: Severity = Severity.HIGH
    """At least so grave."""


NO_QUIET_HOURS: Final = QuietHours(start=time(0), end=time(0), days=frozenset())
NO_DIGEST: Final = Digest(at=None)
NO_ESCALATION: Final = Escalation(after=timedelta(0), to=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingPolicy:
    """When a channel may have an alert. None: not said here."""

    group_wait: timedelta | None = None
    """How long the first message waits, so that it counts several outlets already."""
    max_per_hour: int | None = None
    """Messages of a rule to a channel, or of all rules by a route, in any hour."""
    quiet_hours: QuietHours | None = None
    digest: Digest | None = None
    expires_after: timedelta | None = None
    """A message that has waited longer for its channel is late."""
    when_expired: WhenExpired | None = None
    escalate: Escalation | None = None

    def over(self, lower: SendingPolicy) -> SendingPolicy:
        """Return this policy with what it leaves open filled in from another."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        return SendingPolicy(
            **{name: getattr(lower, name) if value is None else value for name, value in own.items()}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """How a rule's matches become alerts."""

    channels: tuple[str, ...] = ()
    """Channel names; empty means: as the routes say."""
    follow_up: FollowUp = FollowUp.UPDATE
    corroboration: Corroboration | None = None
    cooldown: timedelta = timedelta(0)
    """At least this long between two alerts of the rule, whatever their stories."""
    max_age: timedelta | None = None
    """Entries older than this when first seen do not alert; None means the configured default."""
    sending: SendingPolicy = SendingPolicy()
