"""The feeds that a web page advertises, by <link rel="alternate"> and, failing that, by its links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from monitor.feeds import limits, tidy

_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/json",
        "text/xml",
        "application/xml",
    }
)
_MAX_PAGE = 4 * 2**20
_MOST = 50
_MAX_ROBOTS = 512 * 2**10
"""Bytes, as many as RFC 9309 asks a reader to take."""
_NO_FEED = re.compile(r"oembed|/wp-json/")
_COMMENTS = re.compile(r"comments?[/_.-]|[?&]feed=comments|-comments\b", re.IGNORECASE)
_SITEMAP = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2048})", re.IGNORECASE | re.MULTILINE)
_OFTEN = ("/feed/", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss")
"""WordPress and its like; Hugo, Jekyll, Ghost and what is written by hand."""
_PARAMETER = re.compile(
    r";\s{0,9}(rel|type|title)\s{0,9}=\s{0,9}(?:\"([^\"]{0,500})\"|([^\s;,\"]{1,500}))", re.IGNORECASE
)
_LIKELY = re.compile(
    r"(?:^|[/._-])(?:rss|atom|feeds?|rdf)(?:[/._?-]|xml|json|$)|\.(?:rss|rdf|atom)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertised:
    """One feed that a page names."""

    url: str
    title: str = ""


def advertised_feeds(page: bytes, url: str) -> tuple[Advertised, ...]:
    """Return the feeds that an HTML page (UTF-8) names, in its order, each address once.

    Args:
        page: the page.
        url: where it came from; relative addresses are resolved against it or the page's <base>.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(page[:_MAX_PAGE], parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    if root is None:
        return ()
    base = _base(root, url)
    linked = [element for element in root.iter("link") if _is_feed_link(element)]
    if not linked:
        linked = [element for element in root.iter("a") if _LIKELY.search(element.get("href") or "")]
    found: dict[str, Advertised] = {}
    for element in linked:
        address = _resolved(base, element.get("href"))
        if address and address not in found and len(found) < _MOST:
            title = tidy.text(element.get("title"), limits.TITLE)
            found[address] = Advertised(url=address, title=title)
    return tuple(found.values())


def feeds_in_header(header: str, url: str) -> tuple[Advertised, ...]:
    """Return the feeds that Link headers name, joined by commas (RFC 8288); resolved against the address."""
    found: dict[str, Advertised] = {}
    for part in header.split("<")[1:]:
        href, closed, rest = part.partition(">")
        said = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
        kind = said.get("type", "").lower().split(";")[0].strip()
        if closed and "alternate" in said.get("rel", "").lower().split() and kind in _TYPES:
            address = _resolved(url, href)
            if address and not _NO_FEED.search(address) and len(found) < _MOST:
                title = tidy.text(said.get("title"), limits.TITLE)
                found.setdefault(address, Advertised(url=address, title=title))
    return tuple(found.values())


def where_feeds_often_are(url: str) -> tuple[Advertised, ...]:
    """Return the addresses at which the usual publishing software has the feed of a site."""
    parts = urlsplit(url)
    section = parts.path.rstrip("/")
    paths = [*([f"{section}/feed/"] if section else []), *_OFTEN]
    return tuple(Advertised(url=f"{parts.scheme}://{parts.netloc}{path}") for path in paths)


def best_first(found: Iterable[Advertised]) -> tuple[Advertised, ...]:
    """Order the feeds of a page by what people mean by it: as the page has them, comments last."""
    return tuple(sorted(found, key=_is_of_comments))


def _is_of_comments(one: Advertised) -> bool:
    parts = urlsplit(one.url)
    return _COMMENTS.search(f"{parts.path}?{parts.query}") is not None


def sitemaps_in_robots(robots: bytes, url: str) -> tuple[Advertised, ...]:
    """Return the sitemaps that a robots.txt names, those of news first.

    As https://www.sitemaps.org/protocol.html has it.

    Args:
        robots: the file, of which the first half MiB counts.
        url: where it came from.
    """
    written = (found.decode("utf-8", "replace") for found in _SITEMAP.findall(robots[:_MAX_ROBOTS]))
    addresses = dict.fromkeys(address for one in written if (address := _resolved(url, one)))
    ranked = sorted(list(addresses)[:_MOST], key=lambda address: "news" not in urlsplit(address).path.lower())
    return tuple(Advertised(url=address) for address in ranked)


def _is_feed_link(element: etree._Element) -> bool:
    relation = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").lower().split(";")[0].strip()
    address = element.get("href") or ""
    # WordPress offers each page as JSON, and how to embed it: both are called alternates, none is a feed.
    return "alternate" in relation and kind in _TYPES and not _NO_FEED.search(address)


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        return _resolved(url, element.get("href")) or url
    return url


def _resolved(base: str, href: str | None) -> str | None:
    found = tidy.address(href)
    if found is None:
        return None
    try:
        address = urljoin(base, found)
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.hostname else None
