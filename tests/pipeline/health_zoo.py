"""Servers that misbehave in some fifty ways, each on an address of its own, and what is to be said of each.

An exhibit answers by the hour of the visit: `answer(hour)`. Visits are some hours apart, in virtual time.
"""

# ruff: noqa: E501 (one exhibit a line)

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from monitor.core.models import Feed, Health
from tests.feeds.zoo import (
    Answer,
    Request,
    Zoo,
    conditional,
    endless,
    open_zoo,
    raw,
    redirect,
    respond,
    send,
    silent,
)

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
HOURS = (0, 4, 8, 12, 16, 20, 24, 29)
"""Hours of the visits."""
OK = b"HTTP/1.1 200 OK\r\n"


def at(hour: float) -> datetime:
    """Return the moment so many hours after the start."""
    return START + timedelta(hours=hour)


def http_date(hour: float) -> str:
    """Write a moment as HTTP does."""
    return format_datetime(at(hour), usegmt=True)


def rss(*items: tuple[str, float | None], tag: str = "") -> bytes:
    """Write a feed of items: name, hour of publication or None."""
    body = "".join(
        f"<item><title>News number {name}</title><guid isPermaLink='false'>{name}</guid>"
        + (f"<pubDate>{http_date(hour)}</pubDate>" if hour is not None else "")
        + "</item>"
        for name, hour in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{tag}{body}</channel></rss>'.encode()


def hourly(hour: int, number: int = 12) -> bytes:
    """Write a feed with an item every hour."""
    return rss(*((f"i{hour - n}", hour - n - 0.5) for n in range(number)))


def well(hour: int) -> Answer:
    """Answer with something new every time."""
    return conditional(hourly(hour), f'"{hour}"')


def always(answer: Answer) -> Callable[[int], Answer]:
    """Answer the same at every hour."""
    return lambda _hour: answer


def page(body: str, status: int = 200, **headers: str) -> Callable[[int], Answer]:
    """Answer with a web page."""
    text = f"<!doctype html><html><head><title>Hello</title>{body}</html>".encode()
    return always(respond(status, text, Content_Type="text/html", **headers))


def by_hour(*rows: tuple[int, Answer]) -> Callable[[int], Answer]:
    """Answer by the last row whose hour has come."""
    return lambda hour: [answer for begins, answer in rows if begins <= hour][-1]


def never_modified(hour: int) -> Answer:
    """Say 304 to whoever sends validators, though there is news every hour; else tell all with a new ETag."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        if "if-none-match" in request.headers:
            await send(writer, 304)
        else:
            await send(writer, 200, hourly(hour), ETag='"for ever"')

    return answer


def news_every_second_visit(hour: int) -> Answer:
    """Answer with caches that do not agree: a new copy and the one before, in turn."""
    return respond(200, hourly(4 if hour % 8 else 0))


def older_by_header(hour: int) -> Answer:
    """Answer with copies that are now newer, now older by Last-Modified."""
    shown = 40 if hour % 8 else 3
    return respond(200, hourly(hour), Last_Modified=http_date(shown - 50))


def dates_stop(hour: int) -> Answer:
    """Have dates at first, none later."""
    if hour < 4:
        return respond(200, hourly(hour))
    return respond(200, rss(*((f"i{hour - n}", None) for n in range(12))))


def all_new(hour: int) -> Answer:
    """Have nothing in a document that was in the one before."""
    return respond(200, rss(*((f"i{hour * 10 - n}", hour - n * 0.1 - 0.1) for n in range(12))))


def stops(hour: int) -> Answer:
    """Have an entry every hour for a day, then none."""
    return respond(200, hourly(min(hour, 4), 30))


CLOUDFLARE = {"cf-mitigated": "challenge", "Server": "cloudflare"}
CHALLENGE = "<script src='/cdn-cgi/challenge-platform/x.js'></script>"
PUZZLE = "<body>Please solve this captcha"
ADVERTISED = "<link rel='alternate' type='application/rss+xml' href='/new.xml'>"

EXHIBITS: tuple[tuple[str, Health, Callable[[int], Answer]], ...] = (
    ("well, with validators", Health.OK, well),
    ("well, without", Health.OK, lambda hour: respond(200, hourly(hour))),
    ("well, packed", Health.OK, lambda hour: respond(200, gzip.compress(hourly(hour)), Content_Encoding="gzip")),
    ("well, quiet for a day at most", Health.OK, always(respond(200, rss(*((f"i{n}", -23.0 * n) for n in range(20)))))),
    ("fails once, recovers", Health.OK, lambda hour: respond(500) if hour == 8 else well(hour)),
    ("404", Health.FAILING, always(respond(404))),
    ("500", Health.FAILING, always(respond(500))),
    ("502", Health.FAILING, always(respond(502))),
    ("401", Health.FAILING, always(respond(401))),
    ("never answers", Health.FAILING, always(silent)),
    ("one header byte at a time", Health.FAILING, always(endless(OK + b"X-A: ", b"a", 0.1))),
    ("one body byte at a time", Health.FAILING, always(endless(OK + b"Content-Length: 9999\r\n\r\n", b" ", 0.1))),
    ("endless body", Health.FAILING, always(endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"A" * 65536 + b"\r\n"))),
    ("broken gzip", Health.FAILING, always(respond(200, b"not gzip", Content_Encoding="gzip"))),
    ("gzip bomb", Health.FAILING, always(respond(200, gzip.compress(b"A" * 2**24, 1), Content_Encoding="gzip"))),
    ("no HTTP", Health.FAILING, always(raw(b"\x16\x03\x01 what?\r\n\r\n"))),
    ("hangs up", Health.FAILING, always(raw(b""))),
    ("breaks off", Health.FAILING, always(raw(OK + b"Content-Length: 9999\r\n\r\n<rss>"))),
    ("redirects to itself", Health.FAILING, always(redirect(302, "/feed"))),
    ("redirects to a file", Health.FAILING, always(redirect(302, "file:///etc/passwd"))),
    ("redirects to the metadata service", Health.FAILING, always(redirect(302, "http://169.254.169.254/"))),
    ("too many requests", Health.THROTTLED, always(respond(429, Retry_After="60"))),
    ("unavailable, come back", Health.THROTTLED, always(respond(503, Retry_After="60"))),
    ("Cloudflare, by header", Health.BLOCKED, page("", 403, **CLOUDFLARE)),
    ("Cloudflare, by page, status 200", Health.BLOCKED, page(CHALLENGE)),
    ("DataDome", Health.BLOCKED, page("", 403, X_DataDome="protected")),
    ("Akamai", Health.BLOCKED, page("Access Denied", 403, Server="AkamaiGHost")),
    ("Imperva", Health.BLOCKED, page("<script src='/_Incapsula_Resource?x'></script>")),
    ("captcha of some sort", Health.BLOCKED, page(PUZZLE, 403)),
    ("too many requests, with a captcha", Health.BLOCKED, page(PUZZLE, 429)),
    ("page that names its feed", Health.HTML, page(ADVERTISED)),
    ("page that names none", Health.HTML, page("<body>Welcome")),
    ("becomes a page", Health.HTML, by_hour((0, well(0)), (12, page("<body>We have a new site")(0)))),
    ("JSON", Health.NOT_A_FEED, always(respond(200, b'{"status": "ok"}'))),
    ("plain text", Health.NOT_A_FEED, always(respond(200, b"nothing to see here"))),
    ("picture", Health.NOT_A_FEED, always(respond(200, b"\x89PNG\r\n\x1a\n" + bytes(99)))),
    ("other XML", Health.NOT_A_FEED, always(respond(200, b"<?xml version='1.0'?><urlset/>"))),
    ("nothing at all", Health.NOT_A_FEED, always(respond(200, b""))),
    ("gone", Health.GONE, always(respond(410))),
    ("moved for good", Health.MOVED, always(redirect(301, "/elsewhere"))),
    ("loses its entries", Health.EMPTY, by_hour((0, respond(200, hourly(0))), (8, respond(200, rss())))),
    ("all new at every visit", Health.GAP, all_new),
    ("old copy by Last-Modified", Health.STALE, older_by_header),
    ("caches that do not agree", Health.STALE, news_every_second_visit),
    ("old copy by Age", Health.STALE, lambda hour: respond(200, hourly(hour), Age="200000")),
    ("dates stop", Health.STALE, dates_stop),
    ("falls silent", Health.SILENT, stops),
    ("dead for years", Health.SILENT, always(respond(200, rss(*((f"i{n}", -20_000.0 - n) for n in range(20)))))),
    ("304 for ever", Health.LYING, never_modified),
)  # fmt: skip


@dataclass(slots=True)
class Menagerie:
    """Every exhibit's server, and the feeds to poll."""

    zoos: dict[str, Zoo] = field(default_factory=dict)
    feeds: list[Feed] = field(default_factory=list)

    def turn_to(self, hour: int) -> None:
        """Let every server answer as at this hour."""
        for name, _, answer in EXHIBITS:
            zoo = self.zoos[name]
            zoo.answers["/feed"] = answer(hour)
            zoo.answers["/elsewhere"] = respond(200, hourly(hour))


@asynccontextmanager
async def open_menagerie() -> AsyncIterator[Menagerie]:
    """Run every server on a loopback address of its own."""
    found = Menagerie()
    async with AsyncExitStack() as stack:
        for number, (name, _, _) in enumerate(EXHIBITS, 1):
            zoo = await stack.enter_async_context(open_zoo(f"127.0.1.{number}"))
            found.zoos[name] = zoo
            feed = Feed(url=f"{zoo.url}/feed", name=name, outlet=name, interval=timedelta(hours=1))
            found.feeds.append(feed)
        yield found
