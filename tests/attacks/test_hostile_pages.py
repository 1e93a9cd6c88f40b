"""Pages of articles that are made to harm whoever extracts their text: one table, one line an attack.

Each is read in the process of the daemon, with a short deadline. What comes of it is an article of bounded
length or a named reason, and the next page is read as if nothing had been.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio

from monitor.core.models import Article, Fetched, NoArticle, Page, PageFailed
from monitor.feeds.articles import ACCEPT, Articles, for_pages
from monitor.feeds.fetch import HttpFetcher
from tests.feeds.conftest import zoo
from tests.feeds.polling import NOW, feed, settings
from tests.feeds.zoo import Answer, Zoo, endless, redirect, respond, silent
from tests.fulltext.newspaper import page, prose

__all__ = ["zoo"]

GOOD = page("Bridge over the Orla closed", prose("Divers found a crack in the third pillar."))
SAID = b"<p>" + b"The council met on Monday to talk about the bridge. " * 10 + b"</p>"
LONGEST = 101_000


def html(body: bytes, head: bytes = b"") -> bytes:
    """Wrap a body."""
    return b'<!doctype html><html lang="en"><head>' + head + b"</head><body>" + body + b"</body></html>"


BOMB = (
    b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><html><body><p>&c;</p></body></html>'
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>&x;</p>'
    + SAID
    + b"</body></html>"
)
PAGES: dict[str, Callable[[], bytes]] = {
    "elements within elements": lambda: html(b"<div>" * 200_000 + SAID),
    "elements within elements, closed": lambda: html(b"<div>" * 20_000 + SAID + b"</div>" * 20_000),
    "tables within tables": lambda: html(b"<table><tr><td>" * 20_000 + SAID),
    "quotes within quotes": lambda: html(b"<blockquote>" * 20_000 + SAID),
    "many elements": lambda: html(b"<i></i>" * 300_000),
    "many line breaks": lambda: html(b"<article>" + b"<br>" * 35_000 + SAID + b"</article>"),
    "many attributes": lambda: html(b"<p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">x</p>"),
    "one long attribute": lambda: html(b'<p class="' + b"a " * 1_000_000 + b'">x</p>'),
    "one long word": lambda: html(b"<p>" + b"a" * 3_000_000 + b"</p>"),
    "nothing but space": lambda: html(b"<p>" + b" \n" * 1_500_000 + b"</p>"),
    "nothing but stops": lambda: html(b"<p>" + b". " * 1_000_000 + b"</p>"),
    "a comment without end": lambda: html(b"<!--" + b"-" * 2_000_000),
    "a quote without end": lambda: b'<html><body><a href="' + b"'" * 2_000_000,
    "signs of less than": lambda: b"<html><body>" + b"<" * 2_000_000,
    "entities of entities": lambda: BOMB,
    "a file of this machine": lambda: FILE,
    "data within data": lambda: html(
        SAID, b'<script type="application/ld+json">' + b'{"a":' * 100_000 + b"</script>"
    ),
    "an article in its data": lambda: html(
        b"",
        b'<script type="application/ld+json">{"@type":"Article","articleBody":"'
        + b"<p>x " * 200_000
        + b'"}</script>',
    ),
    "NUL bytes": lambda: html(b"<p>" + b"\0" * 100_000 + b"x</p>"),
    "noise": lambda: os.urandom(500_000),
    "frames": lambda: b"<frameset>" * 30_000,
    "forms within forms": lambda: html(b"<form>" * 30_000 + SAID),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def articles() -> AsyncIterator[Articles]:
    """The daemon's own reader of pages, with a second for each."""
    hurried = settings(parse_timeout=timedelta(seconds=1))
    async with HttpFetcher(hurried, clock=lambda: NOW, accept=ACCEPT) as http:
        reading = Articles(http, hurried)
        yield reading
        await reading.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", PAGES)
async def test_a_hostile_page_is_bounded_and_the_next_one_is_read(articles: Articles, name: str) -> None:
    """Whatever it costs is its process's own affair."""
    body = PAGES[name]()
    came = Fetched(url="http://courier.example/a", status=200, body=body, content_type="text/html")
    found = await articles.extracted(came)
    match found:
        case Article():
            assert len(found.text) <= LONGEST
            assert "root:" not in found.text
        case NoArticle():
            assert found.message.startswith(("the page ", "the link leads to "))
    good = await articles.extracted(Fetched(url="http://courier.example/b", status=200, body=GOOD))
    assert isinstance(good, Article)
    assert "third pillar" in good.text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_that_takes_too_long_is_named_so(articles: Articles) -> None:
    """The kernel ends the process when its time is spent."""
    body = PAGES["many attributes"]()
    found = await articles.extracted(Fetched(url="http://courier.example/a", status=200, body=body))
    assert isinstance(found, NoArticle)
    assert found.message.startswith("the page took too ")


# ------------------------------------------------------------------------------------------ the network

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
ANSWERS: dict[str, tuple[Answer, str]] = {
    "a body without end": (endless(OK + b"\r\n", b"<p>more</p>" * 1000), "larger than"),
    "a length beyond all": (respond(200, b"", Content_Length="99999999"), "larger than"),
    "silence": (silent, "in time"),
    "redirects in a circle": (redirect(302, "/article"), "redirected more than"),
    "a redirect to a file": (redirect(302, "file:///etc/passwd"), "not http or https"),
    "a redirect to the machine's own network": (
        redirect(302, "http://169.254.169.254/"),
        "not on the public Internet",
    ),
    "a redirect to loopback by another name": (redirect(302, "http://[::1]/"), "not on the public Internet"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_hostile_server_of_pages_is_bounded_and_named(zoo: Zoo, name: str) -> None:
    """The limits are those of feeds, with smaller sizes."""
    answer, why = ANSWERS[name]
    zoo.answers["/article"] = answer
    hurried = for_pages(settings(allow_networks=()))
    courier = feed(f"{zoo.url}/rss", allow_private=True)
    wanted = Page(
        entry="e", feed=courier.url, address=f"{zoo.url}/article", revision=0, wanted_at=NOW, due_at=NOW
    )
    async with HttpFetcher(hurried, clock=lambda: NOW, accept=ACCEPT) as http:
        reading = Articles(http, hurried)
        found = await reading.read(courier, wanted)
        await reading.close()
    assert isinstance(found, PageFailed)
    assert why in found.message


async def test_pages_are_asked_for_under_our_name_without_cookies(zoo: Zoo) -> None:
    """What a site sets is not sent back; headers and login of the feed go to its own origin alone."""
    body = respond(200, GOOD, Content_Type="text/html", Set_Cookie="id=1; Path=/")
    zoo.answers["/article"] = body
    plain = settings(contact="https://desk.example/bot")
    courier = feed(f"{zoo.url}/rss", allow_private=True, headers={"X-Key": "secret"}, auth=("user", "word"))
    elsewhere = zoo.url.replace("127.0.0.1", "localhost")
    async with HttpFetcher(plain, clock=lambda: NOW, accept=ACCEPT) as http:
        reading = Articles(http, plain)
        for address in (f"{zoo.url}/article", f"{zoo.url}/article?again", f"{elsewhere}/article"):
            wanted = Page(entry="e", feed=courier.url, address=address, revision=0, wanted_at=NOW, due_at=NOW)
            assert isinstance(await reading.read(courier, wanted), Article)
        await reading.close()
    own, again, other = (request.headers for request in zoo.requests)
    assert (own["x-key"], again["authorization"][:5]) == ("secret", "Basic")
    assert own["user-agent"].startswith("news-monitor/")
    assert "https://desk.example/bot" in own["user-agent"]
    assert own["accept"].startswith("text/html")
    assert not {"cookie"} & {*own, *again, *other}
    assert not {"x-key", "authorization"} & set(other)
