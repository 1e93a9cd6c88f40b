"""Feeds found on web pages, and lists of feeds for other readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.models import Feed
from monitor.feeds.discover import advertised_feeds, feeds_in_header, where_feeds_often_are
from monitor.feeds.opml import write_opml
from monitor.opml import read_opml

URL = "https://news.example/world/index.html"


def found(page: str) -> list[str]:
    """Return the addresses that a page advertises."""
    return [feed.url for feed in advertised_feeds(page.encode(), URL)]


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        ('<link rel=alternate type="application/rss+xml" href="/rss.xml">', ["https://news.example/rss.xml"]),
        ('<link rel="ALTERNATE x" type="application/atom+xml; charset=utf-8" href="a">',
         ["https://news.example/world/a"]),
        ('<base href="https://cdn.example/x/"><link rel=alternate type="text/xml" href="f">',
         ["https://cdn.example/x/f"]),
        ('<link rel=alternate hreflang=uk href="/uk"><link rel=stylesheet type="text/xml" href="s">', []),
        ('<link rel=alternate type="application/json" href="/oembed?url=x">', []),
        ('<link rel=alternate type="application/rss+xml" href="javascript:alert(1)">', []),
        ('<link rel=alternate type="application/rss+xml" href="http://[">', []),
        ('<a href="/feed/">RSS</a> <a href="/feedback">no</a> <a href="https://x.example/rss">y</a>',
         ["https://news.example/feed/", "https://x.example/rss"]),
        ("", []),
        ("<<<>>>", []),
        ('<link rel=alternate type="application/rss+xml" href="/r">' * 3, ["https://news.example/r"]),
    ],
)  # fmt: skip
def test_page_is_asked_for_its_feeds(page: str, feeds: list[str]) -> None:
    """Link elements come first, links that look like feeds only where there are none."""
    assert found(page) == feeds


def test_title_of_an_advertised_feed_is_kept() -> None:
    """People choose between feeds by their titles."""
    page = '<link rel=alternate type="application/rss+xml" href="/r" title="Світ">'
    assert advertised_feeds(page.encode(), URL)[0].title == "Світ"


@given(st.text(max_size=200))
def test_no_page_breaks_discovery(page: str) -> None:
    """Whatever the markup, the answer is a list of web addresses."""
    assert all(url.startswith(("http://", "https://")) for url in found(page))


def test_written_list_is_read_again() -> None:
    """Address, name, tags and language survive; passwords do not leave the house."""
    feeds = [
        Feed(
            url="https://a.example/rss?x=1&y=2", name="A & <B>", outlet="a", tags=("world", "war"), lang="uk"
        ),
        Feed(url="https://me:secret@b.example/feed", name="Б\x00", outlet="b", auth=("u", "hunter2")),
    ]
    document = write_opml(feeds)
    read = read_opml(document)
    assert read.problem is None
    assert [(one.url, one.title, one.tags, one.lang) for one in read.outlines] == [
        ("https://a.example/rss?x=1&y=2", "A & <B>", ("world", "war"), "uk"),
        ("https://b.example/feed", "Б", (), None),
    ]
    assert b"secret" not in document
    assert b"hunter2" not in document


def test_feeds_are_read_from_link_headers() -> None:
    """As RFC 8288 writes them; what is no feed, or no web address, is left out."""
    header = (
        '</feed/>; rel="alternate"; type="application/rss+xml"; title="All, of it", </hub>; rel=hub, '
        "</json>; rel=alternate; type=application/json, <javascript:x>; rel=alternate; "
        'type="application/rss+xml", </wp-json/x>; rel="alternate"; type="application/json"'
    )
    named = feeds_in_header(header, URL)
    assert [(one.url, one.title) for one in named] == [
        ("https://news.example/feed/", "All, of it"),
        ("https://news.example/json", ""),
    ]


def test_the_section_comes_first_where_feeds_often_are() -> None:
    """A blog beneath a site has its feed beneath it."""
    guesses = [one.url for one in where_feeds_often_are("https://news.example/blog/?page=2")]
    assert guesses[:2] == ["https://news.example/blog/feed/", "https://news.example/feed/"]
    assert where_feeds_often_are("https://news.example")[0].url == "https://news.example/feed/"
