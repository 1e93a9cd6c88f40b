"""The feeds that a web page advertises, by <link rel="alternate"> and, failing that, by its links."""

from __future__ import annotations

import re
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


def _is_feed_link(element: etree._Element) -> bool:
    relation = (element.get("rel") or "").lower().split()
    kind = (element.get("type") or "").lower().split(";")[0].strip()
    return "alternate" in relation and kind in _TYPES and "oembed" not in (element.get("href") or "")


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
