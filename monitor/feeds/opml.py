"""Writing lists of feeds as OPML, for other readers. Reading them is monitor.opml's part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lxml import etree

from monitor.core.errors import Mistake
from monitor.core.models import Feed
from monitor.files import Kind, look_at, read_source, shortened, write_whole
from monitor.opml import MAX_BYTES, read_opml

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_opml(feeds: Iterable[Feed], title: str = "news-monitor") -> bytes:
    """Return an OPML 2.0 document with one outline a feed; its tags become the outline's categories.

    Headers, passwords and proxies of the feeds are not written, nor is user information in their addresses.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _fit(title)
    body = etree.SubElement(root, "body")
    for feed in feeds:
        outline = etree.SubElement(body, "outline", type="rss")
        outline.set("text", _fit(feed.name))
        outline.set("title", _fit(feed.name))
        outline.set("xmlUrl", _fit(_public(feed.url)))
        if feed.tags:
            outline.set("category", ",".join(_fit(tag) for tag in feed.tags))
        if feed.lang:
            outline.set("language", _fit(feed.lang))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def save_opml(path: Path, document: bytes) -> Mistake | None:
    """Write a document to `path`, whole or not at all; a Mistake says why it was not written.

    An OPML file there is replaced. Anything else is left alone: a mistyped name must not cost a
    configuration.
    """
    there = look_at(path)
    if isinstance(there, Mistake):
        return there
    if there is Kind.FILE:
        old = read_source(path, max_bytes=MAX_BYTES)
        if isinstance(old, Mistake):
            return old
        if old.content and read_opml(old.content).problem:
            return Mistake(path=shortened(path), message="is there and is no OPML; give another name")
    elif there is not Kind.NOTHING:
        return Mistake(path=shortened(path), message="is no regular file; give the name of a file")
    return write_whole(path, document)


def _public(url: str) -> str:
    return re.sub(r"^(https?://)[^/?#]*@", r"\1", url)


def _fit(text: str) -> str:
    return _UNFIT.sub("", text)
