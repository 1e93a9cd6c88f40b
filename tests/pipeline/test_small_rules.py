"""Where alerts go, when polls and attempts come again, what a poll leaves of a feed, what is queued."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.labels import labels_of
from monitor.core.models import (
    AlertPolicy,
    AlertRecord,
    DeliveryKind,
    Document,
    Entry,
    Failure,
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchFailed,
    NotAFeed,
    NotModified,
    ParsedFeed,
    Severity,
    Verdict,
)
from monitor.core.polled import (
    Brought,
    Terms,
    after_failure,
    after_not_a_feed,
    after_not_modified,
    after_read,
    after_same_body,
)
from monitor.core.posting import Destination, deliveries_of, latest_updates
from monitor.core.routing import legs_for
from monitor.core.schedule import (
    first_poll,
    next_attempt,
    next_poll,
    next_poll_after_failure,
    next_repeat,
)
from monitor.core.settings import PollingSettings, Settings
from tests.channels.cards import card

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FEED = Feed(url="http://one.example/feed", name="One", outlet="one.example", interval=5 * MINUTE)
STATE = FeedState(url=FEED.url, next_poll_at=NOW, etag='"1"', body_hash="h")
TERMS = Terms(feed=FEED, polling=PollingSettings(), now=NOW, dice=0.5)
DESK = {"desk": {"type": "console"}, "night": {"type": "console"}, "boss": {"type": "console"}}
ENTRY = Entry(
    id="e", feed=FEED.url, outlet="one.example", lang="ru", tags=("state",), fetched=NOW, first_seen=NOW
)


RU = {"language": ["ru"], "outlet": ["two.example"]}
STATE_MEDIA = {"match": {"tag": ["state"]}, "channels": ["night"], "continue": True}
WAR = {"match": {"tag": ["war"]}, "channels": ["boss", "night"]}


@pytest.mark.parametrize(
    ("routes", "own", "want"),
    [
        ([], (), ("desk", "night", "boss")),
        ([], ("boss", "gone", "boss"), ("boss",)),
        ([{"match": {"severity": ["high"]}, "channels": ["night"]}], (), ("night",)),
        ([{"match": {"severity": ["low"]}, "channels": ["night"]}], (), ("desk", "night", "boss")),
        ([{"match": RU, "channels": ["night"]}, {"channels": ["boss"]}], (), ("boss",)),
        ([STATE_MEDIA, WAR, {"channels": ["desk"]}], (), ("night", "boss")),
        ([{"match": {"entity": ["fsb"], "rule": ["raids"]}, "channels": ["desk"]}], ("night",), ("night",)),
    ],
)
def test_the_first_route_that_fits_decides(
    routes: list[dict[str, object]], own: tuple[str, ...], want: tuple[str, ...]
) -> None:
    """A rule's own channels come first; `continue` goes on; what no route takes goes everywhere."""
    settings = Settings.model_validate({"channels": DESK, "routes": routes})
    labels = labels_of(ENTRY, rule="raids", severity=Severity.HIGH, tags=["war"], entities=["fsb"])
    legs = legs_for(settings, AlertPolicy(channels=own), labels)
    assert tuple(leg.channel for leg in legs) == want


def test_what_no_route_takes_goes_where_alerts_say() -> None:
    """`alerts.channels` is the default."""
    settings = Settings.model_validate({"channels": DESK, "alerts": {"channels": ["boss"]}})
    labels = labels_of(ENTRY, rule="raids", severity=Severity.HIGH)
    assert [leg.channel for leg in legs_for(settings, AlertPolicy(), labels)] == ["boss"]


@pytest.mark.parametrize("dice", [0.0, 0.5, 0.999])
def test_a_failing_feed_is_asked_ever_less_and_never_given_up(dice: float) -> None:
    """The interval doubles up to the cap, whatever the number of failures; nothing overflows."""
    waits = [
        next_poll_after_failure(
            NOW, interval=5 * MINUTE, failures=failures, cap=6 * HOUR, retry_after=None, dice=dice
        )
        - NOW
        for failures in (1, 2, 3, 10, 1000, 10**6)
    ]
    assert waits == sorted(waits)
    assert 5 * MINUTE * 0.9 <= waits[0] <= 5 * MINUTE * 1.1
    assert waits[-1] <= 6 * HOUR * 1.1


def test_what_the_server_asked_for_is_the_least_up_to_a_day() -> None:
    """Retry-After of two hours is kept to; of a month it is a day."""
    waits = [
        next_poll_after_failure(NOW, interval=MINUTE, failures=1, cap=HOUR, retry_after=asked, dice=0.0) - NOW
        for asked in (2 * HOUR, 720 * HOUR, timedelta(0))
    ]
    assert waits == [2 * HOUR, 24 * HOUR, MINUTE]


def test_polls_and_attempts_are_spread() -> None:
    """A tenth either way, first polls over the spread, attempts from seconds to a quarter of an hour."""
    assert next_poll(NOW, interval=HOUR, dice=0.0) - NOW == 54 * MINUTE
    assert first_poll(NOW, spread=HOUR, dice=0.25) - NOW == 15 * MINUTE
    assert next_attempt(NOW, attempts=1, retry_after=None, dice=0.0) - NOW == timedelta(seconds=5)
    assert next_attempt(NOW, attempts=10**6, retry_after=None, dice=0.0) - NOW == 15 * MINUTE
    assert next_attempt(NOW, attempts=9, retry_after=MINUTE, dice=0.5) - NOW == timedelta(seconds=60.5)
    assert [next_repeat(doubts) for doubts in (1, 2, 3)] == [timedelta(seconds=5), 5 * MINUTE, 15 * MINUTE]


def test_a_permanent_redirect_is_believed_after_three() -> None:
    """And forgotten as soon as one poll is not redirected; a place that fails three times is left again."""
    state = STATE
    for _ in range(2):
        state = after_not_modified(state, NotModified(url="u", moved_to="http://new.example/"), TERMS)
        assert state.moved_to is None
    state = after_not_modified(state, NotModified(url="u"), TERMS)
    for _ in range(3):
        state = after_not_modified(state, NotModified(url="u", moved_to="http://new.example/"), TERMS)
    assert state.moved_to == "http://new.example/"
    down = FetchFailed(url="u", failure=Failure.UNREACHABLE, message="no route")
    state = after_failure(after_failure(state, down, TERMS), down, TERMS)
    assert state.moved_to == "http://new.example/"
    assert after_failure(state, down, TERMS).moved_to is None


def test_no_redirect_of_an_address_with_a_secret_is_remembered() -> None:
    """The target may repeat the token and would be stored; one that was stored before is forgotten."""
    hidden = replace(TERMS, feed=replace(TERMS.feed, address="http://old.example/?token=planted"))
    moved = NotModified(url="u", moved_to="http://new.example/?token=planted")
    state = replace(STATE, moved_to="http://new.example/?token=planted")
    for _ in range(4):
        state = after_not_modified(state, moved, hidden)
        assert (state.moved_to, state.moving_to) == (None, None)


def test_a_feed_that_is_gone_is_asked_daily() -> None:
    """410 is no death sentence; feeds do come back, and a success makes all well."""
    gone = after_failure(STATE, FetchFailed(url="u", failure=Failure.GONE, message="410"), TERMS)
    assert (gone.status, gone.next_poll_at - NOW) == (FeedStatus.GONE, 24 * HOUR)
    back = after_not_modified(gone, NotModified(url="u"), TERMS)
    assert (back.status, back.failures, back.error) == (FeedStatus.OK, 0, None)


def test_validators_are_kept_with_what_was_read_and_forgotten_with_what_was_not() -> None:
    """A page instead of a feed is asked again without them, else a 304 would keep it for ever."""
    answer = Fetched(url="u", status=200, body=b"x", etag='"2"')
    read = after_read(STATE, answer, Brought(body_hash="h2", parsed=ParsedFeed(), changed=3), TERMS)
    assert (read.etag, read.body_hash, read.first_read_at, read.last_entry_at) == ('"2"', "h2", NOW, NOW)
    later = replace(TERMS, now=NOW + HOUR)
    again = after_read(
        read, answer, Brought(body_hash="h3", parsed=ParsedFeed(problem="cut off"), changed=0), later
    )
    assert (again.first_read_at, again.last_entry_at, again.error) == (NOW, NOW, "cut off")
    assert after_same_body(STATE, answer, TERMS).etag == '"2"'
    page = after_not_a_feed(read, NotAFeed(document=Document.HTML, message="a web page"), TERMS)
    assert (page.etag, page.body_hash, page.status, page.failures) == (None, None, FeedStatus.NOT_A_FEED, 1)
    failed = after_failure(read, FetchFailed(url="u", failure=Failure.HTTP, message="500"), TERMS)
    assert (failed.etag, failed.failures) == ('"2"', 1)


def test_what_was_cut_short_is_asked_for_until_it_is_whole() -> None:
    """Else a 304 would keep what is missing away for ever; what is merely broken costs no second reading."""
    answer = Fetched(url="u", status=200, body=b"x", etag='"2"', last_modified="yesterday")
    cut = ParsedFeed(problem="broken XML", cut_short=True)
    state = after_read(STATE, answer, Brought(body_hash="h2", parsed=cut, changed=1), TERMS)
    assert (state.etag, state.last_modified, state.body_hash) == (None, None, None)
    assert (state.error, state.failures) == ("broken XML", 0)
    broken = after_read(
        state, answer, Brought(body_hash="h2", parsed=ParsedFeed(problem="a stray &"), changed=0), TERMS
    )
    assert (broken.etag, broken.body_hash) == ('"2"', "h2")
    for unchanged in (
        after_not_modified(broken, NotModified(url="u"), TERMS),
        after_same_body(broken, answer, TERMS),
    ):
        assert unchanged.error == "a stray &"
    whole = after_read(broken, answer, Brought(body_hash="h3", parsed=ParsedFeed(), changed=0), TERMS)
    assert whole.error is None


def test_each_recipient_has_a_delivery_of_one_name_for_ever() -> None:
    """The ids depend on alert, channel, recipient and ordinal alone; of several updates the last counts."""
    record = AlertRecord(
        id="a" * 32, rule="r", story="s", entry="e", state=Verdict.ALERT, created_at=NOW, updated_at=NOW
    )
    mail = Destination(channel="mail", recipients=("a@desk.example", "b@desk.example"))

    def queued(ordinal: int, kind: DeliveryKind, now: datetime = NOW) -> list[str]:
        made = deliveries_of(
            replace(record, follow_ups=ordinal),
            card(),
            kind,
            destinations=[Destination(channel="desk"), mail],
            now=now,
        )
        everything.extend(made)
        return [one.id for one in made]

    everything: list = []  # type: ignore[type-arg]
    first = queued(0, DeliveryKind.POST)
    assert len(set(first)) == 3
    assert queued(0, DeliveryKind.POST, NOW + HOUR) == first
    everything.clear()
    wanted = [*queued(0, DeliveryKind.POST), *queued(2, DeliveryKind.THREAD)]
    queued(1, DeliveryKind.UPDATE)
    wanted += queued(3, DeliveryKind.UPDATE)
    assert [one.id for one in latest_updates(everything)] == wanted
