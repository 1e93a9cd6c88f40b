"""Laws of full texts: whatever a page holds, an entry keeps what makes it the entry it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.fulltext import refusal, text_of, with_article
from monitor.core.identity import classify
from monitor.core.models import Article, Entry, Feed, KnownEntry, NoArticle, RawEntry
from monitor.core.normalise import CONTENT_LIMIT, normalise
from monitor.feeds.article import read_article

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = Feed(url="https://courier.example/rss", name="courier", outlet="courier.example", full_text=True)

PIECES = (
    "<p>|</p>|<div class='article'>|</div>|<table>|<td>|<li>|<!--|-->|<script>|</script>|<h1>|</h1>|&amp;"
    "|&#0;|&#x110000;|\x00|\u202e|\ud800|<![CDATA[|]]>|<a href='//x'>|The council met. |мост |<body>"
    "|<meta charset='utf-16'>|<base href=':'>|<link rel=canonical href=/a>|<html lang='de'>|<title>"
    '|"|<|>'
)
pieces = st.sampled_from(PIECES.split("|"))
soups = st.lists(pieces, max_size=60).map("".join)
texts = st.text(max_size=400) | soups
addresses = st.sampled_from(
    [
        "https://courier.example/2026/bridge",
        "https://courier.example/",
        "https://other.example/a?utm_source=x",
        "javascript:alert(1)",
        "http://[",
        "https://amp.courier.example/2026/bridge/amp",
    ]
)
articles = st.builds(
    Article,
    url=addresses,
    title=texts,
    text=texts | texts.map(lambda text: text * 400),
    lang=st.none() | texts,
    canonical=st.none() | addresses,
    free=st.booleans(),
)


def entry(title: str, summary: str) -> Entry:
    """Make an entry as a poll does."""
    raw = RawEntry(guid="1", link="https://courier.example/2026/bridge", title=title, summary=summary)
    return normalise(raw, feed=FEED, feed_lang="en", fetched=NOW, first_read=False)


@settings(deadline=None)
@given(soups, st.none() | st.sampled_from(["text/html", "text/html; charset=utf-7", "image/png", ";;"]))
def test_any_bytes_are_an_article_or_none(soup: str, content_type: str | None) -> None:
    """The extractor's own errors are values; an article has an address of the web, or none."""
    body = soup.encode("utf-8", "surrogatepass")
    found = read_article(body, url="https://courier.example/a", content_type=content_type)
    match found:
        case Article():
            assert found.canonical is None or found.canonical.startswith(("http://", "https://"))
        case NoArticle():
            assert found.message


@settings(deadline=None)
@given(texts, texts, articles)
def test_the_text_of_a_page_changes_no_identity(title: str, summary: str, article: Article) -> None:
    """Id, keys, hash, link, headline and dates stay; the text is bounded; it is one revision more."""
    before = entry(title, summary)
    after = with_article(before, article, now=NOW)
    assert len(after.content) <= CONTENT_LIMIT
    assert "\x00" not in after.content
    kept = {"content", "url", "lang", "fetched", "revision", "page_texts", "full_text"}
    assert replace(after, **{name: getattr(before, name) for name in kept}) == before
    assert (after.revision, after.changes, after.full_text) == (1, 0, True)
    assert after.url is None or after.url.startswith("https://")


@settings(deadline=None)
@given(texts, texts, articles)
def test_the_next_poll_finds_the_entry_unchanged(title: str, summary: str, article: Article) -> None:
    """With its full text stored, the same words of the feed are neither new nor a change."""
    again = entry(title, summary)
    full = with_article(again, article, now=NOW)
    known = KnownEntry(
        id=full.id,
        keys=full.keys,
        text_hash=full.text_hash,
        revision=full.revision,
        first_seen=full.first_seen,
        title=full.title,
        url=full.url,
        page_texts=full.page_texts,
    )
    assert classify([again], [known]) == ()


@settings(deadline=None)
@given(texts, texts, articles)
def test_what_is_taken_is_more_than_the_feed_gives(title: str, summary: str, article: Article) -> None:
    """A page is refused with a reason, or its text is fuller."""
    before = entry(title, summary)
    why = refusal(before, article)
    assert why or len(text_of(before, article)) > len(before.summary)
