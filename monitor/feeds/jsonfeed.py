"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/).

Titles, summaries and content_text are plain text there, where everything else of the daemon expects HTML.
"""

from __future__ import annotations

import json
from datetime import datetime

from monitor.core.models import ParsedFeed, RawEntry
from monitor.feeds import limits, tidy
from monitor.feeds.limits import Source
from monitor.feeds.syndication import truncated

_VERSION = "jsonfeed.org/version/"


def read_json_feed(document: bytes, source: Source) -> ParsedFeed | None:
    """Read a JSON Feed; None if the JSON is something else or broken."""
    try:
        top = json.loads(document)
    except (ValueError, RecursionError):
        return None
    if not isinstance(top, dict) or not isinstance(top.get("items"), list):
        return None
    version = tidy.text(top.get("version"), limits.ADDRESS)
    if _VERSION not in version:
        return None
    items = [item for item in top["items"] if isinstance(item, dict)]
    author = _author(top)
    read = (_entry(item, source, author) for item in items[: source.max_entries])
    return ParsedFeed(
        title=tidy.text(top.get("title"), limits.TITLE),
        link=tidy.link(top.get("home_page_url"), source.url),
        lang=tidy.text(top.get("language"), limits.LANGUAGE) or None,
        version="json11" if version.endswith("1.1") else "json1",
        entries=tuple(entry for entry in read if entry is not None),
        problem=truncated(len(items), source.max_entries),
    )


def _entry(item: dict[str, object], source: Source, author: str) -> RawEntry | None:
    identity = item.get("id")
    if isinstance(identity, (int, float)) and not isinstance(identity, bool):
        identity = str(identity)
    published, updated = item.get("date_published"), item.get("date_modified")
    when = _moment(published)
    entry = RawEntry(
        guid=tidy.guid(identity),
        link=tidy.link(item.get("url") or item.get("external_url"), source.url),
        title=_as_html(tidy.text(item.get("title"), limits.TITLE)),
        summary=_as_html(tidy.text(item.get("summary"), limits.SUMMARY)),
        content=_content(item),
        author=_author(item) or author,
        categories=_tags(item.get("tags")),
        lang=tidy.text(item.get("language"), limits.LANGUAGE) or None,
        published=when,
        updated=_moment(updated),
        date_text=None if when else tidy.text(published, limits.DATE_TEXT) or None,
    )
    return entry if entry.guid or entry.link or entry.title or entry.content or entry.summary else None


def _content(item: dict[str, object]) -> str:
    if html := tidy.text(item.get("content_html"), limits.CONTENT):
        return html
    return tidy.text(item.get("content_text"), limits.CONTENT).replace("<", "&lt;")


def _as_html(text: str) -> str:
    """Keep the `<` of a plain text from being read as a tag, unless somebody put HTML there after all.

    `&` stays: `&#8217;` in a title is a common slip of publishers, `&amp;` that means itself is not.
    """
    return text if "</" in text else text.replace("<", "&lt;")


def _moment(text: object) -> datetime | None:
    """Read an RFC 3339 time, which may have its T and Z in lower case."""
    return tidy.iso_moment(text.upper()) if isinstance(text, str) else None


def _author(item: dict[str, object]) -> str:
    authors = item.get("authors")
    everyone = authors if isinstance(authors, list) else [item.get("author")]
    names = (tidy.text(one.get("name"), limits.AUTHOR) for one in everyone if isinstance(one, dict))
    return ", ".join(name for name in names if name)[: limits.AUTHOR]


def _tags(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    tags = (tidy.text(tag, limits.CATEGORY) for tag in value[: limits.CATEGORIES])
    return tuple(tag for tag in tags if tag)
