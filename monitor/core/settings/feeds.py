"""Feeds and how they are asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    Field,
    SecretStr,
)

from monitor.core.settings.base import (
    Duration,
    PerHour,
    Size,
    Strict,
)

Priority = Annotated[float, Field(ge=0.01, le=100)]


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
    priority: Priority | None = None
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    proxy: SecretStr | None = None
    auth: BasicAuth | None = None
    allow_private: bool = False
    full_text: bool | None = None
    """Whether the pages of its articles are fetched; by default what its tags say, else not."""
    enabled: bool = True


class TagSettings(Strict):
    """How feeds of a tag are asked, where they do not say so themselves."""

    interval: Duration | None = None
    priority: Priority | None = None
    full_text: bool = False


class PollingSettings(Strict):
    """How feeds are asked."""

    schedule: Literal["learned", "fixed"] = "learned"
    budget: PerHour | None = None
    """Requests an hour, a mean over the day, as `600/h`."""
    interval: Duration = timedelta(minutes=5)
    """The longest time between two polls that go well."""
    tags: dict[str, TagSettings] = Field(default_factory=dict)
    min_interval: Duration = timedelta(seconds=30)
    max_backoff: Duration = timedelta(hours=6)
    concurrency: int = Field(default=50, ge=1, le=2000)
    per_host: int = Field(default=2, ge=1, le=16)
    host_interval: Duration = timedelta(seconds=1)
    """Between the beginnings of two requests to one host; not heeded for feeds with `allow_private`."""
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
