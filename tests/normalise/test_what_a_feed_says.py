"""RawEntry to Entry: whatever a feed says, the entry is fit to be matched and shown."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.models import Entry, Feed, KeyKind, RawEntry
from monitor.core.normalise import normalise

FEED = Feed(
    url="https://courier.example/rss", name="Northern Courier", outlet="courier.example", tags=("local",)
)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def entry_of(raw: RawEntry, *, feed: Feed = FEED, feed_lang: str | None = None) -> Entry:
    """Normalise with the defaults of these tests."""
    return normalise(raw, feed=feed, feed_lang=feed_lang, fetched=NOW, first_read=False)


def test_markup_entities_and_hidden_characters_leave_the_text() -> None:
    """What remains is what a reader sees, composed and on one line for a title."""
    entry = entry_of(
        RawEntry(
            title="Fire &amp; <b>smoke</b>\u202e over\u200b the\nha\u00adrbour cafe\u0301",
            summary="<p>One.</p><p>Two.</p><script>x()</script>",
        )
    )
    assert entry.title == "Fire & smoke over the harbour café"
    assert entry.summary == "One.\nTwo."


@given(st.text(max_size=200))
def test_no_control_or_bidirectional_character_is_ever_shown(text: str) -> None:
    """Whatever stands in the feed, title and summary are clean and composed."""
    entry = entry_of(RawEntry(title=text, summary=f"{text} more"))
    for shown in (entry.title, entry.summary.replace("\n", "").replace("\t", "")):
        assert not [
            char for char in shown if unicodedata.category(char) == "Cc" or char in "\u202e\u2066\u200b\ufeff"
        ]
        assert unicodedata.is_normalized("NFC", shown)
    assert "\n" not in entry.title


@pytest.mark.parametrize(
    "date",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1989, 12, 31, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=12))),
        NOW + timedelta(hours=25),
    ],
)
def test_an_absurd_date_is_no_date(date: datetime) -> None:
    """The entry lives on without it, or with its second date."""
    assert entry_of(RawEntry(title="x", published=date)).published is None
    assert entry_of(RawEntry(title="x", published=date, updated=NOW)).published == NOW


def test_a_date_within_a_day_ahead_becomes_the_moment_of_fetching() -> None:
    """A zone gone wrong must not make an entry younger than it can be."""
    assert entry_of(RawEntry(title="x", published=NOW + timedelta(hours=3))).published == NOW


def test_dates_are_told_in_utc() -> None:
    """Zones are converted, a missing one is taken as UTC."""
    kyiv = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert entry_of(RawEntry(title="x", published=kyiv)).published == NOW - timedelta(hours=2)
    assert entry_of(RawEntry(title="x", published=NOW.replace(tzinfo=None))).published == NOW


def test_without_a_title_the_first_sentence_speaks() -> None:
    """And without any text the words of the address."""
    text = "The ferry is late. Nobody knows why."
    assert entry_of(RawEntry(summary=text)).title == "The ferry is late"
    assert entry_of(RawEntry(content=text)).title == "The ferry is late"
    assert entry_of(RawEntry(summary="The U.S. Army left. It rained.")).title == "The U.S. Army left"
    assert entry_of(RawEntry(summary="Паром опоздал! Никто не знает, почему.")).title == "Паром опоздал!"
    assert entry_of(RawEntry(summary="橋が閉鎖された。船は待つ。")).title == "橋が閉鎖された。"
    long = entry_of(RawEntry(summary="word " * 100)).title
    assert len(long) <= 121
    assert long.endswith("word…")
    assert (
        entry_of(RawEntry(link="https://courier.example/2026/ferry-is-late-again.html")).title
        == "Ferry is late again"
    )
    assert entry_of(RawEntry()).title == ""


def test_a_relative_link_is_completed_and_a_script_is_none() -> None:
    """Only http and https can be opened."""
    assert (
        entry_of(RawEntry(title="x", link="/a?utm_source=rss")).link
        == "https://courier.example/a?utm_source=rss"
    )
    assert entry_of(RawEntry(title="x", link="/a?utm_source=rss")).url == "https://courier.example/a"
    assert entry_of(RawEntry(title="x", link="javascript:alert(1)")).link is None
    assert entry_of(RawEntry(title="x", link="http://[broken")).link is None


def test_an_echo_of_the_title_is_no_summary() -> None:
    """Feeds that repeat the title as description would have every word count twice."""
    entry = entry_of(
        RawEntry(title="The ferry is late", summary="<p>The ferry is late.</p>", content="the ferry is late")
    )
    assert (entry.summary, entry.content) == ("", "")


def test_the_configured_language_wins_then_entry_feed_and_script() -> None:
    """A claim that the script contradicts is left out."""
    russian, ukrainian = "Паромы снова опоздали на час", "Пором знову запізнився на годину"
    assert entry_of(RawEntry(title=russian), feed_lang="en-US").lang == "ru"
    assert entry_of(RawEntry(title=ukrainian), feed_lang="ua").lang == "uk"
    assert entry_of(RawEntry(title=ukrainian)).lang == "uk"
    assert entry_of(RawEntry(title="The ferry to the island is late")).lang == "en"
    assert entry_of(RawEntry(title="Die Fähre kommt zu spät")).lang is None
    assert entry_of(RawEntry(title="Die Fähre", lang="de-AT"), feed_lang="en").lang == "de"
    configured = Feed(url=FEED.url, name="x", outlet="x", lang="fr")
    assert entry_of(RawEntry(title=russian, lang="ru"), feed=configured).lang == "fr"


def test_oversized_fields_are_cut_not_refused() -> None:
    """Five megabytes of text cost no more than the part that is kept."""
    entry = entry_of(
        RawEntry(guid="g" * 5000, title="t " * 5000, summary="s " * 50_000, content="<i>c</i> " * 500_000)
    )
    assert len(entry.title) <= 1024
    assert len(entry.summary) <= 8192
    assert len(entry.content) <= 100_000
    assert len(entry.keys[0].value) == 32


def test_keys_come_strongest_first_and_home_pages_are_none() -> None:
    """Guid, address, id in the address; title and description only where nothing else is left."""
    raw = RawEntry(guid="17", link="https://courier.example/bridge-12345678", title="Bridge closed")
    assert [key.kind for key in entry_of(raw).keys] == [KeyKind.GUID, KeyKind.URL, KeyKind.URL]
    bare = RawEntry(guid="https://courier.example", link="https://courier.example/", title="Bridge closed")
    assert [key.kind for key in entry_of(bare).keys] == [KeyKind.TITLE]
    assert entry_of(RawEntry()).keys


def test_the_hash_of_a_text_ignores_case_space_and_punctuation_only() -> None:
    """A cosmetic edit is no revision; another number is one."""
    assert (
        entry_of(RawEntry(title="Three hurt, ferry  late")).text_hash
        == entry_of(RawEntry(title="THREE hurt: ferry late!")).text_hash
    )
    assert entry_of(RawEntry(title="3 hurt")).text_hash != entry_of(RawEntry(title="4 hurt")).text_hash


def test_what_the_feed_is_travels_with_the_entry() -> None:
    """Outlet, tags and the mark of a sample come from the configuration."""
    sample = Feed(
        url="sample://courier/world", name="c", outlet="courier.example", tags=("sample",), sample=True
    )
    entry = entry_of(
        RawEntry(title="x", author="<b>A. Writer</b>", categories=("War", "War", " ", "Sea")), feed=sample
    )
    assert (entry.outlet, entry.tags, entry.sample) == ("courier.example", ("sample",), True)
    assert (entry.author, entry.categories) == ("A. Writer", ("War", "Sea"))


def test_a_key_in_the_feeds_address_gets_into_no_link() -> None:
    """A link that is only a fragment, or relative, is completed without the query of the feed."""
    hidden = Feed(
        url="https://courier.example/feed?key=${KEY}",
        address="https://user:word@courier.example/feed?key=planted-secret",
        name="Courier",
        outlet="courier.example",
    )
    for link in ("#v1", "story/1", "?p=7"):
        entry = normalise(
            RawEntry(guid="1", link=link, title="A title"),
            feed=hidden,
            feed_lang=None,
            fetched=datetime(2026, 11, 24, tzinfo=UTC),
            first_read=False,
        )
        assert "planted-secret" not in repr(entry)
        assert "user:word" not in repr(entry)
