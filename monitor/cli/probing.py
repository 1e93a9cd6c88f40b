"""What `feeds probe` asks and says: one address, fetched, read and judged by the daemon's own parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.cli.common import ago, counted
from monitor.cli.guard import clean
from monitor.core.models import (
    Entry,
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
from monitor.feeds.discover import Advertised, advertised_feeds
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool

_SHOWN = 5
_NARROW = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What stands behind an address."""

    url: str
    is_feed: bool = False
    failure: str | None = None
    """Why there is no feed, in a sentence."""
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
    advertised: Sequence[Advertised] = field(default=())


async def probe(feed: Feed, polling: PollingSettings, now: datetime) -> Probed:
    """Fetch and read the feed as its first poll would; nothing is stored."""
    async with HttpFetcher(polling, clock=lambda: now) as fetcher:
        answer = await fetcher.fetch(feed, FeedState(url=feed.url, next_poll_at=now))
    match answer:
        case FetchFailed():
            return Probed(url=feed.url, failure=answer.message, status=answer.status, seconds=answer.seconds)
        case NotModified():
            return Probed(url=feed.url, failure="the server claims that nothing changed since never")
        case HostBusy():
            return Probed(url=feed.url, failure="its host is busy with other feeds", seconds=answer.seconds)
        case Fetched():
            return await _read(feed, answer, polling, now)


async def _read(feed: Feed, answer: Fetched, polling: PollingSettings, now: datetime) -> Probed:
    async with ParserPool(polling) as parser:
        parsed = await parser.parse(answer)
    common = Probed(
        url=feed.url,
        status=answer.status,
        final_url=answer.url,
        moved_to=answer.moved_to,
        bytes=len(answer.body),
        seconds=answer.seconds,
        content_type=answer.content_type,
        conditional=bool(answer.etag or answer.last_modified),
    )
    match parsed:
        case NotAFeed():
            found = advertised_feeds(answer.body, answer.url)
            return replace(common, failure=parsed.message, advertised=found)
        case ParsedFeed():
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


def lines_of(probed: Probed, now: datetime, *, private: bool = False) -> Iterator[str]:
    """Say it to a person; `private` if the feed needs `allow_private` in the configuration."""
    if probed.final_url is not None:
        yield _answer(probed)
    if probed.moved_to:
        yield f"moved for good to {clean(probed.moved_to)}"
    if not probed.is_feed:
        yield f"no feed: {clean(probed.failure or '')}"
        for found in probed.advertised:
            yield f"  it names a feed: {clean(found.url)}  {clean(found.title)}"
        return
    yield f'{probed.version or "feed"} "{clean(probed.title)}", language {probed.lang or "not said"}'
    if probed.problem:
        yield f"problem: {clean(probed.problem)}"
    yield _census(probed.entries, now)
    if not probed.conditional:
        yield "the server gives neither ETag nor Last-Modified: each poll transfers everything"
    yield from _first(probed.entries, now)
    yield "to watch it, add to `feeds` in config.yaml:"
    url, name = (
        json.dumps(clean(text), ensure_ascii=False) for text in (probed.moved_to or probed.url, probed.title)
    )
    yield f"  - {{url: {url}, name: {name}{', allow_private: true' if private else ''}}}"


def _answer(probed: Probed) -> str:
    kind = (probed.content_type or "no content type").split(";")[0]
    return f"answered {probed.status}, {clean(kind)}, {probed.bytes / 1024:.0f} KiB, {probed.seconds:.1f} s"


def _census(entries: Sequence[Entry], now: datetime) -> str:
    dates = [entry.published for entry in entries if entry.published]
    newest = f", the newest {ago(max(dates), now)}" if dates else ""
    lacking = [
        f"{lacks} without {what}"
        for what, lacks in (
            ("date", len(entries) - len(dates)),
            ("link", sum(entry.link is None for entry in entries)),
            ("guid", sum(entry.guid is None for entry in entries)),
            ("title", sum(not entry.title for entry in entries)),
        )
        if lacks
    ]
    return f"{counted(len(entries), 'entry', 'entries')}{newest}{'; ' if lacking else ''}{', '.join(lacking)}"


def _first(entries: Sequence[Entry], now: datetime) -> Iterator[str]:
    for entry in entries[:_SHOWN]:
        when = ago(entry.published, now) if entry.published else "no date"
        yield f"  {when:>10}  {clean(entry.title)[:_NARROW]}"
        yield f"              {clean(entry.link or 'no link')}"
    if len(entries) > _SHOWN:
        yield f"  and {len(entries) - _SHOWN} more"
