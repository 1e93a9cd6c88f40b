"""The nouns of configuration: what config.yaml says, checked, with secrets resolved and hidden.

Every model forbids unknown keys and is frozen; these classes are also the schema of the file. Durations are
written as `30s`, `5m`, `2h`, `7d` or as a number of seconds; sizes as `8MiB`, `500KB` or as bytes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from monitor.core.settings.base import (
    Clock,
    CronLine,
    Duration,
    Limit,
    SeverityName,
    Size,
    Strict,
    Weekdays,
    Zone,
)
from monitor.core.settings.channels import (
    AppriseChannel,
    ChannelSettings,
    ConsoleChannel,
    EmailChannel,
    SlackChannel,
    Templated,
    WebhookChannel,
)
from monitor.core.settings.feeds import BasicAuth, FeedSettings, PollingSettings, TagSettings
from monitor.core.settings.sending import (
    NOTHING,
    AlertSettings,
    DigestSettings,
    EscalateSettings,
    Nothing,
    QuietHoursSettings,
    RouteMatch,
    RouteSettings,
    SendingSettings,
)
from monitor.core.settings.web import Web, WebSettings, WebSubSettings
from monitor.core.units import duration

__all__ = [
    "NOTHING",
    "AlertSettings",
    "AppriseChannel",
    "BasicAuth",
    "ChannelSettings",
    "Clock",
    "ConsoleChannel",
    "CronLine",
    "DigestSettings",
    "Duration",
    "EmailChannel",
    "EscalateSettings",
    "FeedSettings",
    "Limit",
    "Nothing",
    "PollingSettings",
    "QuietHoursSettings",
    "RetentionSettings",
    "RouteMatch",
    "RouteSettings",
    "SelfCheckSettings",
    "SendingSettings",
    "Settings",
    "SeverityName",
    "Size",
    "SlackChannel",
    "StorySettings",
    "Strict",
    "TagSettings",
    "Templated",
    "WebSettings",
    "WebSubSettings",
    "WebhookChannel",
    "Weekdays",
    "Zone",
]


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
    audit: Duration = timedelta(days=400)
    """Who did what by hand."""
    max_size: Size | None = Field(default=None, ge=2**20)
    """Bytes that the database may use: above, the oldest entries go first, whatever `entries` says."""
    every: Duration = timedelta(hours=6)


def _off(said: object) -> object:
    """Read `off`, which YAML takes for false, as what it says."""
    return "off" if said is False else said


def _every(said: object) -> object:
    """Read a time, or `off`: never."""
    return None if _off(said) == "off" else duration(said)


class SelfCheckSettings(Strict):
    """How the daemon watches itself, and who is told that it lives."""

    walk: Annotated[timedelta | None, BeforeValidator(_every)] = timedelta(minutes=5)
    """Between two synthetic entries that walk the whole path; `off`: none does."""
    patience: Duration = timedelta(minutes=5)
    """How long a stage may stand still, or a synthetic entry walk, before systemd's watchdog is not fed."""
    heartbeat: SecretStr | None = None
    """The address of a dead man's switch, which is asked for while all is well."""
    every: Duration = timedelta(minutes=1)
    """Between two pings of the heartbeat."""
    allow_private: bool = False
    """Whether the heartbeat may lead to a private address."""
    daily: Annotated[Literal["off"] | Clock, BeforeValidator(_off)] = "09:00"
    """When the `ops` channels are told how things stand, in the zone of `alerts`; `off`: never."""

    @field_validator("patience", "every", "walk")
    @classmethod
    def _long_enough(cls, given: timedelta | None) -> timedelta | None:
        if given is not None and given < timedelta(seconds=10):
            message = "is too short; give at least 10s"
            raise ValueError(message)
        return given


PUSHED: Final = ("database:",)
"""What `rules: database` is read as: no file has such a name."""


def _or_pushed(said: object) -> object:
    return PUSHED if said == "database" else said


class Settings(Strict):
    """The whole of config.yaml."""

    database: SecretStr = SecretStr("sqlite:///data/news-monitor.db")
    """A SQLAlchemy URL without driver: `sqlite:///path` or `postgresql://user@host/name`."""
    rules: Annotated[tuple[str, ...], BeforeValidator(_or_pushed)] = ("rules",)
    """Files and folders, relative to config.yaml; or `database`, whither `rules push` brings them."""
    feeds: tuple[FeedSettings, ...] = ()
    opml: tuple[str, ...] = ()
    """OPML files whose feeds are added, relative to config.yaml."""
    templates: str = "templates"
    """The folder of message templates, relative to config.yaml; none by default."""
    samples: bool = False
    """Whether the invented sample outlets run beside the real feeds."""
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    ops: tuple[str, ...] = ()
    """Names of channels that are told what is wrong with the daemon, its feeds and its other channels."""
    self_check: SelfCheckSettings = SelfCheckSettings()
    routes: tuple[RouteSettings, ...] = ()
    polling: PollingSettings = PollingSettings()
    alerts: AlertSettings = AlertSettings()
    stories: StorySettings = StorySettings()
    retention: RetentionSettings = RetentionSettings()
    web: Web = WebSettings()
    """The desk, for a browser on this machine; `off` for none."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "text", "json"] = "auto"
