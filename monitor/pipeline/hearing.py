"""What hubs bring, put where polls find it.

a document polled -> does it name a hub? -> Subscriber
content of a hub -> kept, its feed made due -> the answer of that poll

So what a hub brings goes the way of any document: claimed, read, matched and committed with the feed's state.
What is kept is lost with the process, or when another machine polls the feed first; then the poll itself
brings the entries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from monitor.core.models import Advertised, Feed, FeedState, Fetched, FetchResult, Push, Subscription
from monitor.core.websub import advertised
from monitor.pipeline.pace import Wakeup
from monitor.pipeline.ports import Clock, Fetcher

_FRESH: Final = timedelta(minutes=5)
"""What was brought and not polled for so long is thrown away: polls are later than that only in trouble."""
_MOST_BYTES: Final = 32 * 2**20
_MOST_SPOTTED: Final = 20_000


@dataclass(slots=True)
class Brought:
    """Documents that hubs brought, until their feed is polled; one a feed, bounded in bytes."""

    clock: Clock
    _kept: dict[str, tuple[datetime, list[Fetched]]] = field(default_factory=dict)
    _bytes: int = 0

    def keep(self, feed: str, document: Fetched) -> bool:
        """Keep a document for the next poll of its feed; False if there is no room for it."""
        now = self.clock()
        for other in [name for name, (at, _) in self._kept.items() if not now - _FRESH <= at <= now]:
            self._forget(other)
        if self._bytes + len(document.body) > _MOST_BYTES:
            return False
        _, documents = self._kept.pop(feed, (now, []))
        self._kept[feed] = now, [*documents, document]
        self._bytes += len(document.body)
        return True

    def take(self, feed: str) -> Fetched | None:
        """Take the oldest document out."""
        if feed not in self._kept:
            return None
        at, documents = self._kept.pop(feed)
        first, *others = documents
        self._bytes -= len(first.body)
        if others:
            self._kept[feed] = at, others
        return first

    def waiting(self) -> list[str]:
        """Name the feeds for which something is kept."""
        return list(self._kept)

    def has(self, feed: str) -> bool:
        """Say whether more is kept for a feed."""
        return feed in self._kept

    def _forget(self, feed: str) -> None:
        _, documents = self._kept.pop(feed)
        self._bytes -= sum(len(one.body) for one in documents)


@dataclass(slots=True)
class Hubs:
    """What is known of hubs while feeds are polled: who tells of what, and what was spotted."""

    clock: Clock
    interval: Callable[[], timedelta]
    """The longest time between two polls of a feed whose hub tells of what is new."""
    brought: Brought = field(init=False)
    heard: Wakeup = field(default_factory=Wakeup)
    """Set when a hub brought something and its feed is due."""
    spotted: dict[str, Advertised] = field(default_factory=dict)
    """By feed, hubs that documents named and nobody has looked at yet."""
    _known: dict[str, Subscription] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep nothing yet."""
        self.brought = Brought(self.clock)

    def know(self, subscriptions: list[Subscription]) -> None:
        """Take over what is agreed, as stored."""
        self._known = {one.feed: one for one in subscriptions}

    def agreed(self, feed: str) -> Subscription | None:
        """Return what is agreed about a feed."""
        return self._known.get(feed)

    def update(self, subscription: Subscription) -> None:
        """Take over a change of one."""
        self._known[subscription.feed] = subscription

    def push(self, feed: str) -> Push | None:
        """Return what a hub has to do with the polls of a feed; None if none is to tell of what is new."""
        known = self._known.get(feed)
        if known is None or not known.is_live(self.clock()):
            return None
        host = urlsplit(known.hub).hostname or known.hub
        return Push(interval=self.interval(), hub=host, told_at=known.told_at)

    def spot(self, feed: Feed, answer: Fetched) -> None:
        """Look whether a document names a hub other than the one that is agreed with.

        Not where the address or the request holds a secret: the hub would have to be told it.
        """
        if feed.address is not None or feed.auth or feed.headers or len(self.spotted) >= _MOST_SPOTTED:
            return
        found = advertised(answer.links, answer.body, answer.url)
        if found is None:
            return
        known = self._known.get(feed.url)
        if known is None or (known.hub, known.topic) != (found.hub, found.topic):
            self.spotted[feed.url] = found


@dataclass(frozen=True, slots=True)
class HearingFetcher:
    """A fetcher that answers with what a hub brought, if it did, and looks for hubs in what others send."""

    inner: Fetcher
    hubs: Hubs

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Answer a poll."""
        document = self.hubs.brought.take(feed.url) if state.first_read_at is not None else None
        if document is not None:
            asked = state.moved_to or feed.fetch_url
            return replace(document, url=asked, etag=state.etag, last_modified=state.last_modified)
        answer = await self.inner.fetch(feed, state)
        if isinstance(answer, Fetched):
            self.hubs.spot(feed, answer)
        return answer
