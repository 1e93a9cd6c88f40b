"""What hostile servers send, and what becomes of it: one table, one line an attack.

Each attack is fetched and read the way the daemon does it, beside an ordinary feed that must not suffer. The
outcome is named: a Failure, a Document, or how many entries were read. Deadlines are shortened; sizes are
those at which common readers hang or burst.
"""

# ruff: noqa: E501 (one attack a line)

from __future__ import annotations

import asyncio
import gzip
import os
import random
import resource
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import brotli
import pytest
import pytest_asyncio

from monitor.core.models import Document, Failure, Fetched, FetchFailed, NotAFeed, NotModified, ParsedFeed
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from tests.feeds.polling import NOW, feed, settings, state
from tests.feeds.zoo import Answer, Request, Zoo, endless, open_zoo, raw, redirect, respond, send, silent

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 2**20
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ITEM = b"<item><title>x</title><link>http://e.example/1</link><guid>1</guid></item>"
SECRET = "the-content-of-a-local-file"
LOCAL = Path(tempfile.gettempdir()) / f"news-monitor-attacks-{os.getpid()}.xml"


def rss(items: bytes, *, before: bytes = b"", declaration: bytes = b'<?xml version="1.0"?>') -> bytes:
    """Wrap items in a channel, with something between declaration and root."""
    start = declaration + before + b'<rss version="2.0"><channel><title>t</title>'
    return start + items + b"</channel></rss>"


def said(text: bytes) -> bytes:
    """One item with this description."""
    return rss(b"<item><title>x</title><description>" + text + b"</description></item>")


def unclosed(text: bytes) -> bytes:
    """One item with a description that runs into the end of the channel."""
    return rss(b"<item><description>" + text)


def dated(text: bytes) -> bytes:
    """One item of this date."""
    return rss(b"<item><title>x</title><pubDate>" + text + b"</pubDate></item>")


def encoded(label: bytes, title: bytes) -> bytes:
    """One item in a document that declares an encoding."""
    declaration = b'<?xml version="1.0" encoding="' + label + b'"?>'
    return rss(b"<item><title>" + title + b"</title></item>", declaration=declaration)


def laughs() -> bytes:
    """Entities of entities, a thousand million times the first."""
    steps = [b'<!ENTITY l0 "lol">']
    steps += [b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)]
    return rss(b"<item><title>&l9;</title></item>", before=b"<!DOCTYPE r [" + b"".join(steps) + b"]>")


def quadratic() -> bytes:
    """One long entity, used many times."""
    return rss(
        b"<item><title>" + b"&a;" * 50_000 + b"</title></item>",
        before=b'<!DOCTYPE r [<!ENTITY a "' + b"A" * 100_000 + b'">]>',
    )


def external(kind: bytes, address: bytes) -> bytes:
    """A document that asks to be completed from elsewhere."""
    subsets = {
        b"entity": b'<!DOCTYPE r [<!ENTITY x SYSTEM "%s">]>' % address,
        b"parameter": b'<!DOCTYPE r [<!ENTITY %% p SYSTEM "%s"> %%p;]>' % address,
        b"dtd": b'<!DOCTYPE r SYSTEM "%s">' % address,
    }
    return rss(b"<item><title>y&x;</title></item>", before=subsets[kind])


def bomb(coding: str) -> bytes:
    """64 MiB of nothing, packed."""
    plain = b"A" * 64 * MIB
    if coding == "br":
        return bytes(brotli.compress(plain, quality=1))
    return gzip.compress(plain, 1) if coding == "gzip" else zlib.compress(plain, 1)


def packed(coding: str, body: Callable[[], bytes]) -> Callable[[], Answer]:
    """Answer with a Content-Encoding."""
    return lambda: respond(200, body(), Content_Encoding=coding)


def plain(body: Callable[[], bytes], **headers: str) -> Callable[[], Answer]:
    """Answer with a document; in small ones FILE and PORT stand for a local file and the server's port."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        document = body()
        if len(document) < 10_000:
            port = request.headers["host"].rpartition(":")[2].encode()
            document = document.replace(b"PORT", port).replace(b"FILE", str(LOCAL).encode())
        await send(writer, 200, document, **headers)

    return lambda: answer


async def flood_of_headers(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send header lines for ever."""
    writer.write(OK)
    for number in range(10**9):
        writer.write(b"".join(b"X-%d-%d: a\r\n" % (number, n) for n in range(200)))
        await writer.drain()
        await asyncio.sleep(0)


async def flood_of_trailers(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Send a whole body, then trailers for ever."""
    body = rss(ITEM)
    writer.write(CHUNKED + b"%x\r\n" % len(body) + body + b"\r\n0\r\n")
    for number in range(10**9):
        writer.write(b"".join(b"X-%d-%d: a\r\n" % (number, n) for n in range(200)))
        await writer.drain()
        await asyncio.sleep(0)


def cookies(number: int) -> Answer:
    """Redirect onwards, each time with a hundred cookies."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        assert "cookie" not in request.headers
        lines = "".join(f"Set-Cookie: c{number}_{n}={'v' * 60}\r\n" for n in range(100))
        head = f"HTTP/1.1 302 Found\r\nLocation: /attack?{number}\r\n{lines}Content-Length: 0\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()

    return answer


async def feed_in_an_error(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Answer 500 with a good feed."""
    await send(writer, 500, rss(ITEM))


FEED = Document.HOSTILE, "any"  # read, or given up by the worker: both are bounded
Outcome = Failure | Document | int | tuple[Failure | Document | int | str, ...]

NETWORK: list[tuple[str, Callable[[], Answer], Outcome]] = [
    ("accepts and never answers", lambda: silent, Failure.TIMEOUT),
    ("one header byte at a time", lambda: endless(OK + b"X-A: ", b"a", 0.1), Failure.TIMEOUT),
    ("one body byte at a time", lambda: endless(OK + b"Content-Length: 9999\r\n\r\n", b" ", 0.1), Failure.TIMEOUT),
    ("endless chunks", lambda: endless(CHUNKED, b"10000\r\n" + b"A" * 65536 + b"\r\n"), Failure.TOO_LARGE),
    ("endless items", lambda: endless(OK + b"\r\n" + rss(b"")[:-16], ITEM * 800), Failure.TOO_LARGE),
    ("one-byte chunks", lambda: endless(CHUNKED, b"1\r\n \r\n" * 10_000), Failure.MALFORMED),
    ("announces gigabytes", lambda: raw(OK + b"Content-Length: 9999999999\r\n\r\n"), Failure.TOO_LARGE),
    ("endless body on a redirect", lambda: endless(
        b"HTTP/1.1 302 Found\r\nLocation: /good\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"10000\r\n" + b"A" * 65536 + b"\r\n"), 1),
    ("header line of megabytes", lambda: endless(OK + b"X-A: ", b"a" * 65536), Failure.MALFORMED),
    ("header lines without end", lambda: flood_of_headers, (Failure.MALFORMED, Failure.TIMEOUT)),
    ("trailers without end", lambda: flood_of_trailers, (Failure.MALFORMED, Failure.TIMEOUT)),
    ("early hints without end", lambda: endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 100),
     Failure.MALFORMED),
    ("a few early hints", lambda: raw(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 5 + OK
                                      + b"Content-Length: %d\r\n\r\n" % len(rss(ITEM)) + rss(ITEM)), 1),
    ("cookies at every step", lambda: cookies(1), Failure.REDIRECTS),
    ("redirects to itself", lambda: redirect(302, "/attack"), Failure.REDIRECTS),
    ("redirects to a file", lambda: redirect(302, "file:///etc/passwd"), Failure.REDIRECTS),
    ("redirects to ftp", lambda: redirect(302, "ftp://127.0.0.1/x"), Failure.REDIRECTS),
    ("redirects to the metadata service", lambda: redirect(302, "http://169.254.169.254/latest/meta-data"),
     Failure.FORBIDDEN_ADDRESS),
    ("redirects to a number", lambda: redirect(302, "http://2130706433/"), Failure.FORBIDDEN_ADDRESS),
    ("redirects to a mapped address", lambda: redirect(302, "http://[::ffff:10.0.0.1]/"), Failure.FORBIDDEN_ADDRESS),
    ("redirects to nowhere in particular", lambda: redirect(302, "http://0.0.0.0:1/"), Failure.FORBIDDEN_ADDRESS),
    ("gzip bomb", packed("gzip", lambda: bomb("gzip")), Failure.TOO_LARGE),
    ("deflate bomb", packed("deflate", lambda: bomb("deflate")), Failure.TOO_LARGE),
    ("brotli bomb", packed("br", lambda: bomb("br")), Failure.TOO_LARGE),
    ("coding nobody asked for", packed("zstd", lambda: b"(\xb5/\xfd" * 100), Failure.BAD_ENCODING),
    ("gzip in gzip", packed("gzip, gzip", lambda: gzip.compress(bomb("gzip"))), Failure.BAD_ENCODING),
    ("gzip of many empty members", packed("gzip", lambda: gzip.compress(b"", mtime=0) * 300_000), Failure.BAD_ENCODING),
    ("gzip cut off", packed("gzip", lambda: gzip.compress(rss(ITEM))[:100]), Failure.BAD_ENCODING),
    ("gzip that is none", packed("gzip", lambda: rss(ITEM)), Failure.BAD_ENCODING),
    ("body shorter than announced", lambda: raw(OK + b"Content-Length: 9999\r\n\r\n" + rss(ITEM)), Failure.MALFORMED),
    ("no HTTP at all", lambda: raw(b"\x16\x03\x01\x00\xff not http\r\n\r\n"), Failure.MALFORMED),
    ("HTTP 0.9", lambda: raw(rss(ITEM)), Failure.MALFORMED),
    ("two lengths", lambda: raw(OK + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n" + rss(ITEM)), Failure.MALFORMED),
    ("length and chunks", lambda: raw(OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     (Failure.MALFORMED, Document.EMPTY)),
    ("wait a million years", lambda: raw(b"HTTP/1.1 429 No\r\nRetry-After: " + b"9" * 20 + b"\r\nContent-Length: 0\r\n\r\n"),
     Failure.RATE_LIMITED),
    ("a feed in an error", lambda: feed_in_an_error, Failure.HTTP),
    ("a million megabytes of redirects", lambda: redirect(301, "/" + "a" * 7000), Failure.HTTP),
]  # fmt: skip

DOCUMENTS: list[tuple[str, Callable[[], Answer], Outcome]] = [
    ("billion laughs", plain(laughs), (1, Document.HOSTILE)),
    ("billion laughs in UTF-16", plain(lambda: laughs().decode().encode("utf-16")), (1, Document.HOSTILE)),
    ("quadratic entity", plain(quadratic), Document.XML),
    *[(f"external {kind.decode()} {address[:5].decode()}", plain(partial(external, kind, address)),
       (1, Document.HOSTILE))
      for kind in (b"entity", b"parameter", b"dtd")
      for address in (b"file://FILE", b"http://127.0.0.9:PORT/hit")],
    ("xinclude", plain(lambda: rss(b'<item><title>y<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" '
                                   b'href="file://FILE"/></title></item>')), 1),
    ("100,000 elements deep", plain(lambda: said(b"<a>" * 100_000 + b"</a>" * 100_000)), FEED),
    ("a million items never closed", plain(lambda: b'<rss version="2.0"><channel>' + b"<item>" * 10**6), FEED),
    ("markup 200,000 deep", plain(lambda: said(b"&lt;div&gt;" * 200_000)), 1),
    ("200,000 items", plain(lambda: rss(b"<item><title>x</title></item>" * 200_000)), FEED),
    ("a million empty items", plain(lambda: rss(b"<item/>" * 10**6)), FEED),
    ("title of 7 MB", plain(lambda: rss(b"<item><title>" + b"A" * 7_000_000 + b"</title></item>")), FEED),
    ("100,000 attributes", plain(lambda: rss(b"<item " + b" ".join(b'a%d="1"' % n for n in range(10**5))
                                             + b"><title>x</title></item>")), FEED),
    ("100,000 namespaces", plain(lambda: rss(b"<item " + b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(10**5))
                                             + b"><title>x</title></item>")), FEED),
    ("attribute of 7 MB", plain(lambda: rss(b'<item a="' + b"A" * 7_000_000 + b'"><title>x</title></item>')), FEED),
    ("comment of 7 MB", plain(lambda: rss(b"<!--" + b"A" * 7_000_000 + b"-->" + ITEM)), FEED),
    *[(f"flood of {sign.decode()}", plain(partial(unclosed, sign * 200_000)), FEED)
      for sign in (b"<", b"<![", b"<!--", b"<a ", b"<?")],
    *[(f"flood of {sign.decode()}", plain(partial(said, sign * 100_000)), FEED)
      for sign in (b"&lt;", b"&lt;![", b"&lt;!--", b"&lt;a ", b"&amp;amp;", b"x=&quot;")],
    ("flood of entities", plain(lambda: rss(ITEM, before=b"<!DOCTYPE r [" + b'<!ENTITY a "b' * 10**5)), Document.XML),
    ("flood of doctypes", plain(lambda: rss(ITEM, before=b"<!DOCTYPE " * 10**5)), Document.XML),
    *[(f"date of {sign[:2].decode()}", plain(
        partial(dated, sign)), FEED)
      for sign in (b"1" * 200_000, b"Mon, 1" + b" " * 200_000 + b"x", b"1:" * 100_000)],
    ("UTF-7", plain(lambda: encoded(b"utf-7", b"+ADw-script+AD4-")), 1),
    ("punycode", plain(lambda: encoded(b"punycode", b"a" * 10**5 + b"-" + b"b9" * 200_000)), 1),
    ("idna", plain(lambda: encoded(b"idna", b"a" * 3_000_000)), 1),
    ("unicode_escape", plain(lambda: encoded(b"unicode_escape", b"\\x3cscript\\x3e \\N{BULLET}")), 1),
    ("zlib as encoding", plain(lambda: encoded(b"zlib_codec", b"x")), 1),
    ("encoding nobody knows", plain(lambda: encoded(b"x-no-such", b"x")), 1),
    *[(f"charset={name}", plain(lambda: rss(ITEM), Content_Type=f"text/xml; charset={name}"), 1)
      for name in ("undefined", "idna", "utf-8%00x", "'")],
    ("bytes that are no UTF-8", plain(lambda: rss(b"<item><title>a\xff\xfe\xc3(\xf0\x28 end</title></item>")), 1),
    ("NUL in title and guid", plain(lambda: rss(b"<item><title>a\x00b</title><guid>\x00</guid></item>")), 1),
    ("escape sequences", plain(lambda: rss(b"<item><title>a\x08\x1b[31mred\x07</title></item>")), 1),
    ("lone surrogates", plain(lambda: rss(b"<item><title>&#xD800;a&#xDFFF;</title></item>")), 1),
    ("a path as body", plain(lambda: b"FILE"), Document.TEXT),
    ("a file address as body", plain(lambda: b"file://FILE"), Document.TEXT),
    ("an inner address as body", plain(lambda: b"http://127.0.0.9:PORT/hit"), Document.TEXT),
    ("a bot check", plain(lambda: b"<!DOCTYPE html><html><head><title>Just a moment...</title>"), Document.HTML),
    ("nothing", plain(lambda: b""), Document.EMPTY),
    ("an error in JSON", plain(lambda: b'{"error":"rate limited"}'), Document.JSON),
    ("JSON a million deep", plain(lambda: b"[" * 10**6), Document.JSON),
    ("a number of a million digits", plain(lambda: b'{"version":"https://jsonfeed.org/version/1","items":['
                                                   + b"9" * 10**6 + b"]}"), Document.JSON),
    ("noise", plain(lambda: random.Random(1).randbytes(5 * MIB)), Document.BINARY),
    ("CDATA without end", plain(lambda: rss(b"<item><title>x<![CDATA[" + b"A]]" * 2_000_000)), FEED),
    ("guids of 300 KB", plain(lambda: rss(b"".join(b"<item><guid>" + b"g" * 300_000 + b"%d</guid></item>" % n
                                                   for n in range(20)))), 20),
]  # fmt: skip


class Poller:
    """Fetches and reads as the daemon does, and names the outcome."""

    def __init__(self, fetcher: HttpFetcher, pool: ParserPool, zoo: Zoo) -> None:
        self.fetcher = fetcher
        self.pool = pool
        self.zoo = zoo

    async def outcome(self, path: str) -> tuple[Failure | Document | int, Any]:
        """Poll once."""
        url = self.zoo.url + path
        answer = await self.fetcher.fetch(feed(url), state(url))
        assert not isinstance(answer, NotModified)
        if isinstance(answer, FetchFailed):
            return answer.failure, answer
        assert isinstance(answer, Fetched)
        read = await self.pool.parse(answer)
        if isinstance(read, NotAFeed):
            return read.document, read
        assert isinstance(read, ParsedFeed)
        return len(read.entries), read


@pytest.fixture(scope="module")
def limits() -> Any:
    """Return short deadlines and the usual sizes; only the attacking server's address may be polled."""
    return settings(
        total_timeout=timedelta(seconds=1), max_body=8 * MIB, max_document=16 * MIB,
        parse_timeout=timedelta(seconds=0.6), allow_networks=("127.0.0.9/32",),
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _local_file() -> Iterator[None]:
    """Keep a file that nobody may read."""
    LOCAL.write_bytes(rss(b"<item><title>" + SECRET.encode() + b"</title></item>"))
    yield
    LOCAL.unlink()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def poller(limits: Any) -> AsyncIterator[Poller]:
    """Run fetcher, parser and the attacking server."""
    async with (
        open_zoo("127.0.0.9") as zoo,
        HttpFetcher(limits, clock=lambda: NOW) as fetcher,
        ParserPool(limits) as pool,
    ):
        zoo.answers["/good"] = respond(200, rss(ITEM))
        yield Poller(fetcher, pool, zoo)


async def attacked(poller: Poller, attack: Callable[[], Answer], expected: Outcome) -> Any:
    """Poll the attack and an ordinary feed beside it; return what came of the attack."""
    poller.zoo.answers["/attack"] = attack()
    poller.zoo.requests.clear()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with asyncio.timeout(15):
        (outcome, result), (good, _) = await asyncio.gather(
            poller.outcome("/attack"), poller.outcome("/good")
        )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert good == 1, "the feed beside it is read as ever"
    assert grown < 150 * 1024, f"{grown} KiB more"
    allowed = expected if isinstance(expected, tuple) else (expected,)
    assert outcome in allowed or ("any" in allowed and isinstance(outcome, int)), result
    assert SECRET not in repr(result)
    assert "/hit" not in {request.path for request in poller.zoo.requests}
    return result


@pytest.mark.parametrize(
    ("attack", "expected"), [row[1:] for row in NETWORK], ids=[row[0] for row in NETWORK]
)
async def test_network_attack_is_bounded_and_named(
    poller: Poller, attack: Callable[[], Answer], expected: Outcome
) -> None:
    """Nothing a server does on the wire hangs, floods or leads us inside."""
    await attacked(poller, attack, expected)


@pytest.mark.parametrize(
    ("attack", "expected"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS]
)
async def test_document_attack_is_bounded_and_named(
    poller: Poller, attack: Callable[[], Answer], expected: Outcome
) -> None:
    """Nothing a document holds costs more than its worker."""
    await attacked(poller, attack, expected)
