"""What stands behind an address: fetched, read and judged by the daemon's own parts, nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from monitor.core.models import (
    Entry,
    Failure,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    HostBusy,
    NotAFeed,
    NotModified,
    ParsedFeed,
)
from monitor.core.normalise import normalise
from monitor.core.settings import PollingSettings
from monitor.feeds.bundle import MAGIC
from monitor.feeds.discover import Advertised, advertised_feeds, feeds_in_header, sitemaps_in_robots
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.following import SitemapFollower
from monitor.feeds.parse import ParserPool
from monitor.sources.full_text import TriedPage, tried_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What stands behind an address."""

    url: str
    is_feed: bool = False
    failure: str | None = None
    """Why there is no feed, in a sentence."""
    why: Failure | None = None
    """What went wrong where no document came."""
    status: int | None = None
    final_url: str | None = None
    moved_to: str | None = None
    bytes: int = 0
    seconds: float = 0.0
    content_type: str | None = None
    conditional: bool = False
    """Whether the server gave an ETag or a date, so that unchanged answers cost next to nothing."""
    version: str = ""
    title: str = ""
    lang: str | None = None
    problem: str | None = None
    entries: Sequence[Entry] = field(default=())
    pages: Sequence[TriedPage] | None = None
    """What came of the pages of its newest entries; None if nobody asked."""
    advertised: Sequence[Advertised] = field(default=())


async def probe(feed: Feed, polling: PollingSettings, now: datetime) -> Probed:
    """Fetch and read the feed as its first poll would, and pages if it wants full texts; nothing is stored.

    Raises:
        ParserUnusableError: no document can be read at all.
    """
    async with Prober(polling, now) as prober:
        found = await prober.look(feed)
    return await with_pages(found, feed, polling, now) if feed.full_text else found


async def with_pages(found: Probed, feed: Feed, polling: PollingSettings, now: datetime) -> Probed:
    """Try the pages of the newest entries, if it is a feed.

    Raises:
        ParserUnusableError: no page can be read at all.
    """
    if not found.is_feed:
        return found
    return replace(found, pages=await tried_pages(feed, found.entries, polling, now))


class Prober:
    """Looks at addresses, one after the other, with one fetcher and one parser."""

    def __init__(self, polling: PollingSettings, now: datetime) -> None:
        self._now = now
        at_once = polling.model_copy(update={"host_interval": timedelta(0)})  # a person waits for a few
        self._http = HttpFetcher(at_once, clock=lambda: now)
        self._parser = ParserPool(polling)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._http)
        await self._open.enter_async_context(self._parser)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def look(self, feed: Feed) -> Probed:
        """Fetch and read the feed as its first poll would."""
        follower = SitemapFollower(self._http, self._parser)
        answer = await follower.fetch(feed, FeedState(url=feed.url, next_poll_at=self._now))
        match answer:
            case FetchFailed():
                return Probed(
                    url=feed.url,
                    failure=answer.message,
                    why=answer.failure,
                    status=answer.status,
                    seconds=answer.seconds,
                )
            case NotModified():
                return Probed(url=feed.url, failure="the server claims that nothing changed since never")
            case HostBusy():
                return Probed(
                    url=feed.url, failure="its host is busy with other feeds", seconds=answer.seconds
                )
            case Fetched():
                return await self._read(feed, answer)

    async def sitemaps(self, robots: Feed) -> tuple[Advertised, ...]:
        """Return the sitemaps that a site's robots.txt names; none if it cannot be had."""
        answer = await self._http.fetch(robots, FeedState(url=robots.url, next_poll_at=self._now))
        return sitemaps_in_robots(answer.body, answer.url) if isinstance(answer, Fetched) else ()

    async def _read(self, feed: Feed, answer: Fetched) -> Probed:
        parsed = await self._parser.parse(answer)
        common = Probed(
            url=feed.url,
            status=answer.status,
            final_url=answer.url,
            moved_to=answer.moved_to,
            bytes=len(answer.body),
            seconds=answer.seconds,
            content_type=answer.content_type,
            conditional=bool(answer.etag or answer.last_modified) or answer.body.startswith(MAGIC),
        )
        if isinstance(parsed, NotAFeed):
            in_header = feeds_in_header(answer.links, answer.url)
            on_page = advertised_feeds(answer.body, answer.url)
            known = {one.url for one in on_page}
            found = (*on_page, *(one for one in in_header if one.url not in known))
            return replace(common, failure=parsed.message, advertised=found)
        return _described(common, parsed, feed, self._now)


def _described(common: Probed, parsed: ParsedFeed, feed: Feed, now: datetime) -> Probed:
    entries = [
        normalise(raw, feed=feed, feed_lang=parsed.lang, fetched=now, first_read=True)
        for raw in parsed.entries
    ]
    return replace(
        common,
        is_feed=True,
        version=parsed.version,
        title=parsed.title,
        lang=parsed.lang,
        problem=parsed.problem,
        entries=entries,
    )
