"""What is read on pages of articles, in the process that reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from monitor.core.models import Article, Fetched, NoArticle
from monitor.feeds.articles import Articles
from monitor.feeds.fetch import HttpFetcher
from tests.feeds.polling import NOW, settings
from tests.fulltext.newspaper import page, prose

URL = "http://courier.example/2026/11/bridge?from=rss"
TITLE = "Cracks found at the Orla crossing"


@pytest.fixture
async def articles() -> AsyncIterator[Articles]:
    """Read pages in a process; nothing is fetched here."""
    async with HttpFetcher(settings(), clock=lambda: NOW) as http:
        reading = Articles(http, settings())
        yield reading
        await reading.close()


def came(body: bytes, content_type: str | None = "text/html; charset=utf-8") -> Fetched:
    """Wrap a page as if it came from a server."""
    return Fetched(url=URL, status=200, body=body, content_type=content_type)


async def test_the_article_is_read_and_what_surrounds_it_is_not(articles: Articles) -> None:
    """Navigation, teasers of other articles and the footer are no part of the text."""
    found = await articles.extracted(came(page(TITLE, prose("Divers saw a crack in the third pillar."))))
    assert isinstance(found, Article)
    assert found.title == TITLE
    assert "Divers saw a crack in the third pillar." in found.text
    assert "The mayor asked residents" in found.text
    assert not any(word in found.text for word in ("Market report", "All rights reserved", "Weather"))
    assert (found.url, found.lang, found.free) == (URL, "en", True)


async def test_the_canonical_address_is_completed_and_must_be_of_the_web(articles: Articles) -> None:
    """A relative one is resolved against the page; what is neither http nor https is none."""
    for written, wanted in (
        ("/2026/11/bridge", "http://courier.example/2026/11/bridge"),
        ("https://courier.example/a", "https://courier.example/a"),
        ("javascript:alert(1)", None),
        ("http://[", None),
    ):
        head = f'<link rel="canonical" href="{written}">'
        found = await articles.extracted(came(page(TITLE, prose(), head=head)))
        assert isinstance(found, Article)
        assert found.canonical == wanted


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type": "Article", "isAccessibleForFree": "False"}</script>',
        '<script type="application/ld+json">{"isAccessibleForFree":false}</script>',
        '<meta property="article:content_tier" content="locked">',
    ],
)
async def test_a_page_that_says_that_it_is_for_subscribers_is_known_as_such(
    articles: Articles, head: str
) -> None:
    """In either of the two forms in which sites tell search engines."""
    found = await articles.extracted(came(page(TITLE, prose(), head=head)))
    assert isinstance(found, Article)
    assert not found.free


async def test_a_page_of_an_old_encoding_is_read_by_what_it_declares(articles: Articles) -> None:
    """A meta element counts where the header names no charset."""
    text = page("Мост через Орлу закрыт", ["Трещины нашли ночью. " * 20], lang="ru").decode()
    body = text.replace("utf-8", "windows-1251").encode("cp1251")
    found = await articles.extracted(came(body, "text/html"))
    assert isinstance(found, Article)
    assert "Трещины нашли ночью." in found.text


@pytest.mark.parametrize(
    ("body", "content_type", "why"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "the link leads to application/pdf, not to a web page"),
        (b"", "text/html", "the link leads to an empty page"),
        (
            b"<html><head><title>Just a moment...</title></head><body><div id='cf-chl'></div></body></html>",
            "text/html",
            "the page is a bot check by Cloudflare",
        ),
    ],
)
async def test_what_is_no_page_of_an_article_is_named(
    articles: Articles, body: bytes, content_type: str, why: str
) -> None:
    """In one sentence that is stored and shown."""
    assert await articles.extracted(came(body, content_type)) == NoArticle(message=why)


async def test_the_words_of_a_bot_check_in_an_article_are_no_bot_check(articles: Articles) -> None:
    """Ordinary pages carry the scripts of those who guard them."""
    head = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    found = await articles.extracted(came(page(TITLE, prose() * 3, head=head)))
    assert isinstance(found, Article)
