"""Whose turn it is at a host: nobody is starved, the host is kept busy, and few claims are given back."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest

from monitor.pipeline.turns import Turns

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOST, LIMIT = "slow.example", 2


class Simulated(NamedTuple):
    """What came of a line at a host."""

    begun: dict[str, list[float]]
    given_back: int


def simulated(feeds: int, *, lasts: float, interval: float, until: float, pause: float = 0.0) -> Simulated:
    """Let so many feeds be due at once at a host whose polls last so many seconds, and then at intervals.

    Two polls of the host are `pause` seconds apart.
    """
    apart = timedelta(seconds=pause)
    turns = Turns()
    begun: dict[str, list[float]] = {f"f{number}": [] for number in range(feeds)}
    events = [(0.0, number, feed) for number, feed in enumerate(begun)]
    tick, given_back = feeds, 0
    while events and events[0][0] < until:
        at, _, feed = heapq.heappop(events)
        tick += 1
        if feed.startswith("end "):
            turns.ended(HOST, feed.removeprefix("end "), START + timedelta(seconds=at))
            heapq.heappush(events, (at + interval, tick, feed.removeprefix("end ")))
            continue
        due = turns.place(HOST, feed, now=START + timedelta(seconds=at), limit=LIMIT, pause=apart)
        if due is None:
            begun[feed].append(at)
            heapq.heappush(events, (at + lasts, tick, f"end {feed}"))
        else:
            given_back += 1
            heapq.heappush(events, ((due - START).total_seconds(), tick, feed))
    return Simulated(begun, given_back)


@pytest.mark.parametrize("lasts", [0.05, 0.5, 5.0, 20.0])
def test_each_of_a_hundred_gets_its_turn_about_as_soon_as_the_host_can(lasts: float) -> None:
    """The last one begins a quarter later, or ten seconds where the host is quick, than it could at best."""
    came = simulated(100, lasts=lasts, interval=10_000, until=2_000)
    first = [begun[0] for begun in came.begun.values()]
    at_best = 100 * lasts / LIMIT
    assert max(first) <= max(1.25 * at_best, at_best + 10)
    assert came.given_back <= 100 * (8 + at_best / 20)


def test_a_host_asked_for_more_than_it_can_serve_starves_none() -> None:
    """A hundred feeds due every minute where two hundred and fifty seconds are needed for all."""
    came = simulated(100, lasts=5.0, interval=60, until=2_500)
    polls = [len(begun) for begun in came.begun.values()]
    assert sum(polls) >= 0.9 * 2_500 * LIMIT / 5.0
    assert max(polls) <= min(polls) + 1
    assert came.given_back <= 12 * sum(polls)


@pytest.mark.parametrize("lasts", [0.05, 0.5, 5.0])
def test_polls_of_a_host_are_apart_and_three_thousand_feeds_get_their_turns(lasts: float) -> None:
    """In the order of arrival, a second apart or as the host can, each claimed a few times while it waits."""
    feeds, pause = (3_000, 1.0) if lasts < LIMIT else (300, 1.0)
    came = simulated(feeds, lasts=lasts, interval=100_000, until=10_000, pause=pause)
    begun = sorted(moment for moments in came.begun.values() for moment in moments)
    assert len(begun) == feeds
    assert min(after - before for before, after in pairwise(begun)) >= pause - 1e-6
    at_best = feeds * max(pause, lasts / LIMIT)
    assert begun[-1] <= 1.1 * at_best + 10
    assert came.given_back <= feeds * (9 + (at_best / 20 if lasts > LIMIT * pause else 0))


def test_a_pause_starves_none_of_more_feeds_than_fit_into_their_interval() -> None:
    """A hundred feeds due every minute at a host that is asked once a second."""
    came = simulated(100, lasts=0.1, interval=60, until=2_500, pause=1.0)
    polls = [len(begun) for begun in came.begun.values()]
    assert sum(polls) >= 0.9 * 2_500
    assert max(polls) <= min(polls) + 2


def test_a_clock_that_is_set_back_ends_a_pause() -> None:
    """An hour back is no reason to wait an hour."""
    turns, second = Turns(), timedelta(seconds=1)
    assert turns.place(HOST, "a", now=START, limit=LIMIT, pause=second) is None
    assert turns.place(HOST, "b", now=START + second / 2, limit=LIMIT, pause=second) == START + second
    assert turns.place(HOST, "c", now=START - timedelta(hours=1), limit=LIMIT + 1, pause=second) is None


def test_feeds_led_to_one_host_wait_for_that_one() -> None:
    """A redirect that is not for good counts as well, until the feed is at home again."""
    turns = Turns()
    address = "https://paper.example/rss"
    assert turns.host("f", address) == "paper.example"
    turns.led_to("f", address, "https://burner.example/paper")
    assert turns.host("f", address) == "burner.example"
    turns.led_to("f", address, "https://paper.example/feed")
    assert turns.host("f", address) == "paper.example"
    assert turns.host("f", "http://[broken") == ""


def test_a_host_that_asks_to_be_left_alone_is_by_all_its_feeds() -> None:
    """For as long as it says, at most an hour; a clock that was set back ends it."""
    turns = Turns()
    turns.rest("h", now=START, span=timedelta(minutes=5))
    assert turns.rests_until("h", START) == START + timedelta(minutes=5)
    assert turns.rests_until("other", START) is None
    assert turns.rests_until("h", START + timedelta(minutes=5)) is None
    turns.rest("h", now=START, span=timedelta(days=1))
    assert turns.rests_until("h", START) == START + timedelta(hours=1)
    assert turns.rests_until("h", START - timedelta(days=1)) is None
