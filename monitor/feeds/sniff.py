"""Is this a feed at all? Cheap questions to the first kilobytes, before any parser is let loose."""

from __future__ import annotations

import html
import re

from monitor.core.models import Document, NotAFeed
from monitor.feeds import walls

_HEAD = 64 * 2**10
_FEED_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:rss|feed|rdf|channel|cdf)(?=[\s>/])", re.IGNORECASE)
_ANY_ROOT = re.compile(rb"<([A-Za-z][\w.:-]{0,60})")
_HTML = re.compile(
    rb"\s{0,64}(?:<!--[^>]{0,4000}-->\s{0,64}){0,8}<(?:!doctype\s{1,8}html|html|head|body|script|meta)[\s>]",
    re.IGNORECASE,
)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,400})", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]{0,300}\?>\s{0,64}$")
_SPACE = b" \t\r\n\x0b\x0c\x00\xef\xbb\xbf"
_MAGIC = ((b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
          (b"%PDF", "a PDF"), (b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "gzip data"))  # fmt: skip
_PRINTABLE = 0.9


def feed_start(text: bytes) -> int | None:
    """Say where the XML of a feed begins in a document, past any junk before it; None if nowhere near."""
    if _HTML.match(text):
        return None
    root = _FEED_ROOT.search(text[:_HEAD])
    if root is None:
        return None
    declaration = text.rfind(b"<?xml", 0, root.start())
    if declaration >= 0:
        return declaration
    doctype = text.rfind(b"<!DOCTYPE", 0, root.start())
    return doctype if doctype >= 0 else root.start()


def is_json(text: bytes) -> bool:
    """Say whether the document begins like a JSON object or list."""
    return text.lstrip(_SPACE)[:1] in {b"{", b"["}


def describe(body: bytes, text: bytes) -> NotAFeed:
    """Name what the server sent instead of a feed. `body` as received, `text` the same as UTF-8."""
    head = text[:_HEAD].lstrip(_SPACE)
    if not head:
        return NotAFeed(document=Document.EMPTY, message="got an empty body instead of a feed")
    magic = next((name for start, name in _MAGIC if body.startswith(start)), None)
    if magic or _is_binary(body):
        what = magic or "binary data"
        return NotAFeed(document=Document.BINARY, message=f"got {what} instead of a feed")
    if is_json(head):
        return NotAFeed(document=Document.JSON, message="got JSON that is no JSON Feed")
    if _HTML.match(head) or b"<html" in head[:4096].lower():
        return _web_page(head)
    if head.startswith(b"<"):
        return NotAFeed(document=Document.XML, message=f"got XML {_root(head)} instead of a feed")
    return NotAFeed(document=Document.TEXT, message=f"got plain text instead of a feed: {_excerpt(head)}")


def _root(head: bytes) -> str:
    found = _ANY_ROOT.search(head)
    return f"with the root element <{found[1].decode('ascii', 'replace')}>" if found else "without an element"


def _web_page(head: bytes) -> NotAFeed:
    title = _TITLE.search(head)
    words = html.unescape(_plain(title[1])).strip()[:100] if title else ""
    titled = f" titled {words!r}" if words else ""
    wall = walls.on_page(head)
    by = f" ({walls.named(wall)})" if wall else ""
    return NotAFeed(
        document=Document.HTML, message=f"got a web page{titled}{by} instead of a feed", wall=wall
    )


def _is_binary(body: bytes) -> bool:
    """Control characters in number do not occur in text of any encoding, save the NULs of UTF-16."""
    sample = body[:4096]
    control = len(sample) - len(sample.translate(None, bytes(range(1, 9)) + bytes(range(14, 27))))
    return control > len(sample) * (1 - _PRINTABLE) / 2


def _excerpt(head: bytes) -> str:
    return repr(" ".join(_plain(head[:400]).split())[:80])


def _plain(piece: bytes) -> str:
    return "".join(
        letter for letter in piece.decode("utf-8", "replace") if letter.isprintable() or letter == " "
    )
