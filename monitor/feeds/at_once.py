"""The few items that are new in a known feed, read where we are: a round trip to a worker costs more.

    body -> UTF-8 -> split -> those not known, if they are few -> lean reading | None: let a worker have it

What may be read here is bounded beforehand, in bytes and in items, and of what is read only what takes time
in proportion: no feedparser, no date of an unusual form. The worst document made for the purpose holds up the
loop for some ten milliseconds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.core.models import ParsedFeed
from monitor.feeds import sniff
from monitor.feeds.bundle import MAGIC
from monitor.feeds.encodings import to_utf8
from monitor.feeds.lean import UnsureError, read
from monitor.feeds.lean.dates import usual
from monitor.feeds.limits import Source
from monitor.feeds.sitemap import root_of
from monitor.feeds.split import Pieces, digest, split
from monitor.feeds.syndication import as_feed, clean_xml

_LARGEST = 256 * 2**10
"""Bytes of a document that is split here: some two milliseconds."""
_NEW = 16 * 2**10
"""Bytes that are read here: the head of the feed, its new items, its end."""
_ITEMS = 1000


def read_what_is_new(body: bytes, source: Source) -> ParsedFeed | None:
    """Read the items that are not known; None for a worker to read the document.

    The result is the one that monitor.feeds.reading comes to.
    """
    if len(body) > _LARGEST or not source.known or body.startswith(MAGIC) or root_of(body):
        return None
    text = to_utf8(body, source.content_type)
    start = None if sniff.is_json(text) else sniff.feed_start(text)
    if start is None or text.count(b"<item") + text.count(b"<entry") > _ITEMS:
        return None
    pieces = split(clean_xml(text[start:]))
    if pieces is None or len(pieces.items) > source.max_entries:
        return None
    return _new_in(pieces, source)


def _new_in(pieces: Pieces, source: Source) -> ParsedFeed | None:
    seen = tuple(map(digest, pieces.items))
    fresh = [item for item, mark in zip(pieces.items, seen, strict=True) if mark not in source.known]
    if len(pieces.head) + len(pieces.tail) + sum(map(len, fresh)) > _NEW:
        return None
    document = pieces.document(fresh)
    found = read(document, dated=_plainly)
    return replace(as_feed(found, document, source), seen=seen) if found is not None else None


def _plainly(text: str | None) -> datetime | None:
    """Read a date in a usual form, or leave the document to a worker: the others may take any time."""
    if not text:
        return None
    found = usual(text)
    if found is None:
        raise UnsureError
    return found
