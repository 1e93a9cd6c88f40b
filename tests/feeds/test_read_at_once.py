"""The few new items of a known feed are read without a worker, and come to what a worker makes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.models import Fetched, ParsedFeed
from monitor.core.settings import PollingSettings
from monitor.feeds.at_once import read_what_is_new
from monitor.feeds.limits import Source
from monitor.feeds.parse import ParserPool
from monitor.feeds.reading import read_document
from tests.feeds.test_split import recorded_feeds

SOURCE = Source(url="http://valley.example/feed.xml", max_entries=500)
ITEM = "<item><guid>{0}</guid><title>{0}</title>{1}</item>"


def feed(*items: str) -> bytes:
    """Return a feed of these items."""
    return f'<rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()


def known(body: bytes) -> Source:
    """Return the source of a feed that was read as this."""
    read = read_document(body, SOURCE)
    assert isinstance(read, ParsedFeed)
    return replace(SOURCE, known=frozenset(read.seen))


OLD = tuple(ITEM.format(name, "") for name in "abc")
NEW = ITEM.format("new", "<pubDate>Sun, 01 Mar 2026 12:00:00 GMT</pubDate>")


def test_new_items_are_read_as_a_worker_reads_them() -> None:
    """Entries, title and the hashes of all items are those of the whole way."""
    body = feed(NEW, *OLD)
    found = read_what_is_new(body, known(feed(*OLD)))
    assert found is not None
    assert found == read_document(body, known(feed(*OLD)))
    assert [entry.title for entry in found.entries] == ["new"]
    assert len(found.seen) == 4


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(feed(ITEM.format("new", "<pubDate>1er mars 2026</pubDate>"), *OLD), id="unusual date"),
        pytest.param(feed(ITEM.format("new", "<p>" + "x" * 17_000 + "</p>"), *OLD), id="long item"),
        pytest.param(feed(*(ITEM.format(n, "") for n in range(1001))), id="many items"),
        pytest.param(feed(*(ITEM.format(n, "") for n in range(600)))[:-30], id="more than are kept"),
        pytest.param(feed(NEW, *OLD).replace(b"T<", b"T&nbsp;<"), id="broken head"),
        pytest.param(b"<!DOCTYPE rss>" + feed(NEW, *OLD), id="document type"),
        pytest.param(feed(NEW, *OLD) + b" " * 2**18, id="large document"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', id="json"),
        pytest.param(b"<html><body><item>a</item></body></html>", id="page"),
        pytest.param(b"<urlset><url><loc>http://valley.example/</loc></url></urlset>", id="sitemap"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_might_take_long_is_left_to_a_worker(body: bytes) -> None:
    """Whatever is large, odd or not plainly a feed is not read here."""
    assert read_what_is_new(body, known(feed(*OLD))) is None


def test_a_feed_read_for_the_first_time_is_left_to_a_worker() -> None:
    """Without known items the whole document would be new."""
    assert read_what_is_new(feed(NEW), SOURCE) is None


async def test_the_pool_asks_no_worker_for_one_new_item() -> None:
    """It is answered although the pool has been closed and no process is left."""
    pool = ParserPool(PollingSettings(parse_workers=1))
    found = await pool.parse(
        Fetched(url=SOURCE.url, status=200, body=feed(NEW, *OLD)), known=known(feed(*OLD)).known
    )
    assert isinstance(found, ParsedFeed)
    assert [entry.guid for entry in found.entries] == ["new"]
    assert all(worker._running is None for worker in pool._workers)


@pytest.mark.realdata
def test_recorded_feeds_are_read_alike(recorded: Path) -> None:
    """With one new item nearly every recorded news feed is read at once, and as a worker reads it."""
    at_once = compared = 0
    for _, body in recorded_feeds(recorded, 60):
        whole = read_document(body, SOURCE)
        if not isinstance(whole, ParsedFeed) or not whole.seen or len(body) > 2**18:
            continue
        source = replace(SOURCE, known=frozenset(whole.seen[1:]))
        found = read_what_is_new(body, source)
        compared += 1
        at_once += found is not None
        assert found is None or found == read_document(body, source)
    assert at_once > 0.8 * compared > 30
