"""When feeds are polled: what is learned of their rhythm, what servers ask for, and what is promised."""

from __future__ import annotations

import heapq
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.hints import skips
from monitor.core.models import Hints, Rhythm, Why
from monitor.core.rhythm import Forecast, busiest_hours, heard, mean_rate, silent_after
from monitor.core.schedule import Outlook, Share, fair_price, next_look, share_of
from monitor.store.feed_codec import rhythm_from_text, rhythm_to_text

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def learned(moments: list[datetime], *, until: datetime, every: timedelta = HOUR) -> Rhythm:
    """Learn from looks at an interval."""
    rhythm: Rhythm | None = None
    look = min(moments) - every
    while look + every <= until:
        new = [moment for moment in moments if look < moment <= look + every]
        rhythm = heard(rhythm, new, last_look=look, now=look + every)
        look += every
    assert rhythm is not None
    return rhythm


def by_day(*, hours: range, days: int, until: datetime = NOW) -> list[datetime]:
    """Publish every ten minutes within these hours, for so many days."""
    start = until.replace(hour=0) - days * DAY
    return [
        start + day * DAY + hour * HOUR + minute * MINUTE
        for day in range(days)
        for hour in hours
        for minute in range(0, 60, 10)
    ]


def looking(**changes: object) -> Outlook:
    """Give the outlook of a feed with an hour's interval."""
    return replace(Outlook(interval=HOUR, least=MINUTE / 2, price=300.0), **changes)  # type: ignore[arg-type]


def test_the_rate_the_hours_and_the_silence_are_learned() -> None:
    """Two weeks of mornings: 24 entries a day, all from six to ten, then a night of some fourteen hours."""
    rhythm = learned(by_day(hours=range(6, 10), days=14), until=NOW - 12 * HOUR)
    assert mean_rate(rhythm, NOW) * DAY.total_seconds() == pytest.approx(24, rel=0.15)
    first, after, share = busiest_hours(rhythm)
    assert (first <= 6, after >= 10) == (True, True)
    assert share == 1
    assert 2 * 20 * HOUR <= silent_after(rhythm) <= 3 * 21 * HOUR


def test_looks_are_frequent_when_entries_are_expected_and_rare_when_not() -> None:
    """In the morning every few minutes, at night at the interval."""
    rhythm = learned(by_day(hours=range(6, 10), days=14), until=NOW - 12 * HOUR)
    waits = {
        hour: next_look(NOW.replace(hour=hour), looking(rhythm=rhythm), dice=0.5)[0] - NOW.replace(hour=hour)
        for hour in (7, 20)
    }
    assert waits[7] < 20 * MINUTE
    assert waits[20] >= 54 * MINUTE


def test_a_first_document_shows_the_rhythm_at_once() -> None:
    """Its dates stand for the looks that never were; what is older than four weeks tells only of the end."""
    dates = [NOW - n * 10 * MINUTE for n in range(1, 40)]
    busy = heard(None, dates, last_look=None, now=NOW)
    assert mean_rate(busy, NOW) * 600 == pytest.approx(1, rel=0.4)
    dead = heard(None, [NOW - 900 * DAY - n * HOUR for n in range(40)], last_look=None, now=NOW)
    assert dead is not None
    assert mean_rate(dead, NOW) < mean_rate(None, NOW) / 20
    assert NOW - dead.newest > silent_after(dead)
    assert heard(None, [None] * 5, last_look=None, now=NOW) is None


def test_a_new_feed_is_explored_sooner_than_a_known_quiet_one() -> None:
    """Nothing is known of it: it may be a busy one."""
    quiet = heard(None, [NOW - 20 * DAY], last_look=None, now=NOW)
    unknown, known = (
        next_look(NOW, looking(interval=DAY, price=20_000.0, rhythm=one), dice=0.5)[0]
        for one in (None, quiet)
    )
    assert unknown < known


def test_a_burst_draws_looks_and_fades() -> None:
    """Twenty entries in an hour where one a day is usual; half a day later all is as it was."""
    usual = [NOW - n * DAY for n in range(1, 21)]
    calm = learned(usual, until=NOW)
    burst = heard(calm, [NOW - n * MINUTE for n in range(20)], last_look=NOW - HOUR, now=NOW)
    rates = [Forecast(one, NOW).rate(NOW.timestamp()) for one in (calm, burst)]
    assert rates[1] > 3 * rates[0]
    later = NOW + DAY
    assert Forecast(burst, later).rate(later.timestamp()) < rates[1] / 2


@given(
    moments=st.lists(st.integers(0, 30 * 86_400), max_size=60),
    price=st.floats(1e-3, 1e9),
    interval=st.integers(60, 86_400),
    hints=st.builds(
        Hints, every=st.integers(0, 10**6), fresh=st.integers(0, 10**6), skip_hours=st.just((12, 13))
    ),
    dice=st.floats(0, 1, exclude_max=True),
)
def test_no_wait_is_longer_than_the_interval_or_shorter_than_the_least(
    moments: list[int], price: float, interval: int, hints: Hints, dice: float
) -> None:
    """Whatever was learned, whatever a request is worth, whatever the server says: nothing starves."""
    dates: list[datetime | None] = [NOW - timedelta(seconds=moment) for moment in moments]
    rhythm = heard(None, dates, last_look=None, now=NOW)
    outlook = looking(rhythm=rhythm, price=price, interval=timedelta(seconds=interval), hints=hints, window=7)
    later, _ = next_look(NOW, outlook, dice=dice)
    assert min(timedelta(seconds=30), timedelta(seconds=interval) * 0.9) <= later - NOW + timedelta(seconds=1)
    assert later - NOW <= timedelta(seconds=interval)


def test_what_servers_ask_for_slows_a_feed_as_far_as_its_interval() -> None:
    """ttl, max-age and hours to skip; without them a busy feed is asked every half minute here."""
    busy = learned([NOW - n * MINUTE for n in range(1, 600)], until=NOW, every=10 * MINUTE)
    plain = looking(rhythm=busy, price=1.0)
    assert next_look(NOW, plain, dice=0.5) == (NOW + timedelta(seconds=30), Why.FLOOR)
    for hints, least in (
        (Hints(every=1200), 20 * MINUTE),
        (Hints(fresh=600), 10 * MINUTE),
        (Hints(every=10**6), 54 * MINUTE),
        (Hints(skip_hours=(12,)), 54 * MINUTE),
        (Hints(skip_days=(0,)), 54 * MINUTE),
    ):
        later, why = next_look(NOW, replace(plain, hints=hints), dice=0.5)
        assert least <= later - NOW <= HOUR
        assert why is Why.HINT


def test_a_document_that_fills_quickly_is_read_before_it_is_full() -> None:
    """Six entries a minute into a list of thirty: every two or three minutes, whatever a request is worth."""
    flood = learned([NOW - n * 10 * timedelta(seconds=1) for n in range(1, 3000)], until=NOW, every=MINUTE)
    later, why = next_look(NOW, looking(rhythm=flood, price=1e9, window=30), dice=0.5)
    assert why is Why.WINDOW
    assert later - NOW < 4 * MINUTE


def test_without_a_price_every_feed_is_polled_at_its_interval() -> None:
    """`schedule: fixed`."""
    busy = learned([NOW - n * MINUTE for n in range(1, 600)], until=NOW, every=10 * MINUTE)
    later, why = next_look(NOW, looking(rhythm=busy, price=None), dice=0.5)
    assert (54 * MINUTE <= later - NOW <= HOUR, why) == (True, Why.BOUND)


def test_the_price_keeps_to_the_budget_and_priority_buys_looks() -> None:
    """A hundred feeds from one entry a day to a hundred an hour, each between half a minute and six hours."""
    dice = random.Random(5)
    shares = [Share(root=(10 ** dice.uniform(-5, -1.5)) ** 0.5, least=30, most=21_600) for _ in range(100)]
    for budget in (0.02, 0.1, 1.0):
        price = fair_price(shares, budget=budget, spare=1.5)
        assert price is not None
        assert sum(one.looks(price) for one in shares) == pytest.approx(budget, rel=0.1)
    starving = fair_price(shares, budget=1e-9, spare=1.5)
    assert starving is not None
    assert sum(one.looks(starving) for one in shares) == pytest.approx(100 / 21_600, rel=0.02)
    spare = fair_price(shares, budget=None, spare=1.5)
    assert spare is not None
    assert sum(one.looks(spare) for one in shares) == pytest.approx(1.5 * 100 / 21_600, rel=0.1)
    assert fair_price([], budget=1.0, spare=1.5) is None
    rhythm = learned(by_day(hours=range(24), days=7), until=NOW)
    plain, urgent = (
        next_look(NOW, looking(rhythm=rhythm, price=3000.0, priority=weight), dice=0.5)[0] - NOW
        for weight in (1.0, 4.0)
    )
    assert urgent < 0.7 * plain


def test_all_feeds_together_keep_to_the_budget() -> None:
    """Thirty feeds from three entries a day to twelve an hour, four days, the price found anew each hour."""
    dice = random.Random(11)
    rhythms: list[Rhythm | None] = [None] * 30
    rates = [3 * 100 ** (number / 29) / 86_400 for number in range(30)]
    budget, spent, longest, price = 40 / 3600, 0, timedelta(0), None
    looks = [(NOW + MINUTE * dice.random(), number, NOW) for number in range(30)]
    heapq.heapify(looks)
    reckoned = NOW - DAY
    while (look := heapq.heappop(looks))[0] < NOW + 4 * DAY:
        now, number, before = look
        if now - reckoned >= HOUR:
            every = (looking(interval=6 * HOUR, rhythm=one) for one in rhythms)
            price = fair_price([share_of(one, now) for one in every], budget=budget, spare=1.5)
            reckoned = now
        expected = rates[number] * (now - before).total_seconds()
        new = [now - (now - before) * dice.random() for _ in range(round(expected + dice.random() - 0.5))]
        rhythms[number] = heard(rhythms[number], new, last_look=before, now=now)
        outlook = looking(interval=6 * HOUR, price=price, rhythm=rhythms[number])
        later = next_look(now, outlook, dice=dice.random())[0]
        longest, spent = max(longest, later - now), spent + (now > NOW + DAY)
        heapq.heappush(looks, (later, number, now))
    assert spent / (3 * 86_400) == pytest.approx(budget, rel=0.12)
    assert longest <= 6 * HOUR


def test_a_rhythm_is_some_hundred_bytes_and_comes_back() -> None:
    """However much was published."""
    rhythm = learned(by_day(hours=range(24), days=28), until=NOW, every=10 * MINUTE)
    kept = rhythm_to_text(rhythm)
    assert kept is not None
    assert len(kept) < 700
    again = rhythm_from_text(kept)
    assert again is not None
    assert mean_rate(again, NOW) == pytest.approx(mean_rate(rhythm, NOW), rel=0.01)
    assert (again.newest, again.gaps) == (rhythm.newest, rhythm.gaps)


def test_hours_and_days_to_skip_are_read_from_the_head() -> None:
    """In any case of letters; a feed that skips them all skips none."""
    head = b"<rss><channel><skipHours><hour>0</hour><hour> 23 </hour></skipHours>"
    found = skips(head + b"<skipDays><day>Saturday</day><day>sunday</day></skipDays></channel></rss>")
    assert (found.hours, found.days) == ((0, 23), (5, 6))
    every = b"".join(b"<hour>%d</hour>" % hour for hour in range(24))
    assert skips(b"<skipHours>" + every + b"</skipHours>").hours == ()
    assert skips(b"<rss>" + b"<skipHours><hour>" * 5000).hours == ()
