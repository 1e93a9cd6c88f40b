"""A web page -> the article on it. Runs in a worker process of its own: see monitor.feeds.article_worker.

body -> UTF-8 -> tree of bounded size -> trafilatura -> text; beside it canonical address, language, title
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from monitor.core.models import Article, NoArticle
from monitor.core.urls import web_link
from monitor.feeds import walls
from monitor.feeds.encodings import to_utf8

_MOST_ELEMENTS: Final = 40_000
"""A long live blog has some ten thousand."""
_MOST_TEXT: Final = 101_000
"""Characters; somewhat more than is kept of an entry."""
_TITLE: Final = 400
_LANGUAGE: Final = 35
_WALL: Final = 700
"""Characters of a page up to which the scripts of a bot check are what it is about."""
_HEAD: Final = 64 * 2**10
_META: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([\w.:-]{1,40})", re.IGNORECASE
)
_NOT_FREE: Final = re.compile(r'"isAccessibleForFree"\s{0,4}:\s{0,4}"?(?:false|no)\b', re.IGNORECASE)
_LOCKED: Final = frozenset({"locked", "subscriber", "premium", "paid"})
_HTML: Final = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})
_ERRORS: Final = (
    etree.LxmlError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
    AssertionError,
)
"""What hostile pages make the extractor raise."""


def read_article(body: bytes, *, url: str, content_type: str | None) -> Article | NoArticle:
    """Read what article there is on a page. May take any time and memory."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind not in _HTML:
        return NoArticle(message=f"the link leads to {kind[:60]}, not to a web page")
    tree = _tree(to_utf8(body, _labelled(body, content_type)))
    if tree is None:
        return NoArticle(message="the link leads to an empty page")
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return NoArticle(message=f"the page has more than {_MOST_ELEMENTS} elements")
    try:
        text = trafilatura.extract(tree, include_comments=False, include_tables=True, with_metadata=False)
    except _ERRORS as error:
        return NoArticle(message=f"the page broke the extractor ({type(error).__name__})")
    text = (text or "")[:_MOST_TEXT]
    wall = walls.on_page(body[:_HEAD]) if len(text) < _WALL else ""
    if wall:
        return NoArticle(message=f"the page is {walls.named(wall)}")
    return Article(
        url=url,
        title=_title(tree),
        text=text,
        lang=_first(tree, "/html/@lang", "/html/@xml:lang")[:_LANGUAGE] or None,
        canonical=_canonical(tree, url),
        free=_is_free(tree),
    )


def _labelled(body: bytes, content_type: str | None) -> str | None:
    """Add the charset of a meta element, which counts where the header names none."""
    if "charset" in (content_type or "").lower():
        return content_type
    found = _META.search(body[:4096])
    return f"text/html; charset={found[1].decode('ascii', 'replace')}" if found else content_type


def _tree(text: bytes) -> lxml_html.HtmlElement | None:
    parser = lxml_html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    try:
        tree = lxml_html.document_fromstring(text, parser=parser)
    except _ERRORS:
        return None
    return tree if tree.tag == "html" else None


def _first(tree: lxml_html.HtmlElement, *paths: str) -> str:
    for path in paths:
        for found in tree.xpath(path)[:1]:
            if said := " ".join(str(found).split()):
                return said
    return ""


def _title(tree: lxml_html.HtmlElement) -> str:
    said = _first(tree, "//meta[@property='og:title']/@content")
    if said:
        return said[:_TITLE]
    for heading in (*tree.xpath("//h1")[:1], *tree.xpath("//head/title")[:1]):
        if said := " ".join(heading.text_content()[: 4 * _TITLE].split()):
            return said[:_TITLE]
    return ""


def _canonical(tree: lxml_html.HtmlElement, url: str) -> str | None:
    for link in tree.xpath("//link[@rel and @href]")[:200]:
        if "canonical" in link.get("rel", "").lower().split():
            try:
                return web_link(urljoin(url, link.get("href", "").strip()))
            except ValueError:
                return None
    return None


def _is_free(tree: lxml_html.HtmlElement) -> bool:
    tiers = tree.xpath("//meta[@property='article:content_tier' or @name='article:content_tier']/@content")
    if any(str(tier).strip().lower() in _LOCKED for tier in tiers[:4]):
        return False
    scripts = tree.xpath("//script[@type='application/ld+json']")
    return not any(_NOT_FREE.search((script.text or "")[: 2**18]) for script in scripts[:20])
