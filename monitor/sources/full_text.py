"""Whether the full texts of a feed can be had: its newest pages fetched and judged as the daemon would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.core.fulltext import refusal, text_of
from monitor.core.models import Article, Entry, Feed, NoArticle, Page, PageFailed
from monitor.core.settings import PollingSettings
from monitor.feeds.articles import ACCEPT, Articles, can_extract, for_pages
from monitor.feeds.fetch import HttpFetcher

_TRIED: Final = 3
NOT_INSTALLED: Final = "the extractor is not installed: pip install 'news-monitor[fulltext]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedPage:
    """What came of the page of one entry."""

    title: str
    link: str
    characters: int = 0
    """Of the article; 0 if there is none."""
    given: int = 0
    """Characters that the feed gives of it."""
    said: str = ""
    """Why there is no article."""


async def tried_pages(
    feed: Feed, entries: Sequence[Entry], polling: PollingSettings, now: datetime
) -> tuple[TriedPage, ...]:
    """Fetch the pages of the newest entries, three at most; nothing is stored.

    Raises:
        ParserUnusableError: no page can be read at all.
    """
    linked = [entry for entry in entries if entry.link]
    newest = sorted(linked, key=lambda one: one.published or one.fetched, reverse=True)[:_TRIED]
    if not can_extract():
        return tuple(_tried(entry, said=NOT_INSTALLED) for entry in newest[:1])
    at_once = for_pages(polling).model_copy(update={"host_interval": timedelta(seconds=1)})
    async with HttpFetcher(at_once, clock=lambda: now, accept=ACCEPT) as http:
        articles = Articles(http, at_once)
        try:
            return tuple([await _try(articles, feed, entry, now) for entry in newest])
        finally:
            await articles.close()


async def _try(articles: Articles, feed: Feed, entry: Entry, now: datetime) -> TriedPage:
    page = Page(
        entry=entry.id, feed=feed.url, address=entry.link or "", revision=0, wanted_at=now, due_at=now
    )
    match await articles.read(feed, page):
        case Article() as article:
            if why := refusal(entry, article):
                return _tried(entry, said=why)
            return _tried(entry, characters=len(text_of(entry, article)))
        case NoArticle(message=why) | PageFailed(message=why):
            return _tried(entry, said=why)


def _tried(entry: Entry, *, characters: int = 0, said: str = "") -> TriedPage:
    given = max(len(entry.summary), len(entry.content))
    return TriedPage(title=entry.title, link=entry.link or "", characters=characters, given=given, said=said)
