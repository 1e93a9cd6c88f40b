"""Document -> feed: decode, look what it is, and let the right reader have it. Runs in the worker process.

body -> UTF-8 -> what is it? -> JSON Feed reader
                              | split at items -> those not known, in portions -> feedparser
                              | feedparser on the whole
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from monitor.core.models import Document, NotAFeed, ParsedFeed, ParseResult
from monitor.core.urls import without_query
from monitor.feeds import sniff
from monitor.feeds.discover import advertised_feeds
from monitor.feeds.encodings import to_utf8
from monitor.feeds.jsonfeed import read_json_feed
from monitor.feeds.limits import Source
from monitor.feeds.sitemap import read_sitemap
from monitor.feeds.split import Pieces, digest, split, well_formed
from monitor.feeds.syndication import FEEDPARSER_ERRORS, clean_xml, newest_first, read_syndication, truncated

_PORTION = 256 * 2**10
"""Bytes of items read at a time: what is read is out of danger before the next portion is tried."""


def read_document(body: bytes, source: Source) -> ParseResult:
    """Read whatever can be read of a document. May take any time and memory: see monitor.feeds.worker."""
    first, *more = read_in_portions(body, source)
    if isinstance(first, NotAFeed):
        return first
    entries = [
        entry for portion in (first, *more) if isinstance(portion, ParsedFeed) for entry in portion.entries
    ]
    return replace(first, entries=tuple(entries))


def read_in_portions(body: bytes, source: Source) -> Iterator[ParseResult]:
    """Yield the feed with its first entries, or what came instead; then feeds of further entries."""
    if (listed := read_sitemap(body, source)) is not None:
        yield listed
        return
    text = to_utf8(body, source.content_type)
    if sniff.is_json(text):
        yield read_json_feed(text, source) or sniff.describe(body, text)
        return
    start = sniff.feed_start(text)
    if start is None:
        yield _no_feed(body, text, source)
        return
    xml = clean_xml(text[start:])
    try:
        pieces = split(xml)
        portions = _read_pieces(xml, pieces, source) if pieces is not None else None
        if portions is not None:
            yield from portions
            return
        feed = read_syndication(xml, source)
    except FEEDPARSER_ERRORS as error:
        message = f"the document broke the feed parser ({type(error).__name__})"
        yield NotAFeed(document=Document.HOSTILE, message=message)
        return
    yield feed if feed.entries or feed.version else sniff.describe(body, text)


def _read_pieces(xml: bytes, pieces: Pieces, source: Source) -> Iterator[ParsedFeed] | None:
    """Read the items not known, in portions; None if the document is broken and must be read whole.

    A known item stood in a well-formed document before, so that the first portion tells of the whole unless
    there are more or some are left out.
    """
    items = _newest(pieces, source)
    seen = tuple(digest(item) for item in items)
    fresh = [item for item, mark in zip(items, seen, strict=True) if mark not in source.known]
    portions = list(_portions(fresh))
    partial = len(portions) > 1 or len(items) < len(pieces.items)
    if partial and not well_formed(xml):
        return None
    first = read_syndication(pieces.document(portions[0]), source)
    if first.problem is not None:
        return None
    first = replace(first, seen=seen, problem=truncated(len(pieces.items), source.max_entries))
    further = (read_syndication(pieces.document(portion), source) for portion in portions[1:])
    return chain((first,), further)


def _newest(pieces: Pieces, source: Source) -> Sequence[bytes]:
    """Take the newest items of a long feed: its first ones, or its last if it runs with time."""
    items, most = pieces.items, source.max_entries
    if len(items) <= most:
        return items
    ends = read_syndication(pieces.document((items[0], items[-1])), replace(source, max_entries=2))
    dates = [entry.published or entry.updated for entry in ends.entries]
    return items[:most] if newest_first(dates) else items[-most:]


def _portions(items: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Cut a list of items into portions of moderate size; at least one, if empty."""
    portion: list[bytes] = []
    size = 0
    for item in items:
        portion.append(item)
        size += len(item)
        if size > _PORTION:
            yield portion
            portion, size = [], 0
    if portion or not items:
        yield portion


def _no_feed(body: bytes, text: bytes, source: Source) -> NotAFeed:
    """Describe the document; of a web page also say which feed it advertises, the likely new address."""
    found = sniff.describe(body, text)
    if found.document is not Document.HTML:
        return found
    feeds = advertised_feeds(text, source.url)
    if not feeds or found.wall:
        return found
    offer = without_query(feeds[0].url)
    return replace(found, message=f"{found.message}; it advertises the feed {offer}", advertised=offer)
