"""What a message says."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.models import DeliveryKind, Hit, News, Reason, Severity, TextField
from monitor.core.render import render, render_digest
from monitor.core.render.display import clean, host, safe_link
from monitor.core.render.excerpts import MAX_LENGTH, excerpts, plain
from tests.channels.cards import (
    FIRST,
    INJECTIONS,
    LINKS,
    NOW,
    SECOND,
    card,
    entry,
    hits,
    hostile,
    later_card,
    story,
)
from tests.channels.slack_double import MAX_BLOCKS, size, wrong

FIRST_TEXT = """\
HIGH · Cross-border raids into Russia
Anti-Kremlin militias show prisoners in Kyiv after [raids] into Belgorod
kyiv-courier.example · 14:02 UTC · seen 4 min later
https://kyiv-courier.example/2024/03/21/militias-prisoners?id=4711
  “Fighters of the [Russian Volunteer Corps] and the [Freedom of Russia Legion] told reporters on \
Thursday that they hold two dozen prisoners.”
  “Moscow's Defence Ministry showed burnt-out vehicles and said the [raids] had failed in \
[Kursk region] as well.”
matched  Kursk region = Kursk Oblast
told by  1 outlet so far
why now  first match in this story"""


class Shape(HTMLParser):
    """Which tags and attributes a page holds, and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note what a reader sees."""
        self.said.append(data)


def test_a_first_alert_reads_as_an_analyst_wants_it() -> None:
    """Severity, rule, headline, outlet, time, link, proof in its sentence, who else tells it, why now."""
    assert render(card(), now=NOW).text == FIRST_TEXT


def test_a_follow_up_begins_with_what_is_new_and_keeps_the_title() -> None:
    """Mails thread by an equal subject; the console prints the first line alone."""
    later = render(later_card(), now=NOW)
    assert later.text.splitlines()[0] == (
        "+ now 3 outlets: kyiv-courier.example, vesti.example, world-wire.example; another language"
    )
    assert later.title == render(card(), now=NOW).title
    assert "+3 held: 2 duplicates, 1 cooldown" in later.text


def test_a_living_message_leads_with_the_entry_that_raised_it_and_lists_the_others() -> None:
    """An edit in Slack adds sources; it does not swap the headline."""
    said = json.dumps(render(later_card(), now=NOW, kind=DeliveryKind.UPDATE).blocks, ensure_ascii=False)
    assert (
        "now 3 outlets: kyiv-courier.example, vesti.example, world-wire.example; another language; +3" in said
    )
    assert "world-wire.example (outlet-14.example): " in said
    assert said.index("Anti-Kremlin militias") < said.index("Бойцы РДК") < said.index("parade their captives")


def test_a_thread_reply_tells_only_the_new_entry() -> None:
    """The reader of a thread sees the root above it."""
    said = json.dumps(render(later_card(), now=NOW, kind=DeliveryKind.THREAD).blocks, ensure_ascii=False)
    assert "parade their captives" in said
    assert "Anti-Kremlin militias" not in said


def test_a_follow_up_of_its_own_leads_with_itself_and_says_what_is_new() -> None:
    """`follow_up: new`: a message for each outlet, with its own headline."""
    message = render(later_card(), now=NOW, kind=DeliveryKind.POST)
    assert message.title == "Russians who fight for Ukraine parade their captives"
    assert message.text.startswith("HIGH · Cross-border raids")
    assert "why now  another source of a story already alerted: now 3 outlets: kyiv-courier" in message.text


def test_many_outlets_are_counted_and_the_latest_is_named() -> None:
    """The seventh outlet is news; the list of all seven is not."""
    entries = [entry(number, outlet=f"outlet-{number}.example") for number in range(2, 9)]
    update = later_card(entry=entries[-1], story=story(*entries), news=(News.OUTLET,))
    text = render(update, now=NOW).text
    assert text.splitlines()[0] == "+ now 7 outlets, outlet-8.example the latest"
    assert "told by  7 outlets: outlet-2.example, outlet-3.example," in text
    assert text.count("\n- outlet-") == 6
    assert text.endswith("… and 1 more")


def test_news_from_an_outlet_that_told_it_before_says_so() -> None:
    """A correction or a new number is no new outlet."""
    text = render(later_card(news=(News.NUMBER, News.CORRECTION)), now=NOW).text
    assert text.splitlines()[0] == "+ world-wire.example again; a new number; a correction"


def test_an_entity_is_named_where_the_text_says_something_else() -> None:
    """`РДК = Russian Volunteer Corps`: an editor without Russian sees what was found."""
    found = hits(SECOND, ("РДК", "russian-volunteer-corps"))
    text = render(card(entry=SECOND, hits=found, story=story(SECOND)), now=NOW).text
    assert "Бойцы [РДК] показали" in text
    assert "matched  РДК = Russian Volunteer Corps" in text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sample": True}, "HIGH · Cross-border raids into Russia · sample"),
        ({"reason": Reason.UNCONFIRMED}, "HIGH · Cross-border raids into Russia · unconfirmed"),
        ({"severity": Severity.CRITICAL}, "CRITICAL · Cross-border raids into Russia"),
    ],
)
def test_the_first_line_warns_of_what_to_beware(fields: dict[str, Any], expected: str) -> None:
    """Samples and unconfirmed alerts say so before anything else."""
    assert render(card(**fields), now=NOW).text.splitlines()[0] == expected


def test_a_sample_is_marked_in_every_form() -> None:
    """Nobody mistakes an invented outlet for news."""
    message = render(card(sample=True), now=NOW)
    assert message.title.startswith("[sample] ")
    assert all("sample" in said for said in (message.text, message.html, json.dumps(message.blocks)))


def test_an_entry_without_title_link_or_date_is_still_told() -> None:
    """Feeds leave everything out."""
    bare = entry(2, title="", link=None, published=None)
    message = render(card(entry=bare, hits=(), story=story(bare)), now=NOW)
    assert message.title == "(no title)"
    assert "(no title)\noutlet-2.example · 14:07 UTC · first seen\n(no link)" in message.text
    assert message.link is None


def test_a_date_of_another_day_is_written_out() -> None:
    """`14:03 UTC` alone would mislead."""
    old = replace(FIRST, published=NOW - timedelta(days=400))
    text = render(card(entry=old), now=NOW).text
    assert "15 Feb 2023 14:05 UTC" in text
    assert "later" not in text


def test_excerpts_show_each_term_once_and_cut_long_sentences_around_it() -> None:
    """A sentence of 5,000 characters is a paragraph somebody forgot to end."""
    long = entry(2, summary="word " * 600 + "the FSB came " + "word " * 600)
    found = hits(long, ("FSB", "fsb"))
    (line,) = excerpts(long, found)
    said = plain(line)
    assert "the FSB came" in said
    assert len(said) <= MAX_LENGTH + 4
    assert said.startswith("… ")
    assert said.endswith(" …")


def test_tens_of_thousands_of_hits_cost_no_more_than_reading_them() -> None:
    """A page that says one name in every sentence once took two minutes."""
    number = 20_000
    page = entry(2, content="They met the FSB. " * number)
    found = tuple(
        Hit(field=TextField.CONTENT, start=at, end=at + 3, text="FSB", term="FSB", entity="fsb")
        for at in range(13, 18 * number, 18)
    )
    assert [plain(line) for line in excerpts(page, found)] == ["They met the FSB."]


def test_overlapping_hits_are_one_mark() -> None:
    """`Kursk` inside `Kursk region` is not marked twice."""
    found = hits(FIRST, ("Kursk region", "kursk-oblast"), ("Kursk", "kursk"), ("region", None))
    assert "[Kursk region]" in render(card(hits=found), now=NOW).text


def test_brackets_of_a_feed_cannot_pose_as_proof() -> None:
    """Only what matched stands in square brackets."""
    forged = entry(2, title="[Putin] resigns, says raids source")
    text = render(card(entry=forged, hits=hits(forged, ("raids", None))), now=NOW).text
    assert "(Putin) resigns, says [raids] source" in text


@pytest.mark.parametrize("link", LINKS)
def test_a_link_is_plain_http_or_nothing(link: str | None) -> None:
    """No scheme but http and https, no user information, nothing that ends a link early."""
    safe = safe_link(link)
    if safe is None:
        return
    assert safe.startswith(("http://", "https://"))
    assert safe.isascii()
    assert not set("|<>\"'`\\ @\r\n") & set(safe.partition("//")[2].partition("/")[0])
    assert not set('|<>"`\\ \r\n') & set(safe)
    assert "planted-password" not in safe


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://раypal.example/", "xn--ypal-43d9g.example"),
        ("https://президент.рф/x", "президент.рф"),
        ("https://bank.example@evil.example/", "evil.example"),
    ],
)
def test_a_reader_sees_where_a_link_leads(link: str, shown: str) -> None:
    """Look-alikes give themselves away, honest names stay readable."""
    safe = safe_link(link)
    assert safe is not None
    assert host(safe) == shown


def test_a_link_to_another_host_than_the_outlet_shows_the_host() -> None:
    """The outlet's name is no promise about the link."""
    moved = replace(FIRST, link="https://elsewhere.example/x")
    assert "kyiv-courier.example (elsewhere.example) · " in render(card(entry=moved), now=NOW).text


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("kind", list(DeliveryKind))
def test_no_text_of_a_feed_is_ever_markup(text: str, kind: DeliveryKind) -> None:
    """Every form of the message, every field of the feed."""
    message = render(hostile(text, "https://example.org/a|b>c"), now=NOW, kind=kind)
    _is_harmless(message.text.replace("\n", ""), message.title)
    _is_harmless_html(message.html)
    _is_harmless_for_slack(message.blocks)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.characters(), max_size=400), link=st.text(max_size=60))
def test_nothing_that_unicode_holds_is_ever_markup(text: str, link: str) -> None:
    """The same for whatever hypothesis thinks of."""
    message = render(hostile(text, f"https://example.org/{link}"), now=NOW)
    _is_harmless(message.text.replace("\n", ""), message.title)
    _is_harmless_html(message.html)
    _is_harmless_for_slack(message.blocks)


def test_hits_that_point_nowhere_do_no_harm() -> None:
    """A hit found in another revision of the text may point beyond its end."""
    stray = Hit(field=TextField.SUMMARY, start=9000, end=9010, text="FSB", term="FSB", entity=None)
    back = Hit(field=TextField.TITLE, start=5, end=2, text="x", term="x", entity=None)
    assert "FSB" in render(card(hits=(stray, back)), now=NOW).text


def test_a_digest_lists_every_headline_with_its_link() -> None:
    """A burst folded into one message loses nothing."""
    cards = [card(entry=entry(n, title=f"Headline {n}"), hits=()) for n in range(2, 42)]
    message = render_digest(cards, now=NOW, title="40 alerts")
    for number in range(2, 42):
        assert f"Headline {number}\n" in message.text
        assert f"https://outlet-{number}.example/article/{number}?id=1" in message.text
        assert f"Headline {number}<" in message.html
    _is_harmless_for_slack(message.blocks)


def test_a_digest_of_hundreds_stays_within_slack_limits_and_says_how_many_are_left_out() -> None:
    """Slack takes 12,000 characters; the text form holds them all."""
    cards = [card(entry=entry(n, title=f"Headline {n} " + "x" * 200), hits=()) for n in range(2, 502)]
    message = render_digest(cards, now=NOW, title="500 alerts")
    _is_harmless_for_slack(message.blocks)
    assert "more" in json.dumps(message.blocks)
    assert message.text.count("https://") == 500


def test_cleaning_a_text_in_pieces_or_whole_is_the_same() -> None:
    """Highlighting must not change what is said."""
    text = "a\u200b b\r\n\u202ec \ufeffd"
    assert clean(text) == "a b c d"
    assert clean(text[:3]) + clean(text[3:]) == clean(text)


def _is_harmless(*lines: str) -> None:
    """No control, surrogate or separator, nothing that turns the direction of reading or has no width."""
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
    for line in lines:
        assert not {unicodedata.category(letter) for letter in line} & {"Cc", "Cs", "Zl", "Zp"}
        assert not [letter for letter in line if unicodedata.bidirectional(letter) in turning]


def _is_harmless_html(page: str) -> None:
    shape = Shape()
    shape.feed(page)
    allowed = {"div", "p", "strong", "h2", "a", "mark", "blockquote", "ul", "li", "span", "br"}
    assert shape.tags <= allowed
    assert {name for name, _ in shape.attributes} <= {"style", "href", "rel"}
    assert all(
        value.startswith(("http://", "https://")) for name, value in shape.attributes if name == "href"
    )
    assert all("url(" not in value for name, value in shape.attributes if name == "style")


def _is_harmless_for_slack(blocks: Any) -> None:
    as_sent = json.loads(json.dumps(blocks))
    assert 0 < len(as_sent) <= MAX_BLOCKS
    assert size(as_sent) <= 12_000
    for block in as_sent:
        assert wrong(block) == ""
        assert "mrkdwn" not in json.dumps(block)
