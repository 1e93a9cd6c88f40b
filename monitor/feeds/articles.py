"""Pages of articles, fetched as feeds are and read in processes that can be killed.

entry, feed -> fetch (spacing, address checks, limits of the feeds' client) -> worker -> Article | why not
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from importlib.util import find_spec
from typing import Final

from monitor.core.models import (
    Article,
    Failure,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    HostBusy,
    NoArticle,
    NotModified,
    Page,
    PageAnswer,
    PageFailed,
)
from monitor.core.settings import PollingSettings
from monitor.feeds import wire
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.following import beside
from monitor.feeds.parse import Worker

ACCEPT: Final = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
EXTRACTOR: Final = "trafilatura"
_MOST_WIRE: Final = 2 * 2**20
_MOST_PAGE: Final = 4 * 2**20
"""Bytes of a page; the largest of news sites are one megabyte or two."""
_PASSING: Final = frozenset({Failure.TIMEOUT, Failure.UNREACHABLE, Failure.DNS, Failure.RATE_LIMITED})
_FAULT: Final = 500
"""Statuses from here on are the server's fault, and may pass."""


def can_extract() -> bool:
    """Whether the extra `fulltext` is installed."""
    return find_spec(EXTRACTOR) is not None


def for_pages(polling: PollingSettings) -> PollingSettings:
    """Return how pages are asked: as feeds, but for the smaller sizes of pages."""
    sizes = {
        "max_body": min(polling.max_body, _MOST_WIRE),
        "max_document": min(polling.max_document, _MOST_PAGE),
    }
    return polling.model_copy(update=sizes)


class ArticleReply:
    """The one frame that says what is on a page."""

    def __init__(self) -> None:
        self.complete = False
        self.found: Article | NoArticle | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived."""
        return self.found is None

    def add(self, payload: bytes) -> None:
        """Take the frame.

        Raises:
            GarbledReplyError: no healthy worker writes this.
        """
        try:
            message = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise wire.GarbledReplyError from error
        match message:
            case ["none", str(why)]:
                self.found = NoArticle(message=why)
            case ["article", str(title), str(text), str() | None as lang, str() | None as link, bool(free)]:
                self.found = Article(url="", title=title, text=text, lang=lang, canonical=link, free=free)
            case _:
                raise wire.GarbledReplyError
        self.complete = True


class Articles:
    """Fetches and reads pages; its one process is started with the first of them."""

    def __init__(self, fetcher: HttpFetcher, polling: PollingSettings) -> None:
        self._fetcher = fetcher
        cpu_seconds = polling.parse_timeout.total_seconds()
        self._worker = Worker(cpu_seconds, module="monitor.feeds.article_worker")
        self._one_at_a_time = asyncio.Lock()

    async def close(self) -> None:
        """End the process, if there is one."""
        await self._worker.stop()

    async def read(self, feed: Feed, page: Page) -> PageAnswer:
        """Ask for a page and read it; whatever goes wrong is a value.

        The feed's headers, login and permission for private addresses go to pages at its own origin alone.

        Raises:
            ParserUnusableError: no page can be read at all.
        """
        asked = FeedState(url=feed.url, next_poll_at=page.due_at)
        match await self._fetcher.fetch(beside(feed, page.address), asked):
            case Fetched() as answer:
                return await self.extracted(answer)
            case FetchFailed() as failed:
                passing = failed.failure in _PASSING or (failed.status or 0) >= _FAULT
                return PageFailed(message=failed.message, passing=passing, wait=failed.retry_after)
            case HostBusy():
                return PageFailed(message="its host is busy with other requests", passing=True)
            case NotModified():
                return PageFailed(message="the server claims that nothing changed since never")

    async def extracted(self, answer: Fetched) -> Article | NoArticle:
        """Read a page that came.

        Raises:
            ParserUnusableError: no page can be read at all.
        """
        url = answer.url
        head = json.dumps([url, answer.content_type]).encode()
        request = wire.REQUEST.pack(len(head), 0, len(answer.body)) + head
        async with self._one_at_a_time:
            reply, why = await self._worker.ask(request, answer.body, ArticleReply)
        match reply.found:
            case Article() as article:
                return replace(article, url=url)
            case NoArticle() as none:
                return none
            case None:
                return NoArticle(message=f"the page {why or 'broke the process that read it'}")
