"""RSS, RDF, Atom and CDF, read by feedparser and reduced to what the daemon keeps."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import feedparser

from monitor.core.models import ParsedFeed, RawEntry
from monitor.feeds import limits, tidy
from monitor.feeds.lean import Found
from monitor.feeds.lean import read as read_lean
from monitor.feeds.limits import Source

FEEDPARSER_ERRORS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What feedparser is known to raise on documents made for the purpose."""

# feedparser would look for a SAX driver named drv_libxml2 at every parse, and use whatever bears that name.
feedparser.api.PREFERRED_XML_PARSERS.clear()

_DECLARATION = re.compile(rb"<\?xml[^>]*?>")
_HEADER = b"<?xml version='1.0' encoding='utf-8'?>"
_UNFIT = bytes(set(range(32)) - {9, 10, 13})
# References to surrogates and control characters: fatal to expat, and one makes feedparser raise.
_UNFIT_REFERENCE = re.compile(
    rb"&#(?:[xX]0{0,8}(?:[0-8bcBCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])"
    rb"|0{0,8}(?:[0-8]|1[124-9]|2[0-9]|3[01]|55(?:29[6-9]|[3-9][0-9]{2})|56[0-9]{3}|57(?:[0-2][0-9]{2}|3[0-3][0-9]|34[0-3])));"
)
_END_TAG = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_TAIL = 64 * 2**10
"""Bytes at the end of a broken document in which its end tag is looked for: junk may follow it."""
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_LONGEST_TTL = timedelta(days=31)


def clean_xml(text: bytes) -> bytes:
    """Take out what no XML parser accepts and no feed needs; declare UTF-8."""
    fit = _UNFIT_REFERENCE.sub(b"", text.translate(None, _UNFIT))
    found = _DECLARATION.match(fit)
    return _HEADER + (fit[found.end() :] if found else b"\n" + fit)


def read_syndication(xml: bytes, source: Source, *, lean: bool = True) -> ParsedFeed:
    """Read clean XML (see clean_xml). A document that is no feed gives one without version and entries.

    Args:
        xml: the document.
        source: where it came from.
        lean: whether monitor.feeds.lean may try it first; what is read is the same without.

    Raises:
        FEEDPARSER_ERRORS: feedparser met something it does not expect.
    """
    swift = read_lean(xml) if lean else None
    if swift is not None:
        return as_feed(swift, xml, source)
    # No content-location: feedparser would resolve guids against it, and an entry must not become another
    # because its feed was fetched from a new address.
    found = feedparser.parse(
        io.BytesIO(xml),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    read = Found(found["feed"], found["entries"], found.get("version") or "")
    return as_feed(read, xml, source, bozo=found if found.get("bozo") else None)


def as_feed(found: Found, xml: bytes, source: Source, *, bozo: dict[str, Any] | None = None) -> ParsedFeed:
    """Reduce what was read to what the daemon keeps; `bozo` is what feedparser says of a broken document."""
    head, items = found.head, found.entries
    read = (_entry(item, source) for item in _newest(items, source.max_entries))
    return ParsedFeed(
        title=tidy.text(_get(head, "title"), limits.TITLE),
        link=tidy.link(_get(head, "link"), source.url),
        lang=tidy.text(_get(head, "language"), limits.LANGUAGE) or None,
        version=found.version,
        ttl=_ttl(head),
        entries=tuple(entry for entry in read if entry is not None),
        cut_short=bozo is not None and _END_TAG.search(xml[-_TAIL:]) is None,
        problem=_problem(bozo) or truncated(len(items), source.max_entries),
    )


_get: Callable[[dict[str, Any], str], Any] = dict.get
"""Reads a key as it stands, without the aliases and warnings of FeedParserDict."""


def _newest(items: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Take the newest entries of a long feed: its first ones, or its last if it runs with time."""
    if len(items) <= most:
        return items
    return items[:most] if newest_first([_when(item) for item in items]) else items[-most:]


def newest_first(dates: Iterable[datetime | None]) -> bool:
    """Say whether a feed with these dates begins with its newest entries, as nearly all do."""
    known = [date for date in dates if date is not None]
    return not known or known[0] >= known[-1]


def _when(item: dict[str, Any]) -> datetime | None:
    return tidy.moment(_get(item, "published_parsed")) or tidy.moment(_get(item, "updated_parsed"))


def truncated(found: int, kept: int) -> str | None:
    """Say in a sentence that not every entry was read, if so."""
    return f"{found} entries in one document; the newest {kept} were read" if found > kept else None


def _problem(found: dict[str, Any] | None) -> str | None:
    if found is None:
        return None
    error: Any = found["bozo_exception"]
    message = error.getMessage() if hasattr(error, "getMessage") else str(error)
    line = error.getLineNumber() if hasattr(error, "getLineNumber") else None
    where = f" in line {line}" if line else ""
    return tidy.text(f"broken XML{where}, read as far as possible: {message}", limits.TITLE)


def _ttl(head: dict[str, Any]) -> timedelta | None:
    text = str(_get(head, "ttl") or "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 6:  # noqa: PLR2004
        return min(timedelta(minutes=int(text)), _LONGEST_TTL) or None
    period = _PERIODS.get(str(_get(head, "sy_updateperiod") or "").strip().lower())
    if period is None:
        return None
    times = str(_get(head, "sy_updatefrequency") or "1").strip()
    count = int(times) if times.isascii() and times.isdigit() and len(times) <= 4 else 1  # noqa: PLR2004
    return min(timedelta(seconds=period / max(count, 1)), _LONGEST_TTL)


def _entry(item: dict[str, Any], source: Source) -> RawEntry | None:
    published = tidy.moment(_get(item, "published_parsed")) or tidy.moment(_get(item, "created_parsed"))
    updated = tidy.moment(_get(item, "updated_parsed"))
    written = _get(item, "published") or _get(item, "updated") or _get(item, "created")
    entry = RawEntry(
        guid=tidy.guid(_get(item, "id")),
        link=_link(item, source),
        title=tidy.text(_get(item, "title"), limits.TITLE),
        summary=tidy.text(_get(item, "summary"), limits.SUMMARY),
        content=_content(item),
        author=tidy.text(_get(item, "author"), limits.AUTHOR),
        categories=_categories(item),
        lang=_language(item),
        published=published,
        updated=updated,
        date_text=None if published or updated else tidy.text(written, limits.DATE_TEXT) or None,
    )
    return entry if entry.guid or entry.link or entry.title or entry.content or entry.summary else None


def _link(item: dict[str, Any], source: Source) -> str | None:
    found = _get(item, "link")
    # feedparser takes a guid for a link unless the feed forbids it; `post-17` is none.
    if found and found == _get(item, "id") and ":" not in found and not found.startswith("/"):
        return None
    return tidy.link(found, source.url)


def _content(item: dict[str, Any]) -> str:
    for part in _get(item, "content") or ():
        value = tidy.text(_get(part, "value"), limits.CONTENT)
        if value:
            return value
    return ""


def _categories(item: dict[str, Any]) -> tuple[str, ...]:
    tags = (_get(item, "tags") or [])[: limits.CATEGORIES]
    names = (tidy.text(_get(tag, "term") or _get(tag, "label"), limits.CATEGORY) for tag in tags)
    return tuple(dict.fromkeys(name for name in names if name))


def _language(item: dict[str, Any]) -> str | None:
    detail = _get(item, "title_detail") or {}
    return tidy.text(_get(detail, "language"), limits.LANGUAGE) or None
