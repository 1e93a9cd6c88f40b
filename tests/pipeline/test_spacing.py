"""Requests to one host are apart, and no stampede follows a start or an outage: arrivals at a server."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.config.crowding import crowded
from monitor.core.feed_account import Case, facts_of
from monitor.core.health import remedy
from monitor.core.models import Feed, FeedState, Fetched, Health, NotModified, Why
from monitor.core.polled import Terms, after_not_modified, awaiting
from monitor.core.settings import PollingSettings
from monitor.core.spacing import Spacing
from monitor.feeds.fetch import HttpFetcher
from tests.feeds.polling import fetcher, settings, state
from tests.feeds.zoo import RSS, Request, open_zoo, redirect, send
from tests.pipeline.outlets import polled
from tests.pipeline.virtual_time import VirtualLoop, virtual_loop

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEEDS = [("127.0.0.1", str(number)) for number in range(60)] + [(f"127.0.1.{n + 1}", "") for n in range(90)]
"""Of one host, and of hosts with one feed each."""
INTERVAL = timedelta(minutes=5)


def test_neither_a_start_nor_the_end_of_an_outage_is_a_stampede(tmp_path: Path) -> None:
    """All due at once: a host is asked once a second; after an outage they all come back one by one."""
    with virtual_loop() as (runner, loop):
        runner.run(_through_an_outage(tmp_path, loop))


async def _through_an_outage(folder: Path, loop: VirtualLoop) -> None:
    async with polled(folder, loop, FEEDS) as outlets:
        await asyncio.sleep(100)
        at_start = len(outlets.arrivals[""])
        assert at_start == len(FEEDS)
        assert outlets.most_within(10, host="127.0.0.1") <= 12
        outlets.down = True
        await asyncio.sleep(310)
        assert len(outlets.arrivals[""]) == at_start
        outlets.down, back = False, loop.time()
        await asyncio.sleep(340)
        assert {host for host, moments in outlets.arrivals.items() if moments[-1] < back} == set()
        assert outlets.most_within(10, host="127.0.0.1", after=back) <= 12
        assert outlets.most_within(5, after=back) <= len(FEEDS) / 5


async def test_a_redirect_within_a_host_is_one_visit_and_to_another_host_keeps_its_pause() -> None:
    """The pause is between visits, and holds for whatever host they lead to."""
    asked: list[str] = []

    async def note(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.append(request.path)
        await send(writer, 200, RSS)

    async with open_zoo() as here, open_zoo("127.0.0.2") as there, _patient() as client:
        here.answers |= {
            "/old": redirect(301, "/new"),
            "/new": note,
            "/away": redirect(302, f"{there.url}/f"),
        }
        there.answers["/f"] = note
        pauses = client.slots._spacing
        assert isinstance(await _fetched(client, f"{here.url}/old"), Fetched)
        assert len(pauses) == 1
        assert isinstance(await _fetched(client, f"{there.url}/f"), Fetched)
        assert len(pauses) == 2
        loop = asyncio.get_running_loop()
        left = pauses.wait("127.0.0.2", now=loop.time(), pause=0.2)
        began = loop.time()
        assert isinstance(await _fetched(client, f"{here.url}/away"), Fetched)
        assert loop.time() - began >= left - 0.01
    assert asked == ["/new", "/f", "/f"]


def _patient() -> HttpFetcher:
    long = timedelta(seconds=20)
    return fetcher(
        host_interval=timedelta(seconds=0.2),
        allow_networks=("127.0.0.0/8",),
        connect_timeout=long,
        read_timeout=long,
        total_timeout=long,
    )


async def _fetched(client: HttpFetcher, url: str) -> object:
    return await client.fetch(Feed(url=url, name="f", outlet="f"), state(url))


def test_hosts_whose_pause_is_over_are_forgotten() -> None:
    """However many hosts there are, what is remembered of them is what still matters."""
    spacing = Spacing()
    for number in range(5_000):
        spacing.asked(f"h{number}", at=float(number), pause=1.0)
    assert len(spacing) <= 1_025
    assert spacing.wait("h4999", now=4_999.25, pause=1.0) == 0.75
    assert spacing.wait("h0", now=5_000.0, pause=1.0) == 0.0


def test_feeds_that_their_host_makes_late_say_so() -> None:
    """Twice in a row later than the interval says by more than a fifth: a state, a reason, a remedy."""
    feed = Feed(url="https://h.example/", name="h", outlet="h", interval=INTERVAL)
    polling, late = PollingSettings(), timedelta(minutes=40)
    now = START
    is_well = FeedState(url=feed.url, next_poll_at=now, last_success_at=now, first_read_at=now)
    found: list[Health] = []
    for _ in range(2):
        due = replace(is_well, last_polled_at=now, next_poll_at=now + INTERVAL)
        put_off = awaiting(awaiting(due, now + late / 2), now + INTERVAL + late)
        assert put_off.noted.why is Why.TURN
        said = {fact.label: fact.text for fact in facts_of(_case(feed, put_off))}
        assert "other feeds of its host are before it, one in 1s at most," in said["next"]
        now += INTERVAL + late
        is_well = after_not_modified(put_off, _unchanged(), _terms(feed, polling, now))
        found.append(is_well.health.state)
    assert found == [Health.OK, Health.LATE]
    assert is_well.health.reason.startswith("asked 40 min later than its interval says")
    assert "polling.host_interval" in remedy(is_well.health, is_well.noted)
    in_time = replace(is_well, last_polled_at=now)
    recovered = after_not_modified(in_time, _unchanged(), _terms(feed, polling, now + INTERVAL))
    assert recovered.health.state is Health.OK


def _case(feed: Feed, found: FeedState) -> Case:
    return Case(feed=feed, state=found, polling=PollingSettings(), at=START)


def _terms(feed: Feed, polling: PollingSettings, now: datetime) -> Terms:
    return Terms(feed=feed, polling=polling, now=now, dice=0.5)


def _unchanged() -> NotModified:
    return NotModified(url="https://h.example/")


def test_a_host_with_too_many_feeds_is_named_beforehand() -> None:
    """What cannot be kept is said when the configuration is read; one's own network is not held up."""
    many = [
        Feed(url=f"https://crowd.example/{n}", name="c", outlet="c", interval=INTERVAL) for n in range(3_000)
    ]
    few = [Feed(url=f"https://few.example/{n}", name="f", outlet="f", interval=INTERVAL) for n in range(300)]
    (said,) = crowded([*many, *few], PollingSettings())
    assert said.startswith("crowd.example has 3000 feeds and is asked once in 1s at most: each of them about")
    assert "about every 50m" in said
    own = [replace(feed, allow_private=True) for feed in many]
    assert list(crowded(own, PollingSettings())) == []
    assert list(crowded(many, settings(host_interval=timedelta(0)))) == []
