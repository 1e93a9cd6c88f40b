"""An index of sitemaps fetched with its newest children, as if all were one document.

feed -> fetch -> an index? -> its children, read by the worker -> the newest few, fetched -> Fetched(bundle)
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from monitor.core.models import (
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchResult,
    NotModified,
    ParsedFeed,
    ParseResult,
    RawEntry,
)
from monitor.feeds.bundle import INDEX, bundled
from monitor.feeds.failures import RefusedError
from monitor.feeds.sitemap import root_of
from monitor.feeds.targets import http_url

MOST_CHILDREN = 3
_PATIENCE = 15.0
"""Seconds that the children of an index may take together: the poll's lease has room for no more."""
_BELIEVED = 6 * 3600.0
"""Seconds for which a server is believed that a sitemap has not changed."""
_DAY_IN_NAME = re.compile(r"(20[0-9]{2})[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?([0-2][0-9]|3[01]))?(?![0-9])")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Fetches(Protocol):
    """Asks servers for documents."""

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Ask conditionally with the validators in `state`; failures of the network are values."""


class Parses(Protocol):
    """Reads documents within a deadline."""

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Read whatever can be read of the document."""


class KeptSitemaps:
    """Sitemaps with a validator, as they were fetched, so that they need not be sent again while they stay.

    Bounded in bytes, the longest unused forgotten first; a restart costs no more than their transfer.
    """

    def __init__(self, *, most_bytes: int = 32 * 2**20, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep nothing yet; `clock` gives seconds."""
        self._most = most_bytes
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, Fetched]] = {}
        self._bytes = 0

    def get(self, key: tuple[str, str]) -> Fetched | None:
        """Return the sitemap as it was fetched; one fetched some hours ago is asked for in full again."""
        found = self._kept.pop(key, None)
        if found is None:
            return None
        at, sitemap = found
        if self._clock() - at > _BELIEVED:
            self._bytes -= len(sitemap.body)
            return None
        self._kept[key] = found
        return sitemap

    def keep(self, key: tuple[str, str], sitemap: Fetched) -> None:
        """Keep a sitemap in place of an earlier one of the same key, if it can be asked for conditionally."""
        if earlier := self._kept.pop(key, None):
            self._bytes -= len(earlier[1].body)
        if not sitemap.etag and not sitemap.last_modified:
            return
        self._kept[key] = (self._clock(), sitemap)
        self._bytes += len(sitemap.body)
        while self._bytes > self._most:
            _, forgotten = self._kept.pop(next(iter(self._kept)))
            self._bytes -= len(forgotten.body)


@dataclass(frozen=True, slots=True)
class SitemapFollower:
    """A fetcher that, given an index of sitemaps, brings its newest children along.

    An index is always asked for in full: that it has not changed says nothing of its children. Those are
    asked for conditionally. The feed's headers, login and permission for private addresses go to children at
    its own origin alone.
    """

    fetcher: Fetches
    parser: Parses
    kept: KeptSitemaps = field(default_factory=KeptSitemaps)

    async def fetch(self, feed: Feed, state: FeedState) -> FetchResult:
        """Fetch the feed; what is no index of sitemaps is returned as it came.

        Raises:
            ParserUnusableError: no document can be read at all.
        """
        answer = await self.fetcher.fetch(feed, state)
        if not isinstance(answer, Fetched) or root_of(answer.body) != "sitemapindex":
            return answer
        sitemaps: list[Fetched] = []
        failures: list[FetchFailed] = []
        wanted = 0
        try:
            async with asyncio.timeout(_PATIENCE):
                children = await self._children(answer)
                wanted = len(children)
                for child in children:
                    await self._bring(beside(feed, child), state, sitemaps, failures)
        except TimeoutError:
            pass
        if failures and not sitemaps:
            failed = failures[0]
            return replace(failed, message=f"the newest sitemap of an index: {failed.message}")
        body = bundled([one.body for one in sitemaps], missing=wanted - len(sitemaps))
        return replace(
            answer,
            body=body,
            etag=None,
            last_modified=None,
            seconds=answer.seconds + sum(one.seconds for one in sitemaps),
        )

    async def _children(self, answer: Fetched) -> Sequence[str]:
        read = await self.parser.parse(replace(answer, content_type=INDEX))
        return newest_children(read.entries) if isinstance(read, ParsedFeed) else ()

    async def _bring(
        self, child: Feed, state: FeedState, sitemaps: list[Fetched], failures: list[FetchFailed]
    ) -> None:
        key = (child.url, child.fetch_url)
        known = self.kept.get(key)
        asked = FeedState(
            url=child.url,
            next_poll_at=state.next_poll_at,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
        )
        match await self.fetcher.fetch(child, asked):
            case Fetched() as sitemap:
                sitemaps.append(sitemap)
                self.kept.keep(key, sitemap)
            case NotModified() if known is not None:
                sitemaps.append(known)
            case FetchFailed() as failed:
                failures.append(failed)
            case _:
                pass


def newest_children(children: Sequence[RawEntry], most: int = MOST_CHILDREN) -> tuple[str, ...]:
    """Choose the sitemaps of an index to follow: those named for news first, then the newest.

    Their age is what the index says, or else a date in their address; without either the order counts.
    """
    ranked = sorted(
        (child for child in children if child.link),
        key=lambda child: ("news" in (child.link or "").lower(), child.updated or _named_day(child.link)),
        reverse=True,
    )
    return tuple(dict.fromkeys(child.link for child in ranked if child.link))[:most]


def _named_day(address: str | None) -> datetime:
    days = _DAY_IN_NAME.findall(address or "")
    if not days:
        return _LONG_AGO
    year, month, day = days[-1]
    try:
        return datetime(int(year), int(month), int(day or 1), tzinfo=UTC)
    except ValueError:
        return _LONG_AGO


def beside(feed: Feed, address: str) -> Feed:
    """Return what asks for another address on behalf of a feed: as the feed at its own origin, else bare."""
    try:
        at_home = http_url(address).origin() == http_url(feed.fetch_url).origin()
    except RefusedError:  # the fetch will say the same, as a value
        at_home = False
    child = replace(feed, address=address)
    return child if at_home else replace(child, headers={}, auth=None, allow_private=False)
