"""When alerts are sent: of a route, by default, and how that becomes policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, tzinfo
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    ConfigDict,
    Field,
    WrapValidator,
)

from monitor.core.calendar import clock_time, cron, weekdays, zone_named
from monitor.core.models import (
    EVERY_DAY,
    NO_DIGEST,
    NO_ESCALATION,
    NO_QUIET_HOURS,
    UNLIMITED,
    Digest,
    Escalation,
    QuietHours,
    SendingPolicy,
    Severity,
    WhenExpired,
)
from monitor.core.settings.base import (
    Clock,
    CronLine,
    Duration,
    SeverityName,
    Strict,
    Weekdays,
    Zone,
)

_N = TypeVar("_N")


class QuietHoursSettings(Strict):
    """When a channel is not to ring."""

    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    zone: Zone | None = None
    days: Weekdays | None = None
    """Days on which they begin; by default every day."""
    exempt: tuple[SeverityName, ...] = Field(default=(), alias="except")
    """Severities that ring all the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def noun(self) -> QuietHours:
        """Return what is meant."""
        return QuietHours(
            start=clock_time(self.start),
            end=clock_time(self.end),
            zone=None if self.zone is None else zone_named(self.zone),
            days=EVERY_DAY if self.days is None else weekdays(self.days),
            exempt=frozenset(map(Severity, self.exempt)),
        )


class DigestSettings(Strict):
    """When gathered alerts are sent as one message."""

    at: CronLine
    zone: Zone | None = None

    def noun(self) -> Digest:
        """Return what is meant."""
        return Digest(at=cron(self.at), zone=None if self.zone is None else zone_named(self.zone))


class EscalateSettings(Strict):
    """Which channels are told of an alert that nobody acknowledges."""

    after: Duration
    to: tuple[str, ...] = Field(min_length=1)
    severity: SeverityName = "high"
    """At least so grave."""

    def noun(self) -> Escalation:
        """Return what is meant."""
        return Escalation(after=self.after, to=self.to, severity=Severity(self.severity))


class Nothing(Strict):
    """What `none` stands for: what a lower layer says does not hold here."""


NOTHING = Nothing()


def _noun(said: Any, nothing: _N) -> _N | None:
    """Return what is meant; None where nothing is said."""
    if said is None:
        return None
    found: _N = nothing if isinstance(said, Nothing) else said.noun()
    return found


def _or_none(value: Any, read: Callable[[Any], Any]) -> Any:
    """Read a mapping, or `none`."""
    return NOTHING if value == "none" else read(value)


def _digest(value: Any, read: Callable[[Any], Any]) -> Any:
    """Read a mapping, a cron line alone, or `none`."""
    return _or_none({"at": value} if isinstance(value, str) and value != "none" else value, read)


def _limit(value: Any, read: Callable[[Any], Any]) -> Any:
    """Read a number, or `none`."""
    return UNLIMITED if value == "none" else read(value)


class SendingSettings(Strict):
    """When channels may have alerts: what routes and `alerts` both say. None: not said here."""

    group_wait: Duration | None = None
    """How long a first message waits, so that it counts several outlets already."""
    max_per_hour: Annotated[int | None, Field(ge=1), WrapValidator(_limit)] = None
    """Messages a channel gets in any hour; the rest follows as one."""
    quiet_hours: Annotated[QuietHoursSettings | None, WrapValidator(_or_none)] = None
    """When a channel is not to ring; what comes meanwhile is told at their end."""
    digest: Annotated[DigestSettings | None, WrapValidator(_digest)] = None
    """Cron lines at which everything is sent as one message."""
    expires_after: Duration | None = None
    """A message that has waited longer for its channel is late."""
    when_expired: Literal["mark", "drop"] | None = None
    """What becomes of a late message: it is sent and says so, or is dropped with its reason kept."""
    escalate: Annotated[EscalateSettings | None, WrapValidator(_or_none)] = None
    """Which channels are told of an alert that nobody acknowledges."""

    def policy(self) -> SendingPolicy:
        """Return what is said here."""
        return SendingPolicy(
            group_wait=self.group_wait,
            max_per_hour=self.max_per_hour,
            quiet_hours=_noun(self.quiet_hours, NO_QUIET_HOURS),
            digest=_noun(self.digest, NO_DIGEST),
            expires_after=self.expires_after,
            when_expired=None if self.when_expired is None else WhenExpired(self.when_expired),
            escalate=_noun(self.escalate, NO_ESCALATION),
        )


class RouteMatch(Strict):
    """What an alert must be for a route to take it; each given key must hold, any of its values."""

    rule: tuple[str, ...] = ()
    severity: tuple[SeverityName, ...] = ()
    tag: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    """Outlets or addresses of feeds."""
    entity: tuple[str, ...] = ()


class RouteSettings(SendingSettings):
    """One route: the first that matches decides, unless it says `continue: true`."""

    match: RouteMatch = RouteMatch()
    channels: tuple[str, ...] = Field(min_length=1)
    go_on: bool = Field(default=False, alias="continue")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AlertSettings(SendingSettings):
    """What holds for all alerts unless a rule or a route says otherwise."""

    max_age: Duration = timedelta(hours=24)
    """Entries published longer ago than this when first seen do not alert."""
    first_read_max_age: Duration = timedelta(hours=1)
    """The same for the first read of a new feed, so that its backlog never floods."""
    channels: tuple[str, ...] = ()
    """Where alerts go that no route takes; by default every channel."""
    zone: Zone = Field(default="UTC", validate_default=True)
    """The time zone of quiet hours and digests that name none; looked up now, not at the first alert."""
    expires_after: Duration | None = timedelta(hours=1)

    @property
    def clock_zone(self) -> tzinfo:
        """The time zone that holds where none is named."""
        return zone_named(self.zone)
