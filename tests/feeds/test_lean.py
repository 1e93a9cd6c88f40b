"""The lean reader: what it reads is what feedparser reads, and what it is not sure of it leaves alone."""

from __future__ import annotations

import tarfile
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.models import ParsedFeed
from monitor.feeds import lean, tidy
from monitor.feeds.encodings import to_utf8
from monitor.feeds.lean.dates import parsed
from monitor.feeds.limits import Source
from monitor.feeds.sniff import feed_start
from monitor.feeds.syndication import clean_xml, read_syndication
from tests.feeds.zoo import RSS

SOURCE = Source(url="http://valley.example/feed.xml", max_entries=10_000)
ATOM = "http://www.w3.org/2005/Atom"
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:x="u:x" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:a="http://www.w3.org/2005/Atom" xmlns:h="http://www.w3.org/1999/xhtml"'
)


def rss(inner: str) -> bytes:
    """Wrap text in a channel with the usual prefixes."""
    return f'<rss version="2.0" {SPACES}><channel>{inner}</channel></rss>'.encode()


def atom(inner: str) -> bytes:
    """Wrap text in an Atom feed."""
    return f'<feed xmlns="{ATOM}" {SPACES}>{inner}</feed>'.encode()


def rdf(inner: str) -> bytes:
    """Wrap text in RSS 1.0."""
    spaces = 'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    return f"<r:RDF {spaces} {SPACES}>{inner}</r:RDF>".encode()


def both(body: bytes) -> tuple[ParsedFeed, ParsedFeed]:
    """Read a document with and without the lean reader."""
    xml = clean_xml(body)
    return read_syndication(xml, SOURCE), read_syndication(xml, SOURCE, lean=False)


READ = [
    RSS,
    rss(
        "<title>T</title><link>http://a.example/?a=1&amp;b=2</link><ttl>15</ttl><language>en_gb</language>"
        "<image><url>http://a.example/i.png</url><title>I</title><link>http://a.example/i</link></image>"
        "<item><title>One &amp;amp; two</title><link>http:////a.example/1?x=1&amp;amp;y;=2</link>"
        "<guid isPermaLink='false'>g1</guid><pubDate>Tue, 05 Mar 2024 10:00:00 +0200</pubDate>"
        "<author>ann@a.example (Ann)</author><category domain='d'>A</category><category>B</category>"
        "<category>A</category><description><![CDATA[<p>d</p>]]></description>"
        "<content:encoded>&lt;p&gt;c&lt;/p&gt;</content:encoded></item>"
    ),
    rss(
        "<item><guid>http://a.example/2</guid><dc:creator>B</dc:creator><dc:date>2024-03-05T10:00:00+02:00</dc:date>"
        "<description>first</description><description>second</description><media:title>M</media:title></item>"
    ),
    rss(
        "<item><media:title>M</media:title><title>late</title><media:description>D</media:description>"
        "<media:group>"
        "<media:content url='u'><media:thumbnail url='t'/></media:content></media:group></item>"
    ),
    rss(
        "<item><title>t</title><image><title>inner</title><link>http://i.example/</link></image>"
        "<link>http://a.example/3</link><source url='http://s.example/'>Other</source></item>"
    ),
    rss(
        "<item xml:lang='uk'><title xml:lang='de'>t</title>"
        "<x:other k='1'>z</x:other><x:more>y</x:more></item>"
    ),
    rss(
        "<itunes:owner><itunes:name>N</itunes:name><itunes:email>n@a.example</itunes:email></itunes:owner>"
        "<itunes:keywords>a, b</itunes:keywords><item>"
        "<itunes:summary>s</itunes:summary><description>d</description>"
        "<itunes:keywords>c,, d</itunes:keywords><itunes:image href='http://i.example/'/></item>"
    ),
    rss(
        "<title>T</title><textinput><title>Find</title><description>D</description><name>q</name>"
        "<link>http://a.example/find</link></textinput><item><title>a</title></item>"
    ),
    rss(
        "<item xml:base='http://b.example/d/'><guid>http://a.example/8?x=1</guid>"
        "<link>http://a.example/8</link></item>"
    ),
    rss("<item><title>\u00d0\u009f</title><description>\x80 and caf\u00c3\u00a9</description></item>"),
    rss("<item><a:link href='http://a.example/self' rel='self'/><a:link href='http://a.example/4'/></item>"),
    atom(
        "<title>T</title><id>urn:1</id><link href='http://a.example/'/><entry xml:lang='fr'><id>tag:1</id>"
        "<title type='html'>&lt;b&gt;x&lt;/b&gt;</title><link rel='enclosure' href='http://a.example/e'/>"
        "<link href='http://a.example/5'/><published>2024-03-05T10:00:00Z</published>"
        "<updated>2024-03-05T10:00:00.5-01:30</updated><author><name>A</name><email>a@a.example</email></author>"
        "<author><name>B</name></author><category term='k' label='K'/><summary>s</summary>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
        "<p class='q'>a &amp; b<br/></p></div></content>"
        "<source><title>S</title><id>s</id><updated>2020-01-01T00:00:00Z</updated></source></entry>"
    ),
    atom("<entry><content type='html'>c</content><content>plain</content><summary>after</summary></entry>"),
    rdf(
        "<channel r:about='http://a.example/'><title>T</title><items><r:Seq/></items></channel>"
        "<item r:about='http://a.example/6'><title>t</title><link>http://a.example/6</link>"
        "<dc:subject>S</dc:subject></item>"
    ),
]


@pytest.mark.parametrize("body", READ)
def test_lean_reading_is_feedparsers(body: bytes) -> None:
    """Field by field, and the lean reader did read it."""
    assert lean.read(clean_xml(body)) is not None
    ours, theirs = both(body)
    assert ours == theirs
    assert ours.entries


LEFT = [
    RSS[:-5],
    b"<!DOCTYPE rss>" + rss("<item><title>a</title></item>"),
    rss("<item xml:base='http://b.example/'><link>x</link></item>"),
    rss("<item><title>a<b>c</b></title></item>"),
    rss("<item><date>2024-03-05</date></item>"),
    rss("<item xml:base='b/'><link>http://a.example/7</link></item>"),
    rss("<item><textinput><title>t</title></textinput><title>a</title></item>"),
    atom("<entry><content type='image/png'>eA==</content></entry>"),
    atom("<entry><content mode='base64' type='text/plain'>eA==</content></entry>"),
    b"<rss><channel><item><title>&nbsp;</title></item></channel></rss>",
]


@pytest.mark.parametrize("body", LEFT)
def test_what_is_not_certain_is_left_to_feedparser(body: bytes) -> None:
    """Broken XML, types, bases for addresses and whatever else has rules that the lean reader has not."""
    assert lean.read(clean_xml(body)) is None
    ours, theirs = both(body)
    assert ours == theirs


TEXTS = [
    "",
    " a ",
    "b &amp; c",
    "\u00e9\u0085",
    "\u00c3\u00a9",
    "<![CDATA[<i>x</i>]]>",
    "x@y.example (Z)",
    "2024-03-05",
    "http:///h.example/?a&amp;b;c",
    "Tue, 05 Mar 2024 10:00 EST",
    "\u041c\u0456\u0441\u0442",
]
NAMES = [
    *(
        "title",
        "link",
        "guid",
        "id",
        "description",
        "summary",
        "author",
        "name",
        "email",
        "category",
        "source",
    ),
    *(
        "pubDate",
        "updated",
        "published",
        "content",
        "image",
        "url",
        "language",
        "ttl",
        "dc:creator",
        "dc:date",
    ),
    *(
        "dc:subject",
        "dc:title",
        "media:title",
        "media:group",
        "media:content",
        "media:description",
        "media:keywords",
    ),
    *(
        "content:encoded",
        "itunes:author",
        "itunes:owner",
        "itunes:summary",
        "itunes:keywords",
        "itunes:category",
    ),
    *(
        "x:unknown",
        "contributor",
        "enclosure",
        "a:link",
        "a:id",
        "a:entry",
        "item",
        "h:p",
        "h:div",
        "generator",
        "textinput",
    ),
]
ATTRIBUTES = [
    "",
    " href='http://h.example/'",
    " type='html'",
    " type='xhtml'",
    " rel='self'",
    " xml:lang='uk'",
    " term='t'",
    " isPermaLink='false'",
    " url='u'",
    " text='T'",
    " x:lang='en_us'",
    " xml:base='http://b.example/d/'",
    " base='http://c.example/'",
]
LEAVES = st.builds(
    lambda name, attributes, text: f"<{name}{attributes}>{text}</{name}>",
    st.sampled_from(NAMES),
    st.sampled_from(ATTRIBUTES),
    st.sampled_from(TEXTS),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda name, attributes, parts: f"<{name}{attributes}>{''.join(parts)}</{name}>",
        st.sampled_from(NAMES),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, max_size=4),
    ),
    max_leaves=8,
)


@given(st.sampled_from([rss, atom, rdf]), st.lists(TREES, max_size=4), st.lists(TREES, max_size=8))
def test_no_order_of_elements_tells_them_apart(wrap: object, head: list[str], item: list[str]) -> None:
    """Whatever stands in a feed, in whatever order and depth, comes to the same entries."""
    assert callable(wrap)
    name = "entry" if wrap is atom else "item"
    body = wrap(f"{''.join(head)}<{name}>{''.join(item)}</{name}><{name}><title>last</title></{name}>")
    if lean.read(clean_xml(body)) is None:
        return
    ours, theirs = both(body)
    assert ours == theirs


@given(st.from_regex(r"https?://[a-z.]{1,8}/[!-~]{0,20}", fullmatch=True))
def test_addresses_taken_as_they_are_would_be_left_so(address: str) -> None:
    """What needs no joining is not joined, with the result of joining."""
    try:
        joined = urljoin(SOURCE.url, address)
    except ValueError:
        return
    assert tidy.link(address, SOURCE.url) == joined


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 05 Mar 2024 10:00:00 GMT",
        "5 March 2024 10:00 +0530",
        "2024-03-05T10:00:00+05:30",
        "Tue, 31 Feb 2024 10:00:00 GMT",
        "2024-03-05T10:00:00.999Z",
        "2024-03-05T24:00:00Z",
        "0001-01-01T00:00:00+10:00",
        "tuesday 05 Mar 2024 10:00:00 utc",
        "2024-03-05T10:00:60Z",
        "2024-03-05t10:00:00-0500",
        "Tue, 05 Mar 2024 10:00:00 +9900",
    ],
)
def test_dates_are_feedparsers(text: str) -> None:
    """Quickly or by feedparser, a date is the same moment."""
    from feedparser.datetimes import _parse_date  # noqa: PLC0415

    assert parsed(text) == tidy.moment(_parse_date(text))


def test_recorded_feeds_are_read_alike(recorded: Path) -> None:
    """Every recorded news feed, field by field; nearly all of them without feedparser."""
    place = recorded / "feeds"
    tagged = [line.split("\t") for line in (place / "MANIFEST.tsv").read_text().splitlines()[1:]]
    names = {row[0] for row in tagged if row[0].startswith("real/") and "news" in row[6].split(",")}
    differ, left = [], 0
    with tarfile.open(place / "feeds.tar.xz") as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            file = archive.extractfile(member) if name in names else None
            if file is None:
                continue
            text = to_utf8(file.read(), None)
            xml = clean_xml(text[feed_start(text) or 0 :])
            if lean.read(xml) is None:
                left += 1
            elif read_syndication(xml, SOURCE) != read_syndication(xml, SOURCE, lean=False):
                differ.append(name)
    assert differ == []
    assert left <= len(names) // 20
