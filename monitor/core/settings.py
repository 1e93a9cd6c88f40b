"""The nouns of configuration: what config.yaml says, checked, with secrets resolved and hidden.

Every model forbids unknown keys and is frozen; these classes are also the schema of the file. Durations are
written as `30s`, `5m`, `2h`, `7d` or as a number of seconds; sizes as `8MiB`, `500KB` or as bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, tzinfo
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WrapValidator,
    field_validator,
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
from monitor.core.units import duration, size

_N = TypeVar("_N")

Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]
Limit = Annotated[timedelta | None, BeforeValidator(lambda said: None if said == "never" else duration(said))]
"""A duration, or `never`."""


def _written(read: Callable[[str], object]) -> AfterValidator:
    """Refuse a text that cannot be read; it is kept as it is written."""

    def checked(text: str) -> str:
        read(text)
        return text

    return AfterValidator(checked)


Clock = Annotated[str, _written(clock_time)]
Weekdays = Annotated[str, _written(weekdays)]
Zone = Annotated[str, _written(zone_named)]
CronLine = Annotated[str, _written(cron)]
SeverityName = Literal["low", "medium", "high", "critical"]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)


class BasicAuth(Strict):
    """User and password for one feed."""

    user: str
    password: SecretStr


class FeedSettings(Strict):
    """One feed of the list under `feeds:`."""

    url: str
    name: str = ""
    outlet: str = ""
    """The publisher; by default the registrable part of the host name."""
    tags: tuple[str, ...] = ()
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    interval: Duration | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    proxy: SecretStr | None = None
    auth: BasicAuth | None = None
    allow_private: bool = False
    enabled: bool = True


class PollingSettings(Strict):
    """How feeds are asked."""

    interval: Duration = timedelta(minutes=5)
    min_interval: Duration = timedelta(seconds=30)
    max_backoff: Duration = timedelta(hours=6)
    concurrency: int = Field(default=50, ge=1, le=2000)
    per_host: int = Field(default=2, ge=1, le=16)
    connect_timeout: Duration = timedelta(seconds=5)
    read_timeout: Duration = timedelta(seconds=5)
    total_timeout: Duration = timedelta(seconds=20)
    max_body: Size = 8 * 2**20
    """On the wire."""
    max_document: Size = 16 * 2**20
    """After decompression."""
    max_entries: int = Field(default=500, ge=1, le=10000)
    max_redirects: int = Field(default=5, ge=0, le=20)
    parse_timeout: Duration = timedelta(seconds=3)
    parse_workers: int = Field(default=2, ge=1, le=32)
    user_agent: str = ""
    contact: str = ""
    """A URL or address that operators of the polled sites can turn to; part of the User-Agent."""
    proxy: SecretStr | None = None
    allow_networks: tuple[str, ...] = ()
    """Private networks that may be polled, as CIDR; none by default."""


class Templated(Strict):
    """What every channel may say."""

    template: str | None = None
    """How its messages look: the NAME of NAME.slack.j2, NAME.html.j2 or NAME.txt.j2 among the templates."""


class ConsoleChannel(Templated):
    """Alerts as text on standard output."""

    type: Literal["console"]
    color: Literal["auto", "always", "never"] = "auto"


class SlackChannel(Templated):
    """Slack by bot token (messages are updated and threaded) or by incoming webhook (posted only)."""

    type: Literal["slack"]
    token: SecretStr | None = None
    channel: str | None = None
    app_token: SecretStr | None = None
    """An app-level token (xapp-) with `connections:write`: draws buttons and heeds them, by Socket Mode."""
    webhook: SecretStr | None = None
    on_doubt: Literal["repeat", "hold"] = "repeat"
    settle: Duration = timedelta(seconds=60)
    """How long after an unanswered request the channel's history is asked whether the message arrived."""
    pace: Duration = timedelta(seconds=1)
    """The least time between two messages: Slack takes about one a second in a channel."""
    fold_after: Limit = timedelta(minutes=2)
    """Where the last of those waiting would have to wait longer than this, they become digests."""
    api_url: str = "https://slack.com/api/"
    timeout: Duration = timedelta(seconds=10)


class EmailChannel(Templated):
    """E-mail by SMTP."""

    type: Literal["email"]
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str = Field(alias="from", default="")
    to: tuple[str, ...] = Field(min_length=1)
    settle: Duration = timedelta(minutes=15)
    """How long after a mail whose receipt was never confirmed it is sent once more."""
    pace: Duration = timedelta(seconds=1)
    """The least time between two mails."""
    fold_after: Limit = timedelta(minutes=2)
    """As for Slack."""
    timeout: Duration = timedelta(seconds=60)
    verify: bool = True
    """Whether the server's certificate is checked."""
    ca_file: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WebhookChannel(Templated):
    """Alerts as JSON by HTTP POST, signed with HMAC-SHA256 when a secret is given."""

    type: Literal["webhook"]
    url: SecretStr
    secret: SecretStr | None = None
    timeout: Duration = timedelta(seconds=10)
    allow_private: bool = False


class AppriseChannel(Templated):
    """Whatever Apprise reaches, by an address in its notation; needs the extra `apprise`."""

    type: Literal["apprise"]
    url: SecretStr
    on_doubt: Literal["repeat", "hold"] = "repeat"
    timeout: Duration = timedelta(seconds=30)


ChannelSettings = Annotated[
    ConsoleChannel | SlackChannel | EmailChannel | WebhookChannel | AppriseChannel,
    Field(discriminator="type"),
]


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
    zone: Zone = "UTC"
    """The time zone of quiet hours and digests that name none."""
    expires_after: Duration | None = timedelta(hours=1)

    @property
    def clock_zone(self) -> tzinfo:
        """The time zone that holds where none is named."""
        return zone_named(self.zone)


class StorySettings(Strict):
    """How entries become stories."""

    window: Duration = timedelta(hours=72)
    owners: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Outlets that belong together, by name of the owner: they count as one."""

    @field_validator("owners")
    @classmethod
    def _each_outlet_has_one_owner(cls, owners: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        seen: dict[str, str] = {}
        for owner, outlets in owners.items():
            for outlet in outlets:
                other = seen.setdefault(outlet.casefold(), owner)
                if other != owner:
                    message = (
                        f"'{outlet}' cannot belong to both '{other}' and '{owner}'; leave it in one of them"
                    )
                    raise ValueError(message)
        return owners

    @property
    def owner_of(self) -> dict[str, str]:
        """The owner of each outlet that has one, by name of the outlet in lower case."""
        return {
            outlet.casefold(): owner for owner, outlets in self.owners.items() for outlet in (owner, *outlets)
        }


class RetentionSettings(Strict):
    """How long things are kept; entries in a live story are kept with it."""

    entries: Duration = timedelta(days=90)
    deliveries: Duration = timedelta(days=90)
    every: Duration = timedelta(hours=6)


class Settings(Strict):
    """The whole of config.yaml."""

    database: SecretStr = SecretStr("sqlite:///data/news-monitor.db")
    """A SQLAlchemy URL without driver: `sqlite:///path` or `postgresql://user@host/name`."""
    rules: tuple[str, ...] = ("rules",)
    """Files and folders, relative to config.yaml."""
    feeds: tuple[FeedSettings, ...] = ()
    opml: tuple[str, ...] = ()
    """OPML files whose feeds are added, relative to config.yaml."""
    templates: str = "templates"
    """The folder of message templates, relative to config.yaml; none by default."""
    samples: bool = False
    """Whether the invented sample outlets run beside the real feeds."""
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    ops: tuple[str, ...] = ()
    """Names of channels that are told when another channel takes nothing."""
    routes: tuple[RouteSettings, ...] = ()
    polling: PollingSettings = PollingSettings()
    alerts: AlertSettings = AlertSettings()
    stories: StorySettings = StorySettings()
    retention: RetentionSettings = RetentionSettings()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"
