"""News sitemaps and indexes of them, from a server on loopback to entries."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.models import Fetched, FetchFailed, FetchResult, NotAFeed, ParsedFeed, ParseResult, RawEntry
from monitor.feeds.bundle import Bundle, bundled, unbundled
from monitor.feeds.following import KeptSitemaps, SitemapFollower, newest_children
from monitor.feeds.limits import Source
from monitor.feeds.parse import ParserPool
from monitor.feeds.reading import read_document
from tests.feeds.polling import feed, fetcher, settings, state
from tests.feeds.zoo import Request, Zoo, redirect, respond, send

PATIENT = dict.fromkeys(("connect_timeout", "read_timeout", "total_timeout"), timedelta(seconds=60))
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
SOURCE = Source(url="https://valley.example/sitemap.xml")
ARTICLE = """<url><loc>{loc}</loc><lastmod>2024-03-04T12:00:00Z</lastmod><news:news><news:publication>
<news:name>Valley</news:name><news:language>uk</news:language></news:publication>
<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>
<news:keywords>bridge, dam,, bridge</news:keywords></news:news></url>"""


def urlset(*articles: str, plain: Sequence[str] = ()) -> bytes:
    """Make a sitemap of articles, and of pages that are none."""
    pages = "".join(f"<url><loc>{page}</loc></url>" for page in plain)
    return f"""<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="//x/s.xsl"?>
<!-- made by hand --><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="{NEWS}">
{"".join(articles)}{pages}</urlset>""".encode()


def article(loc: str, title: str = "t", date: str = "2024-03-04") -> str:
    """Make one article."""
    return ARTICLE.format(loc=loc, title=title, date=date)


def index(*children: str) -> bytes:
    """Make an index; a child is an address, or an address and its date with a space between."""
    parts = (child.partition(" ") for child in children)
    listed = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</sitemap>"
        for loc, _, date in parts
    )
    return (
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'.encode()
    )


def read(body: bytes) -> ParsedFeed:
    """Read a document that must be a feed."""
    found = read_document(body, SOURCE)
    assert isinstance(found, ParsedFeed), found
    return found


def test_articles_of_a_news_sitemap_are_entries() -> None:
    """Title, date, language and keywords; the newest first; pages that are no articles are left out."""
    found = read(
        urlset(
            article("/old", date="2024-03-03"),
            article(
                "https://valley.example/new?a=1&amp;b=2", "<![CDATA[Міст & дамба]]>", "2024-03-04T10:00+02:00"
            ),
            plain=["https://valley.example/imprint"],
        )
    )
    assert (found.version, found.title, found.lang, found.problem) == ("news sitemap", "Valley", "uk", None)
    assert found.entries[0] == RawEntry(
        link="https://valley.example/new?a=1&b=2",
        title="Міст & дамба",
        categories=("bridge", "dam"),
        lang="uk",
        published=datetime(2024, 3, 4, 8, tzinfo=UTC),
        updated=datetime(2024, 3, 4, 12, tzinfo=UTC),
    )
    assert [one.link for one in found.entries[1:]] == ["https://valley.example/old"]


def test_a_packed_sitemap_is_read_as_the_plain_one() -> None:
    """`sitemap.xml.gz` is common; a broken one, or one beyond all measure, is refused in words."""
    document = urlset(article("/a"))
    assert read(gzip.compress(document)) == read(document)
    for packed in (gzip.compress(document)[:-9], gzip.compress(document + b" " * 2**24)):
        refused = read_document(packed, SOURCE)
        assert isinstance(refused, NotAFeed)
        assert refused.message == "got a sitemap in a gzip file that is broken or larger than 16 MiB"


def test_a_sitemap_without_articles_for_now_is_an_empty_feed() -> None:
    """News sitemaps hold two days; on a quiet weekend nothing is left."""
    assert read(urlset()).entries == ()


def test_a_broken_sitemap_is_read_as_far_as_possible_and_once_more() -> None:
    """What came before the break is kept."""
    found = read(urlset(article("/a"), article("/b"))[:-200])
    assert found.entries[0].link == "https://valley.example/a"
    assert found.problem is not None
    assert found.problem.startswith("broken XML in line ")
    assert found.cut_short


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (urlset(plain=["/a"]), "got a sitemap without news, its <urlset> has no <news:news>"),
        (b"<urlset/>", "got a sitemap without news"),
        (index("/a"), "got an index of sitemaps inside an index of sitemaps"),
        (bundled([urlset(plain=["/a"]), index("/a"), b"x"], missing=0), "hold no <news:news>"),
        (b"<!DOCTYPE a [<!ENTITY e 'x'>]><urlset><url/></urlset>", "<urlset>"),
    ],
)
def test_what_is_no_sitemap_of_news_says_so(body: bytes, words: str) -> None:
    """And what to give instead."""
    refused = read_document(body, SOURCE)
    assert isinstance(refused, NotAFeed)
    assert words in refused.message


def test_no_more_than_the_newest_entries_are_kept() -> None:
    """Whichever way the sitemap runs."""
    articles = [article(f"/{day}", date=f"2024-03-{day:02}") for day in range(1, 10)]
    found = read_document(urlset(*articles), Source(url=SOURCE.url, max_entries=2))
    assert isinstance(found, ParsedFeed)
    assert [one.link for one in found.entries] == ["https://valley.example/9", "https://valley.example/8"]
    assert found.problem == "9 entries in one document; the newest 2 were read"


@given(st.lists(st.binary(max_size=40), max_size=4), st.integers(0, 9), st.integers(1, 8))
def test_a_bundle_is_taken_apart_as_it_was_put_together(bodies: list[bytes], missing: int, cut: int) -> None:
    """Whatever its parts; a part of one is none, or misses what was cut off."""
    body = bundled(bodies, missing=missing)
    assert unbundled(body) == Bundle(tuple(bodies), missing)
    shorter = unbundled(body[:-cut])
    assert shorter is None or len(shorter.sitemaps) < len(bodies)


@given(st.binary(max_size=300))
def test_no_document_that_begins_like_a_sitemap_breaks_the_reader(rest: bytes) -> None:
    """It is a feed or it is not."""
    for start in (b"<urlset>", b"<sitemapindex>", b"\x1f\x8b", bundled([], missing=0)):
        assert isinstance(read_document(start + rest, SOURCE), ParsedFeed | NotAFeed)


def test_children_named_for_news_are_followed_first_and_then_the_newest() -> None:
    """By the date that the index gives, or the one in the address, or the order of the index."""
    day = datetime(2024, 3, 4, tzinfo=UTC)
    children = [
        RawEntry(link="/pages.xml", updated=day),
        RawEntry(link="/2024-02.xml"),
        RawEntry(link="/2024-03-03.xml"),
        RawEntry(link="/news.xml"),
        RawEntry(link="/pages.xml", updated=day),
    ]
    assert newest_children(children) == ("/news.xml", "/pages.xml", "/2024-03-03.xml")
    assert newest_children([RawEntry(link="/b.xml"), RawEntry(link="/a.xml")], most=1) == ("/b.xml",)


@pytest.fixture
async def parser() -> AsyncIterator[ParserPool]:
    """Real parser processes."""
    async with ParserPool(settings()) as pool:
        yield pool


async def followed(zoo: Zoo, parser: ParserPool, **of_feed: object) -> tuple[FetchResult, ParseResult | None]:
    """Fetch and read /index.xml as the daemon does."""
    known = state(f"{zoo.url}/index.xml", etag='"e"')
    async with fetcher(**PATIENT) as http:
        answer = await SitemapFollower(http, parser).fetch(feed(known.url, **of_feed), known)
    return answer, await parser.parse(answer) if isinstance(answer, Fetched) else None


async def test_an_index_is_read_with_its_newest_sitemaps_and_no_others(zoo: Zoo, parser: ParserPool) -> None:
    """Three of five; each article once; without a validator, since an unchanged index proves nothing."""
    listed = [f"{zoo.url}/{day}.xml 2024-03-0{day}" for day in range(1, 6)]
    zoo.answers["/index.xml"] = respond(200, index(*listed), ETag='"f"')
    for day in range(1, 6):
        body = urlset(article(f"/{day}", date=f"2024-03-0{day}"), article("/same"))
        zoo.answers[f"/{day}.xml"] = respond(200, gzip.compress(body) if day == 4 else body)
    answer, found = await followed(zoo, parser)
    assert isinstance(answer, Fetched)
    assert (answer.etag, answer.url) == (None, f"{zoo.url}/index.xml")
    assert isinstance(found, ParsedFeed)
    links = [f"{zoo.url}/{path}" for path in ("5", "4", "same", "3")]
    assert sorted(one.link or "" for one in found.entries) == sorted(links)
    assert found.problem is None
    assert [request.path for request in zoo.requests] == ["/index.xml", "/5.xml", "/4.xml", "/3.xml"]
    assert [request.headers.get("if-none-match") for request in zoo.requests] == ['"e"', None, None, None]


async def test_sitemaps_that_stay_are_not_sent_again(zoo: Zoo, parser: ParserPool) -> None:
    """Their validators are sent, and the document is the very same."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        same = request.headers.get("if-none-match") == '"v"'
        await send(writer, 304 if same else 200, b"" if same else urlset(article("/a")), ETag='"v"')

    zoo.answers["/index.xml"] = respond(200, index(f"{zoo.url}/a.xml"))
    zoo.answers["/a.xml"] = answer
    known = state(f"{zoo.url}/index.xml")
    async with fetcher(**PATIENT) as http:
        follower = SitemapFollower(http, parser)
        first, second = [await follower.fetch(feed(known.url), known) for _ in range(2)]
    assert isinstance(first, Fetched)
    assert isinstance(second, Fetched)
    assert first.body == second.body
    assert [request.headers.get("if-none-match") for request in zoo.requests] == [None, None, None, '"v"']


def test_sitemaps_are_kept_within_bounds_and_for_some_hours() -> None:
    """The longest unused goes first; what is old is asked for in full; what has no validator is not kept."""
    now = 0.0
    kept = KeptSitemaps(most_bytes=6, clock=lambda: now)
    one = Fetched(url="u", status=200, body=b"x", etag='"e"', seconds=0.0)
    for number in range(7):
        kept.keep(("f", str(number)), replace(one, body=str(number).encode()))
        kept.get(("f", "0"))
    found = [kept.get(("f", str(number))) for number in range(7)]
    assert [one.body if one else None for one in found] == [
        b"0",
        None,
        *[None] * 0,
        b"2",
        b"3",
        b"4",
        b"5",
        b"6",
    ]
    kept.keep(("f", "0"), replace(one, etag=None))
    assert kept.get(("f", "0")) is None
    now = 7 * 3600.0
    assert kept.get(("f", "6")) is None


async def test_a_sitemap_that_cannot_be_had_is_said_and_asked_for_again(zoo: Zoo, parser: ParserPool) -> None:
    """The others count; the document is not held to be read in full."""
    zoo.answers["/index.xml"] = respond(200, index(f"{zoo.url}/a.xml", f"{zoo.url}/gone.xml"))
    zoo.answers["/a.xml"] = respond(200, urlset(article("/a")))
    _, found = await followed(zoo, parser)
    assert isinstance(found, ParsedFeed)
    assert found.problem == "1 of the 2 newest sitemaps of the index could not be fetched"
    assert found.cut_short
    zoo.answers["/a.xml"] = respond(404)
    failed, _ = await followed(zoo, parser)
    assert isinstance(failed, FetchFailed)
    assert failed.message == "the newest sitemap of an index: the server answered with status 404"


async def test_an_index_of_indexes_and_of_pages_is_refused(zoo: Zoo, parser: ParserPool) -> None:
    """One level is followed; no loop is possible, even through redirects."""
    zoo.answers["/index.xml"] = respond(
        200, index(f"{zoo.url}/index.xml", f"{zoo.url}/b.xml", f"{zoo.url}/c.xml")
    )
    zoo.answers["/b.xml"] = respond(200, urlset(plain=["/a"]))
    zoo.answers["/c.xml"] = redirect(302, "/index.xml")
    _, found = await followed(zoo, parser)
    assert isinstance(found, NotAFeed)
    assert "hold no <news:news>" in found.message
    assert len(zoo.requests) == 5


async def test_secrets_and_private_addresses_of_a_feed_are_not_its_childrens(
    zoo: Zoo, parser: ParserPool
) -> None:
    """A sitemap on another origin gets neither headers nor login, and none leads inside."""
    other = zoo.url.replace("127.0.0.1", "localhost")
    zoo.answers["/index.xml"] = respond(200, index(f"{zoo.url}/mine.xml", f"{other}/other.xml"))
    zoo.answers["/mine.xml"] = zoo.answers["/other.xml"] = respond(200, urlset(article("/a")))
    await followed(zoo, parser, headers={"X-Key": "k"}, auth=("u", "p"))
    sent = {request.path: request.headers for request in zoo.requests}
    assert sent["/mine.xml"]["x-key"] == "k"
    assert "authorization" in sent["/mine.xml"]
    assert not {"x-key", "authorization"} & set(sent["/other.xml"])
    zoo.requests.clear()
    known = state(f"{zoo.url}/index.xml")
    async with fetcher(**PATIENT, allow_networks=()) as http:
        await SitemapFollower(http, parser).fetch(feed(known.url, allow_private=True), known)
    assert [request.path for request in zoo.requests] == ["/index.xml", "/mine.xml"]


async def test_what_is_no_index_passes_as_it_came(zoo: Zoo, parser: ParserPool) -> None:
    """One request, its validator kept."""
    zoo.answers["/index.xml"] = respond(200, urlset(article("/a")), ETag='"f"')
    answer, found = await followed(zoo, parser)
    assert isinstance(answer, Fetched)
    assert answer.etag == '"f"'
    assert isinstance(found, ParsedFeed)
    assert len(zoo.requests) == 1
