"""The nouns of configuration: what config.yaml says, checked, with secrets resolved and hidden.

Every model forbids unknown keys and is frozen; these classes are also the schema of the file. Durations are
written as `30s`, `5m`, `2h`, `7d` or as a number of seconds; sizes as `8MiB`, `500KB` or as bytes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from monitor.core.units import duration, size

Duration = Annotated[timedelta, BeforeValidator(duration)]
Size = Annotated[int, BeforeValidator(size)]


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


class ConsoleChannel(Strict):
    """Alerts as text on standard output."""

    type: Literal["console"]
    color: Literal["auto", "always", "never"] = "auto"


class SlackChannel(Strict):
    """Slack by bot token (messages are updated and threaded) or by incoming webhook (posted only)."""

    type: Literal["slack"]
    token: SecretStr | None = None
    channel: str | None = None
    webhook: SecretStr | None = None
    on_doubt: Literal["repeat", "hold"] = "repeat"
    settle: Duration = timedelta(seconds=60)
    """How long after an unanswered request the channel's history is asked whether the message arrived."""
    api_url: str = "https://slack.com/api/"
    timeout: Duration = timedelta(seconds=10)


class EmailChannel(Strict):
    """E-mail by SMTP."""

    type: Literal["email"]
    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    sender: str = Field(alias="from", default="")
    to: tuple[str, ...] = Field(min_length=1)
    timeout: Duration = timedelta(seconds=60)
    verify: bool = True
    """Whether the server's certificate is checked."""
    ca_file: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WebhookChannel(Strict):
    """Alerts as JSON by HTTP POST, signed with HMAC-SHA256 when a secret is given."""

    type: Literal["webhook"]
    url: SecretStr
    secret: SecretStr | None = None
    timeout: Duration = timedelta(seconds=10)
    allow_private: bool = False


ChannelSettings = Annotated[
    ConsoleChannel | SlackChannel | EmailChannel | WebhookChannel, Field(discriminator="type")
]


class RouteMatch(Strict):
    """What an alert must be for a route to take it; each given key must hold, any of its values."""

    rule: tuple[str, ...] = ()
    severity: tuple[Literal["low", "medium", "high", "critical"], ...] = ()
    tag: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()


class RouteSettings(Strict):
    """One route: the first that matches decides, unless it says `continue: true`."""

    match: RouteMatch = RouteMatch()
    channels: tuple[str, ...] = Field(min_length=1)
    go_on: bool = Field(default=False, alias="continue")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AlertSettings(Strict):
    """What holds for all alerts unless a rule says otherwise."""

    max_age: Duration = timedelta(hours=24)
    """Entries published longer ago than this when first seen do not alert."""
    first_read_max_age: Duration = timedelta(hours=1)
    """The same for the first read of a new feed, so that its backlog never floods."""
    channels: tuple[str, ...] = ()
    """Where alerts go that no route takes; by default every channel."""


class StorySettings(Strict):
    """How entries become stories."""

    window: Duration = timedelta(hours=72)


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
    samples: bool = False
    """Whether the invented sample outlets run beside the real feeds."""
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    routes: tuple[RouteSettings, ...] = ()
    polling: PollingSettings = PollingSettings()
    alerts: AlertSettings = AlertSettings()
    stories: StorySettings = StorySettings()
    retention: RetentionSettings = RetentionSettings()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"
