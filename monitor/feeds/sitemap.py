"""Sitemaps of news read as feeds; runs in the worker process.

`<urlset>` with `<news:news>` (https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap)
is a feed without summaries. `<sitemapindex>` (https://www.sitemaps.org/protocol.html) lists sitemaps; the
fetching side asks for its children and hands over those of the most recent ones: see monitor.feeds.following.
A sitemap without news says which pages there are, not which are new, and is refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from lxml import etree

from monitor.core.models import Document, NotAFeed, ParsedFeed, ParseResult, RawEntry
from monitor.feeds import limits, tidy
from monitor.feeds.bundle import INDEX, MAGIC, MAX_PLAIN, Bundle, opening, plain, unbundled
from monitor.feeds.limits import Source
from monitor.feeds.syndication import clean_xml, truncated

VERSION = "news sitemap"
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,64}(?:(?:<\?[^>]{0,400}>|<!--(?:[^-]|-(?!->)){0,2000}-->|<!DOCTYPE[^>]{0,400}>)\s{0,64}){0,8}"
    rb"<(?:[\w.-]{1,30}:)?(urlset|sitemapindex)(?=[\s>/])"
)
_NEWS = b"schemas/sitemap-news/"
_MOST = 50_000
"""Elements looked at in one document; the protocol allows no more."""
_YEAR_MONTH = 7
_UNDATED = datetime.min.replace(tzinfo=UTC)
_SAME_WORDS = "give the address of the site's news sitemap, or of its feed"
_PLAIN = f"got a sitemap without news, its <urlset> has no <news:news>; {_SAME_WORDS}"


@dataclass(slots=True)
class _Found:
    """What was met on the way through a document."""

    entries: list[RawEntry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    langs: set[str] = field(default_factory=set)
    others: int = 0
    """<url> elements without news."""
    problem: str | None = None


def root_of(body: bytes) -> str | None:
    """Say `urlset` or `sitemapindex` if that is what a document, packed or not, begins with."""
    found = _ROOT.match(opening(body))
    return found[1].decode() if found else None


def read_sitemap(body: bytes, source: Source) -> ParseResult | None:
    """Read a sitemap, a bundle of them, or an index whose children are asked for; None if it is neither."""
    if body.startswith(MAGIC) and (bundle := unbundled(body)) is not None:
        return _read_bundle(bundle, source)
    root = root_of(body)
    if root is None:
        return None
    xml = plain(body)
    if xml is None:
        message = f"got a sitemap in a gzip file that is broken or larger than {MAX_PLAIN // 2**20} MiB"
        return NotAFeed(document=Document.BINARY, message=message)
    if root == "urlset":
        return _read_urlset(xml, source)
    if source.content_type == INDEX:
        return _read_index(xml, source)
    message = "got an index of sitemaps inside an index of sitemaps, which is not followed"
    return NotAFeed(document=Document.XML, message=f"{message}; {_SAME_WORDS}")


def _read_bundle(bundle: Bundle, source: Source) -> ParseResult:
    source = replace(source, content_type=None)
    read = [read_sitemap(sitemap, source) for sitemap in bundle.sitemaps if not sitemap.startswith(MAGIC)]
    feeds = [one for one in read if isinstance(one, ParsedFeed)]
    if not feeds:
        message = f"got an index of sitemaps, the newest of which hold no <news:news>; {_SAME_WORDS}"
        return NotAFeed(document=Document.XML, message=message)
    entries = {entry.link: entry for feed in feeds for entry in feed.entries}
    kept = _newest(list(entries.values()), source.max_entries)
    return ParsedFeed(
        title=next((feed.title for feed in feeds if feed.title), ""),
        lang=_only({feed.lang for feed in feeds if feed.lang}),
        version=VERSION,
        entries=kept,
        problem=_missing(bundle) or next((feed.problem for feed in feeds if feed.problem), None),
        cut_short=bundle.missing > 0 or any(feed.cut_short for feed in feeds),
    )


def _missing(bundle: Bundle) -> str | None:
    if not bundle.missing:
        return None
    number = bundle.missing + len(bundle.sitemaps)
    return f"{bundle.missing} of the {number} newest sitemaps of the index could not be fetched"


def _read_urlset(xml: bytes, source: Source) -> ParseResult:
    found = _Found()
    for element in _elements(xml, "url", found):
        _note(element, source, found)
    if not found.entries and (found.others or _NEWS not in xml):
        return NotAFeed(document=Document.XML, message=_PLAIN)
    return ParsedFeed(
        title=found.names[0] if found.names else "",
        lang=_only(found.langs),
        version=VERSION,
        entries=_newest(found.entries, source.max_entries),
        problem=found.problem or truncated(len(found.entries), source.max_entries),
        cut_short=found.problem is not None and b"</urlset>" not in xml[-4096:],
    )


def _read_index(xml: bytes, source: Source) -> ParsedFeed:
    """Return the children of an index as entries that have a link and, where said, a date of change."""
    found = _Found()
    for element in _elements(xml, "sitemap", found):
        said = _texts(element)
        if link := tidy.link(said.get("loc"), source.url):
            found.entries.append(RawEntry(link=link, updated=_moment(said.get("lastmod"))))
    return ParsedFeed(version="sitemap index", entries=tuple(found.entries), problem=found.problem)


def _elements(xml: bytes, name: str, found: _Found) -> Iterator[etree._Element]:
    """Yield elements as they are read, and free each: no tree of a whole document is ever built."""
    walk = etree.iterparse(
        io.BytesIO(clean_xml(xml.removeprefix(b"\xef\xbb\xbf").lstrip())),
        events=("end",),
        tag=f"{{*}}{name}",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        for number, (_, element) in enumerate(walk):
            if number >= _MOST:
                break
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        found.problem = tidy.text(f"broken XML, read as far as possible: {error.msg}", limits.TITLE)
    broken = next((one for one in walk.error_log if one.level_name in {"ERROR", "FATAL"}), None)
    if broken is not None and found.problem is None:
        words = f"broken XML in line {broken.line}, read as far as possible: {broken.message}"
        found.problem = tidy.text(words, limits.TITLE)


def _note(element: etree._Element, source: Source, found: _Found) -> None:
    said = _texts(element)
    link = tidy.link(said.get("loc"), source.url)
    title = tidy.text(said.get("news:title"), limits.TITLE)
    if not link or "news:" not in said:
        found.others += 1
        return
    lang = tidy.text(said.get("news:language"), limits.LANGUAGE) or None
    if lang:
        found.langs.add(lang)
    if name := tidy.text(said.get("news:name"), limits.TITLE):
        found.names.append(name)
    written = said.get("news:publication_date")
    published = _moment(written)
    found.entries.append(
        RawEntry(
            link=link,
            title=title,
            categories=_keywords(said.get("news:keywords", "")),
            lang=lang,
            published=published,
            updated=_moment(said.get("lastmod")),
            date_text=None if published else tidy.text(written, limits.DATE_TEXT) or None,
        )
    )


def _texts(element: etree._Element) -> dict[str, str]:
    """Return the texts below an element by name, those of news as `news:name`, the first of each."""
    said: dict[str, str] = {}
    for inner in element.iter("{*}*"):
        name = etree.QName(inner)
        space = name.namespace or ""
        if "sitemap-news" in space:
            key = f"news:{'' if name.localname == 'news' else name.localname}"
        elif inner.getparent() is element:
            key = name.localname
        else:
            continue
        said.setdefault(key, (inner.text or "").strip())
    return said


def _keywords(text: str) -> tuple[str, ...]:
    words = (tidy.text(word, limits.CATEGORY) for word in text[: limits.SUMMARY].split(","))
    return tuple(dict.fromkeys(word for word in words if word))[: limits.CATEGORIES]


def _moment(text: str | None) -> datetime | None:
    """Read a date of the W3C's note, which may be a year and a month alone."""
    if text and len(text) == _YEAR_MONTH and text[4] == "-":
        text += "-01"
    return tidy.iso_moment(text)


def _newest(entries: list[RawEntry], most: int) -> tuple[RawEntry, ...]:
    """Return the newest entries, newest first, as feeds have them; undated ones stand after, as they came."""
    # Sorting is stable: what has no date, and what has the same, stays in the order of the document.
    return tuple(sorted(entries, key=lambda entry: entry.published or _UNDATED, reverse=True)[:most])


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None
