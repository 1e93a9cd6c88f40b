"""Health, one fact at a time: what makes it, what ends it, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.health import judged
from monitor.core.matcher import Matcher
from monitor.core.models import (
    Delivery,
    Failure,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    Health,
    NotModified,
    ParsedFeed,
    PollRecord,
    RawEntry,
    Why,
)
from monitor.core.outage import Reachability
from monitor.core.polled import (
    Brought,
    Terms,
    after_failure,
    after_not_modified,
    after_read,
    asking,
    while_offline,
)
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import ConsoleChannel, PollingSettings, Settings
from monitor.pipeline.feed_notices import FeedNotices
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Bell
from monitor.store import Store, open_store
from tests.channels.slack_double import MAX_TOTAL, size, wrong
from tests.pipeline.rig import Scripted

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed(url="https://one.example/rss", name="One", outlet="one.example")
BODY = ParsedFeed(entries=tuple(RawEntry(guid=str(number)) for number in range(10)))


def terms(at: datetime, **changes: object) -> Terms:
    """Poll the feed at a moment."""
    return replace(Terms(feed=FEED, polling=PollingSettings(), now=at, dice=0.5), **changes)  # type: ignore[arg-type]


def read(
    state: FeedState, at: datetime, *published: datetime | None, etag: str = '"1"', body: str = "h"
) -> FeedState:
    """Read a document of ten entries, of which these are new."""
    answer = Fetched(url=FEED.url, status=200, body=b"x", etag=etag)
    brought = Brought(body_hash=body, parsed=BODY, changed=len(published), published=published)
    return after_read(state, answer, brought, terms(at))


def unmodified(state: FeedState, at: datetime) -> FeedState:
    """Hear 304."""
    return after_not_modified(state, NotModified(url=FEED.url), terms(at))


def refused(state: FeedState, at: datetime, failure: Failure = Failure.UNREACHABLE) -> FeedState:
    """Fail."""
    return after_failure(state, FetchFailed(url=FEED.url, failure=failure, message="no route"), terms(at))


@pytest.fixture
def known() -> FeedState:
    """A feed with ten entries, one an hour, read once."""
    first = FeedState(url=FEED.url, next_poll_at=NOW)
    return read(first, NOW, *(NOW - number * HOUR for number in range(10)))


def test_a_frozen_etag_is_unmasked_within_a_day_and_no_longer_sent(known: FeedState) -> None:
    """For two weeks; then the server gets another chance."""
    state = known
    for hour in range(1, 24):
        assert asking(state, NOW + hour * HOUR).etag == '"1"'
        state = unmodified(state, NOW + hour * HOUR)
    at = NOW + DAY
    assert asking(state, at).etag is None
    caught = read(state, at, at - 5 * HOUR, at - 10 * HOUR, body="h2")
    assert caught.health.state is Health.LYING
    assert asking(caught, at + DAY).etag is None
    assert asking(caught, at + 15 * DAY).etag == '"1"'
    assert judged(caught, at + 15 * DAY).health.state is not Health.LYING


def test_a_server_that_says_304_rightly_keeps_its_validators(known: FeedState) -> None:
    """What changed since the last look under a new ETag proves nothing against it."""
    state = unmodified(unmodified(known, NOW + HOUR), NOW + DAY - MINUTE)
    honest = read(state, NOW + DAY + MINUTE, NOW + DAY, etag='"2"', body="h2")
    assert honest.health.state is Health.OK
    assert asking(honest, NOW + DAY + HOUR).etag == '"2"'


def test_entries_of_which_none_was_known_are_a_gap_for_a_day(known: FeedState) -> None:
    """Unless they are dated before the last look: then they are old ones under new names."""
    at = NOW + 6 * HOUR
    lost = read(known, at, *(at - number * MINUTE for number in range(10)), body="h2")
    assert lost.health.state is Health.GAP
    renamed = read(known, at, *(NOW - number * HOUR for number in range(2, 12)), body="h2")
    assert renamed.health.state is Health.OK
    overlapping = read(lost, at + HOUR, at + MINUTE, body="h3")
    assert (overlapping.health.state, overlapping.health.since) == (Health.GAP, at)
    assert read(overlapping, at + DAY, at + DAY - HOUR, body="h4").health.state is Health.OK


def test_silence_is_measured_by_the_feeds_own_rhythm(known: FeedState) -> None:
    """Twelve hours where one entry an hour is usual, a week where nothing is known."""
    busy = read(known, NOW + 10 * HOUR, *(NOW + number * HOUR for number in range(1, 10)), body="h2")
    state = unmodified(busy, NOW + 20 * HOUR)
    assert state.health.state is Health.OK
    state = unmodified(state, NOW + 22 * HOUR)
    assert (state.health.state, state.health.since) == (Health.SILENT, NOW + 22 * HOUR)
    assert "nothing new for 13 hours" in state.health.reason
    assert read(state, NOW + 23 * HOUR, NOW + 23 * HOUR, body="h3").health.state is Health.OK
    undated = read(FeedState(url=FEED.url, next_poll_at=NOW), NOW, *[None] * 10)
    assert unmodified(undated, NOW + 6 * DAY).health.state is Health.OK
    assert unmodified(undated, NOW + 8 * DAY).health.state is Health.SILENT


def test_a_feed_that_is_empty_now_and_then_is_told_of_three_times_at_most(known: FeedState) -> None:
    """Warnings of storms, say: after that only if nothing comes for a day."""
    states, at, state = [], NOW, known
    for number in range(5):
        for body, listed in ((f"empty {number}", 0), (f"void {number}", 0), (f"full {number}", 10)):
            at += HOUR
            parsed = ParsedFeed(entries=BODY.entries[:listed])
            brought = Brought(body_hash=body, parsed=parsed)
            state = after_read(state, Fetched(url=FEED.url, status=200, body=b"x"), brought, terms(at))
            states.append(state.health.state)
    assert states.count(Health.EMPTY) == 3
    for hours in (1, 2, 26):
        brought = Brought(body_hash=f"{hours}", parsed=ParsedFeed())
        answer = Fetched(url=FEED.url, status=200, body=b"x")
        state = after_read(state, answer, brought, terms(at + hours * HOUR))
    assert state.health.state is Health.EMPTY


def test_since_moves_only_when_the_state_does(known: FeedState) -> None:
    """The reason may change meanwhile."""
    state = refused(known, NOW + HOUR)
    again = refused(state, NOW + 2 * HOUR)
    assert (again.health.state, again.health.since) == (Health.FAILING, NOW + HOUR)
    assert "2 times in a row" in again.health.reason
    assert unmodified(again, NOW + 3 * HOUR).health.since == NOW + 3 * HOUR


def test_our_own_outage_is_held_against_no_feed(known: FeedState) -> None:
    """Four hosts that were well cannot be reached and none can: the fourth failure does not count."""
    world = Reachability()
    for number in range(3):
        world.unreached(f"h{number}", NOW + number * MINUTE, was_well=True)
    world.unreached("ill for long", NOW, was_well=False)
    assert world.offline_since is None
    world.unreached("h3", NOW + 5 * MINUTE, was_well=True)
    assert world.offline_since == NOW
    down = FetchFailed(url=FEED.url, failure=Failure.UNREACHABLE, message="no route")
    state = while_offline(known, down, terms(NOW), since=NOW)
    assert (state.failures, state.status, state.health.state) == (0, known.status, Health.OFFLINE)
    assert NOW < state.next_poll_at <= NOW + 5 * MINUTE
    assert state.noted.why is Why.OFFLINE
    assert unmodified(state, NOW + HOUR).health.state is Health.OK


def test_hosts_that_are_down_while_others_answer_never_make_an_outage() -> None:
    """They failed by themselves: they count again once they have answered."""
    world = Reachability()
    for round_ in range(3):
        for number in range(3):
            world.unreached(f"dead {number}", NOW + round_ * HOUR, was_well=True)
        world.reached("alive")
    world.unreached("another", NOW, was_well=True)
    assert world.offline_since is None
    for number in range(3):
        world.reached(f"dead {number}")
    for number in range(3):
        world.unreached(f"dead {number}", NOW, was_well=True)
    world.unreached("yet another", NOW, was_well=True)
    assert world.offline_since == NOW


# ------------------------------------------------------------------ who is told


def watch(ops: tuple[str, ...] = ("ops",)) -> InForce:
    """Give settings with a channel for the operators."""
    settings = Settings(ops=ops, channels={"ops": ConsoleChannel(type="console")})
    in_force = InForce(settings=settings, rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet())))
    in_force.channels = {"ops": Scripted(name="ops")}
    return in_force


async def told(store: Store, at: datetime) -> list[Delivery]:
    """Look, and give what that queued."""
    await FeedNotices(store, watch(), clock=lambda: at, on_alerts=Bell()).look()
    found = await store.claim_deliveries(at, lease=HOUR, limit=99, channel="ops")
    return [one for one in found if one.created_at == at]


async def turned(store: Store, at: datetime, turn: Callable[[FeedState], FeedState], *urls: str) -> None:
    """Poll these feeds with this outcome."""
    for state in await store.feed_states():
        if not urls or state.url in urls:
            await store.make_due(state.url, at)
    claimed = await store.claim_due_feeds(at, lease=MINUTE, limit=99)
    await store.commit_polls(
        [PollRecord(state=replace(turn(state), next_poll_at=at + 999 * DAY)) for state in claimed]
    )


async def test_operators_hear_once_of_each_end_of_a_trouble(tmp_path: Path) -> None:
    """Thirty feeds fail: one message at the third failure, one when they are well, none at a restart."""
    place = f"sqlite:///{tmp_path / 'n.db'}"
    feeds = [Feed(url=f"https://{n}.example/", name=f"feed {n}", outlet="x") for n in range(30)]
    store = await open_store(place, owner="one", exclusive=True)
    await store.sync_feeds(feeds, NOW)
    messages: list[Delivery] = []
    for number in range(5):
        at = NOW + number * HOUR
        await turned(store, at, lambda state, at=at: refused(state, at))  # type: ignore[misc]
        messages += await told(store, at)
        await store.close()
        store = await open_store(place, owner="one", exclusive=True)
    [message] = messages
    assert message.created_at == NOW + 2 * HOUR
    assert message.message.title == "Feeds: 30 need a look"
    assert "and 12 more failing" in message.message.text
    blocks = [dict(block) for block in message.message.blocks]
    assert [problem for block in blocks if (problem := wrong(block))] == []
    assert len(blocks) <= 50
    assert size(blocks) <= MAX_TOTAL
    at = NOW + 6 * HOUR
    await turned(store, at, lambda state: unmodified(state, at))
    assert await told(store, at) == []
    [well] = await told(store, at + HOUR)
    assert well.message.title == "Feeds: 30 well again"
    assert await told(store, at + 2 * HOUR) == []
    await store.close()


async def test_nothing_is_marked_as_told_while_nobody_listens(tmp_path: Path) -> None:
    """Without an `ops` channel the news waits for one."""
    store = await open_store(f"sqlite:///{tmp_path / 'n.db'}", owner="one", exclusive=True)
    await store.sync_feeds([FEED], NOW)
    await turned(store, NOW, lambda state: refused(state, NOW, Failure.GONE))
    await FeedNotices(store, watch(ops=()), clock=lambda: NOW, on_alerts=Bell()).look()
    [message] = await told(store, NOW + MINUTE)
    assert message.message.title == "Feed One: gone"
    assert "take it out of the configuration" in message.message.text
    await store.close()
