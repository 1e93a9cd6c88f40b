"""Document -> feed: decode, look what it is, and let the right reader have it. Runs in the worker process."""

from __future__ import annotations

from monitor.core.models import Document, NotAFeed, ParsedFeed, ParseResult
from monitor.feeds import sniff
from monitor.feeds.discover import advertised_feeds
from monitor.feeds.encodings import to_utf8
from monitor.feeds.jsonfeed import read_json_feed
from monitor.feeds.limits import Source
from monitor.feeds.syndication import FEEDPARSER_ERRORS, clean_xml, read_syndication


def read_document(body: bytes, source: Source) -> ParseResult:
    """Read whatever can be read of a document. May take any time and memory: see monitor.feeds.worker."""
    text = to_utf8(body, source.content_type)
    if sniff.is_json(text):
        return read_json_feed(text, source) or sniff.describe(body, text)
    start = sniff.feed_start(text)
    if start is None:
        return _no_feed(body, text, source)
    return _read_xml(body, text[start:], source)


def _read_xml(body: bytes, text: bytes, source: Source) -> ParseResult:
    try:
        feed = read_syndication(clean_xml(text), source)
    except FEEDPARSER_ERRORS as error:
        message = f"the document broke the feed parser ({type(error).__name__})"
        return NotAFeed(document=Document.HOSTILE, message=message)
    if not feed.entries and not feed.version:
        return sniff.describe(body, text)
    return feed


def _no_feed(body: bytes, text: bytes, source: Source) -> NotAFeed:
    """Describe the document; of a web page also say which feed it advertises, the likely new address."""
    found = sniff.describe(body, text)
    if found.document is not Document.HTML:
        return found
    feeds = advertised_feeds(text, source.url)
    if not feeds:
        return found
    return NotAFeed(
        document=found.document, message=f"{found.message}; it advertises the feed {feeds[0].url}"
    )


__all__ = ["ParsedFeed", "read_document"]
