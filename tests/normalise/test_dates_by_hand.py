"""Dates that no standard reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.dates import read_date
from monitor.core.models import Feed, RawEntry
from monitor.core.normalise import behind_us, dated_by, normalise

HALF_PAST_TWO = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
DAY = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-24T14:30:00Z", HALF_PAST_TWO),
        ("2026-11-24 16:30+02:00", HALF_PAST_TWO),
        ("Tue, 24 Nov 2026 14:30:00 GMT", HALF_PAST_TWO),
        ("24 ноября 2026, 17:30 МСК", HALF_PAST_TWO),
        ("Вт, 24 ноя 2026 17:30:00 +0300", HALF_PAST_TWO),
        ("24 листопада 2026 р., 16:30 EET", HALF_PAST_TWO),
        ("14:30, 24 листопада 2026", HALF_PAST_TWO),
        ("24.11.2026 14:30", HALF_PAST_TWO),
        ("Nov. 24, 2026 2:30 pm", HALF_PAST_TWO),
        ("November 24th, 2026 at 2:30 p.m.", HALF_PAST_TWO),
        ("Tuesday, 24 November 2026 14:30 GMT", HALF_PAST_TWO),
        ("24 мая 2026", datetime(2026, 5, 24, tzinfo=UTC)),
        ("12:30 a.m. Nov 24, 2026", datetime(2026, 11, 24, 0, 30, tzinfo=UTC)),
        ("24-Nov-2026", DAY),
        ("11/24/2026", None),
        ("31.02.2026", None),
        ("24.13.2026", None),
        ("24 brumaire 2026", None),
        ("yesterday", None),
        ("25:61, 24 ноября 2026", None),
        ("", None),
        (None, None),
        ("1" * 1000, None),
    ],
)
def test_a_date_written_by_hand_is_read_or_left(written: str | None, meant: datetime | None) -> None:
    """In three languages, with the zone if one is named; nothing is guessed that has two readings."""
    assert read_date(written) == meant


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_a_date(text: str) -> None:
    """Rubbish is no date."""
    found = read_date(text)
    assert found is None or found.tzinfo is not None


def test_a_date_the_parser_could_not_read_is_repaired_before_the_update_counts() -> None:
    """`date_text` stands for the missing date of publication."""
    feed = Feed(url="https://courier.example/rss", name="c", outlet="courier.example")
    raw = RawEntry(title="x", date_text="24 ноября 2026, 14:30", updated=DAY)
    later = datetime(2026, 11, 25, tzinfo=UTC)
    entry = normalise(raw, feed=feed, feed_lang=None, fetched=later, first_read=False)
    assert entry.published == HALF_PAST_TWO


@pytest.mark.parametrize(
    ("server", "published", "meant"),
    [
        (DAY - timedelta(days=365), DAY - timedelta(days=365, minutes=5), DAY - timedelta(minutes=5)),
        (DAY - timedelta(days=365), DAY - timedelta(minutes=5), DAY - timedelta(minutes=5)),
        (DAY - timedelta(minutes=50), DAY - timedelta(minutes=55), DAY - timedelta(minutes=55)),
        (DAY + timedelta(days=365), DAY - timedelta(minutes=5), DAY - timedelta(minutes=5)),
        (None, DAY - timedelta(days=3), DAY - timedelta(days=3)),
        (DAY - timedelta(days=2), DAY - timedelta(days=1, hours=23), DAY),
    ],
    ids=[
        "both behind",
        "server alone",
        "hardly apart",
        "server ahead",
        "does not say",
        "just ahead of it",
    ],
)
def test_what_a_server_has_just_dated_is_young_though_its_clock_and_ours_differ(
    server: datetime | None, published: datetime, meant: datetime
) -> None:
    """One of the two is wrong; whichever it is, the article is no older than its server says."""
    feed = Feed(url="https://courier.example/rss", name="c", outlet="courier.example")
    entry = normalise(
        RawEntry(title="x", published=published), feed=feed, feed_lang=None, fetched=DAY, first_read=False
    )
    assert dated_by(entry, behind_us(DAY, server)).published == meant
