"""Short-tempered settings and plain feeds for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.core.models import Feed, FeedState
from monitor.core.settings import PollingSettings
from monitor.feeds.fetch import HttpFetcher

NOW = datetime(2024, 3, 4, 12, 0, tzinfo=UTC)


def settings(**changes: Any) -> PollingSettings:
    """Return settings that give up within a second or so and may poll 127.0.0.1."""
    values: dict[str, Any] = {
        "connect_timeout": timedelta(seconds=0.5),
        "read_timeout": timedelta(seconds=0.5),
        "total_timeout": timedelta(seconds=1.5),
        "host_interval": timedelta(0),
        "max_body": 2**20,
        "max_document": 2 * 2**20,
        "allow_networks": ("127.0.0.1/32",),
        **changes,
    }
    return PollingSettings(**values)


def fetcher(**changes: Any) -> HttpFetcher:
    """Return a fetcher with such settings; use it as a context manager."""
    return HttpFetcher(settings(**changes), clock=lambda: NOW)


def feed(url: str, **more: Any) -> Feed:
    """Return a feed at the address."""
    return Feed(url=url, name="test", outlet="test", **more)


def state(url: str, **more: Any) -> FeedState:
    """Return the memory of a feed that is due."""
    return FeedState(url=url, next_poll_at=NOW, **more)
