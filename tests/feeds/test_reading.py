"""Documents and what is read of them: feeds of every kind, and what comes in their place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.models import Document, NotAFeed, ParsedFeed, RawEntry
from monitor.feeds import limits, wire
from monitor.feeds.encodings import codec_for, to_utf8
from monitor.feeds.limits import Source
from monitor.feeds.reading import read_document
from tests.feeds.zoo import RSS

SOURCE = Source(url="http://valley.example/feed.xml")


def read(body: bytes, content_type: str | None = None, max_entries: int = 500) -> ParsedFeed:
    """Read a document that is a feed."""
    source = Source(url=SOURCE.url, content_type=content_type, max_entries=max_entries)
    found = read_document(body, source)
    assert isinstance(found, ParsedFeed), found
    return found


def refused(body: bytes, content_type: str | None = None) -> NotAFeed:
    """Read a document that is none."""
    found = read_document(body, Source(url=SOURCE.url, content_type=content_type))
    assert isinstance(found, NotAFeed), found
    return found


def rss(items: str | bytes, head: str = "") -> bytes:
    """Wrap items in a channel."""
    inner = items if isinstance(items, bytes) else items.encode()
    start = f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{head}'.encode()
    return start + inner + b"</channel></rss>"


def only(body: bytes, content_type: str | None = None) -> RawEntry:
    """Read the one entry of a feed."""
    (entry,) = read(body, content_type).entries
    return entry


def test_rss_entry_in_full() -> None:
    """Every field of an RSS item has its place."""
    feed = read(
        rss(
            "<item><title>Bridge &amp;amp; road</title><link>/bridge</link><guid>b1</guid>"
            "<description>&lt;p&gt;It reopens.&lt;/p&gt;</description><author>Ann</author>"
            "<category>Local</category><category>Roads</category>"
            "<pubDate>Mon, 04 Mar 2024 12:00:00 +0200</pubDate></item>",
            head="<language>en-gb</language><ttl>15</ttl><link>http://valley.example/</link>",
        )
    )
    (entry,) = feed.entries
    assert (feed.title, feed.lang, feed.ttl, feed.version) == ("T", "en-gb", timedelta(minutes=15), "rss20")
    assert entry.link == "http://valley.example/bridge"
    assert entry.summary == "<p>It reopens.</p>"
    assert (entry.guid, entry.author, entry.categories) == ("b1", "Ann", ("Local", "Roads"))
    assert entry.published == datetime(2024, 3, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (RSS, "rss20"),
        (b'<rss version="0.91"><channel><item><title>a</title></item></channel></rss>', "rss091u"),
        (b'<rss version="0.92"><channel><item><title>a</title></item></channel></rss>', "rss092"),
        (
            (
                b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
                b"<item><title>a</title></item></r:RDF>"
            ),
            "rss10",
        ),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title></entry></feed>', "atom10"),
        (
            b'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>a</title></entry></feed>',
            "atom03",
        ),
        (
            b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"content_text":"a"}]}',
            "json11",
        ),
        (b'{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"a"}]}', "json1"),
    ],
)
def test_every_kind_of_feed_is_known(body: bytes, version: str) -> None:
    """RSS from 0.91 on, RDF, Atom and JSON Feed."""
    feed = read(body)
    assert feed.version == version
    assert len(feed.entries) == 1


def test_json_feed_entry_in_full() -> None:
    """Every field of a JSON Feed item has its place."""
    item = {
        "id": "b1", "url": "/bridge", "title": "Bridge", "summary": "s", "content_html": "<p>c</p>",
        "date_published": "2024-03-04T12:00:00+02:00", "date_modified": "2024-03-05T00:00:00Z",
        "authors": [{"name": "Ann"}, {"name": "Bob"}], "tags": ["x", 7], "language": "uk",
    }  # fmt: skip
    entry = only(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]}).encode())
    assert entry == RawEntry(
        guid="b1",
        link="http://valley.example/bridge",
        title="Bridge",
        summary="s",
        content="<p>c</p>",
        author="Ann, Bob",
        categories=("x",),
        lang="uk",
        published=datetime(2024, 3, 4, 10, 0, tzinfo=UTC),
        updated=datetime(2024, 3, 5, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("body", "document", "words"),
    [
        (b"", Document.EMPTY, "empty body"),
        (b" \r\n\xef\xbb\xbf", Document.EMPTY, "empty body"),
        (b"<!DOCTYPE html><title>Just a moment...", Document.HTML, "'Just a moment...' (a bot check by"),
        (b"<html><head><title>A &amp; B</title>", Document.HTML, "web page titled 'A & B' instead"),
        (b"\n<!-- x --><HTML><body>captcha", Document.HTML, "(a bot check)"),
        (b'{"error":"rate limited"}', Document.JSON, "JSON that is no JSON Feed"),
        (b"[" * 100_000, Document.JSON, "JSON that is no JSON Feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, Document.BINARY, "a PNG image"),
        (bytes(range(256)) * 40, Document.BINARY, "binary data"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", Document.XML, "<urlset>"),
        (b"Service unavailable", Document.TEXT, "'Service unavailable'"),
        (b"/etc/passwd", Document.TEXT, "'/etc/passwd'"),
        (b"http://127.0.0.1:1/x", Document.TEXT, "plain text"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_named(body: bytes, document: Document, words: str) -> None:
    """One sentence says what came instead."""
    found = refused(body)
    assert found.document is document
    assert words in found.message


def test_web_page_names_the_feed_it_advertises() -> None:
    """Whoever configured a page sees the address of its feed."""
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head>'
    assert "advertises the feed http://valley.example/rss.xml" in refused(page).message


@pytest.mark.parametrize(
    "junk", [b"\n\n  ", b"\xef\xbb\xbf\n", b"<br />\n<b>Warning</b>: mysql in x.php on line 3\n"]
)
def test_junk_before_the_feed_is_passed_over(junk: bytes) -> None:
    """White space and the warnings of a broken server do not hide a feed."""
    assert only(junk + RSS).title == "Bridge reopens"


@pytest.mark.parametrize("cut", [-2, -20, -60])
def test_broken_xml_is_read_as_far_as_possible(cut: int) -> None:
    """What is there is read, and the problem told."""
    feed = read(RSS[:cut])
    assert feed.entries[0].title == "Bridge reopens"
    assert "broken XML in line 1" in (feed.problem or "")


RUSSIAN = "Мост открыт: Долина"


@pytest.mark.parametrize(
    ("declared", "charset", "codec"),
    [
        ("windows-1251", None, "cp1251"),
        (None, "windows-1251", "cp1251"),
        ("koi8-r", None, "koi8-r"),
        ("utf-8", None, "utf-8"),
        ("windows-1251", None, "utf-8"),
        ("utf-8", "iso-8859-1", "utf-8"),
        ("utf-8", "windows-1251", "cp1251"),
        (None, None, "utf-8"),
        ("utf-16", None, "utf-16"),
        (None, None, "utf-16-le"),
        ("utf-16", None, "utf-8"),
        ("punycode", "undefined", "utf-8"),
        ("zlib_codec", "idna", "utf-8"),
    ],
)
def test_text_is_read_in_its_true_encoding(declared: str | None, charset: str | None, codec: str) -> None:
    """Declarations are believed unless the bytes speak against them; strange codecs are never asked."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f'{head}<rss version="2.0"><channel><item><title>{RUSSIAN}</title></item></channel></rss>'
    kind = f"text/xml; charset={charset}" if charset else None
    assert only(body.encode(codec), kind).title == RUSSIAN


def test_few_broken_bytes_do_not_garble_the_rest() -> None:
    """A text in UTF-8 with one bad byte stays Cyrillic."""
    body = rss(f"<item><title>{RUSSIAN * 10}</title></item>".encode() + b"<!-- \xff -->")
    assert only(body).title == RUSSIAN * 10


def test_undeclared_western_text_is_windows_1252() -> None:
    """The last guess is what the web guesses."""
    assert only(rss("<item><title>Café “ouvert”</title></item>".encode("cp1252"))).title == "Café “ouvert”"


@pytest.mark.parametrize(
    "label", ["punycode", "undefined", "idna", "unicode_escape", "zlib_codec", "utf-7", "hex", ""]
)
def test_codecs_of_python_are_not_open_to_remotes(label: str) -> None:
    """Only labels of the web's standard are known."""
    assert codec_for(label) is None


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_become_valid_utf8(body: bytes, charset: str) -> None:
    """Decoding never fails."""
    to_utf8(body, f"text/xml; charset={charset}").decode("utf-8")


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "-0044-03-15T00:00:00Z",
        "0000-00-00T00:00:00Z", "2026-13-45T99:99:99Z", "99999-01-01", "9" * 400,
        "Mon, 01 Jan 2026 00:00:00 +9999999999",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "yesterday",
    ],
)  # fmt: skip
def test_absurd_date_is_a_real_time_or_none(date: str) -> None:
    """Whatever is written, the result is an aware UTC time or nothing, with the words kept for the record."""
    entry = only(rss(f"<item><title>x</title><pubDate>{date}</pubDate></item>"))
    if entry.published is None:
        assert entry.date_text == date[: limits.DATE_TEXT]
    else:
        assert entry.published.utcoffset() == timedelta(0)


def test_date_without_zone_counts_as_utc() -> None:
    """Nobody's local time is assumed."""
    entry = only(rss("<item><title>x</title><pubDate>2024-03-04T10:00:00</pubDate></item>"))
    assert entry.published == datetime(2024, 3, 4, 10, 0, tzinfo=UTC)


def test_fields_are_bounded() -> None:
    """Long texts are cut, a long link is dropped, a long guid becomes a hash."""
    entry = only(
        rss(
            f"<item><title>{'t' * 5000}</title><description>{'d' * 50000}</description>"
            f"<guid>{'g' * 5000}</guid><link>http://e.example/{'l' * 5000}</link></item>"
        )
    )
    assert (len(entry.title), len(entry.summary)) == (limits.TITLE, limits.SUMMARY)
    assert entry.link is None
    assert (entry.guid or "").startswith("blake2b:")


@pytest.mark.parametrize(
    "unfit", ["&#xD800;", "&#55296;", "&#0;", "&#x1b;", "\x00", "\x1b[31m", "\x07", "\x9b"]
)
def test_characters_that_harm_are_gone(unfit: str) -> None:
    """No surrogate, NUL or escape sequence gets through, and the feed stays well-formed."""
    feed = read(rss(f"<item><title>a{unfit}b</title></item>"))
    title = feed.entries[0].title
    assert title.startswith("a")
    assert title.endswith("b")
    assert title.isprintable()
    title.encode()
    assert feed.problem is None


def test_no_more_entries_than_allowed() -> None:
    """The rest is counted in the problem."""
    feed = read(rss("".join(f"<item><guid>{n}</guid></item>" for n in range(30))), max_entries=10)
    assert [entry.guid for entry in feed.entries] == [str(n) for n in range(10)]
    assert "30 entries" in (feed.problem or "")


def test_oldest_first_feed_keeps_its_newest_entries() -> None:
    """A long archive in order of time still brings what is new."""
    items = "".join(
        f"<item><guid>{n}</guid><pubDate>Mon, 0{1 + n // 10} Jan 2024 10:00:0{n % 10} GMT</pubDate></item>"
        for n in range(30)
    )
    assert [entry.guid for entry in read(rss(items), max_entries=3).entries] == ["27", "28", "29"]


def test_guid_is_no_link_and_does_not_depend_on_the_address() -> None:
    """`post-17` stays what it is, wherever the feed was fetched; a relative link is resolved."""
    entry = only(rss("<item><guid>post-17</guid></item>"))
    assert (entry.guid, entry.link) == ("post-17", None)
    assert only(rss("<item><guid>/post/17</guid></item>")).link == "http://valley.example/post/17"


def test_entry_that_says_nothing_is_dropped() -> None:
    """An empty item is no entry; one with only a title is."""
    feed = read(rss("<item/><item><title>x</title></item><item><pubDate>Mon, 01 Jan 2024</pubDate></item>"))
    assert [entry.title for entry in feed.entries] == ["x"]


_TEXTS = st.text(max_size=50)
_TIMES = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda when: when.replace(microsecond=0))
_ENTRIES = st.builds(
    RawEntry, guid=st.none() | _TEXTS, link=st.none() | _TEXTS, title=_TEXTS, summary=_TEXTS, content=_TEXTS,
    author=_TEXTS, categories=st.tuples(_TEXTS), lang=st.none() | _TEXTS, published=_TIMES, updated=_TIMES,
    date_text=st.none() | _TEXTS,
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.builds(NotAFeed, document=st.sampled_from(Document), message=_TEXTS)
    | st.builds(
        ParsedFeed, title=_TEXTS, link=st.none() | _TEXTS, lang=st.none() | _TEXTS, version=_TEXTS,
        ttl=st.none() | st.integers(1, 10**6).map(lambda n: timedelta(seconds=n)),
        entries=st.lists(_ENTRIES, max_size=3).map(tuple), problem=st.none() | _TEXTS,
        seen=st.lists(st.binary(min_size=16, max_size=16), max_size=3).map(tuple),
    )
)  # fmt: skip
def test_result_survives_the_pipe(result: ParsedFeed | NotAFeed) -> None:
    """What a worker writes is what the daemon reads."""
    reply = wire.Reply()
    said = b"".join(wire.replies([result]))
    while said:
        (length,) = wire.FRAME.unpack(said[: wire.FRAME.size])
        reply.add(said[wire.FRAME.size : wire.FRAME.size + length])
        said = said[wire.FRAME.size + length :]
    assert reply.complete
    assert reply.result() == result


@pytest.mark.parametrize(
    "payload",
    [b"", b"[", b"[]", b"{}", b'["entries",[[1]]]', b'["entries",[null]]', b'["not","x","x"]', b"[" * 10**5,
     b'["feed","",null,null,"",null,[null,false],"abc"]', b'["feed","",null,null,"",null,[null,false],"ab"]',
     b'["entries",[[null,null,"","","","",[],null,99999999999999999999,null,null]]]', b"\xff"],
)  # fmt: skip
def test_garbled_reply_is_told_from_a_good_one(payload: bytes) -> None:
    """A worker gone mad cannot upset the daemon."""
    with pytest.raises(wire.GarbledReplyError):
        wire.Reply().add(payload)
