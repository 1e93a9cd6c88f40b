"""A document that ends too early is told from one that is merely broken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.models import Fetched, ParsedFeed
from monitor.feeds.limits import Source
from monitor.feeds.parse import ParserPool
from monitor.feeds.reading import read_document
from tests.feeds.polling import settings
from tests.feeds.zoo import RSS

SOURCE = Source(url="http://valley.example/feed.xml", max_entries=3)
ITEMS = "".join(f"<item><title>Bridge {number}</title><guid>b{number}</guid></item>" for number in range(4))
CHEAP = b"<item><title>Read</title><guid>g</guid></item>" * 8000
DEAR = (
    b"<item xml:base='http://valley.example/'><guid>h</guid><description>"
    + b"&lt;a href='/x'&gt;x&lt;/a&gt; " * 300
    + b"</description></item>"
) * 2000
"""Some five seconds of a processor: links below an xml:base take the thorough parser."""


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        (RSS, False),
        (RSS[: len(RSS) * 2 // 3], True),
        (RSS.replace(b"Bridge", b"Bridge & road"), False),
        (RSS.replace(b"Bridge", b"Bridge & road") + b"<script>stray()</script>", False),
        (f"<rss version='2.0'><channel>{ITEMS}</channel></rss>".encode(), False),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title></entry>", True),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A & B</title></entry></feed>", False),
    ],
)
def test_only_a_document_without_its_end_is_cut_short(body: bytes, *, cut: bool) -> None:
    """A stray ampersand or more items than we read loses nothing that a second request would bring."""
    found = read_document(body, SOURCE)
    assert isinstance(found, ParsedFeed)
    assert found.cut_short is cut


async def test_a_document_whose_reading_was_stopped_is_cut_short() -> None:
    """What came before is kept, and said to be incomplete; so is what a whole document says of itself."""
    options = settings(parse_workers=1, parse_timeout=timedelta(seconds=1), max_entries=10_000)
    async with ParserPool(options) as pool:
        body = b"<rss version='2.0'><channel>" + CHEAP + DEAR + b"</channel></rss>"
        stopped = await pool.parse(Fetched(url=SOURCE.url, status=200, body=body))
        assert isinstance(stopped, ParsedFeed), stopped
        assert (stopped.cut_short, stopped.seen) == (True, ())
        for short, cut in ((RSS, False), (RSS[:-60], True)):
            found = await pool.parse(Fetched(url=SOURCE.url, status=200, body=short))
            assert isinstance(found, ParsedFeed)
            assert found.cut_short is cut
