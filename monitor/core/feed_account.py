"""An account of a feed for `feeds why` and the desk: its health, what was asked and came, what is next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.health import is_well, remedy
from monitor.core.models import Feed, FeedState, Hints, PageTally, Rhythm, Why
from monitor.core.render.times import ago, minute
from monitor.core.rhythm import busiest_hours, mean_rate, silent_after
from monitor.core.settings import PollingSettings
from monitor.core.units import spoken
from monitor.core.urls import without_query

_DAY = 86_400
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_FEW = 8
"""Entries: of fewer neither hours nor days can be told."""
_NO_PAGES = PageTally()
_MUCH, _LITTLE = 1.3, 0.7
"""Times the mean of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One feed, as configured and as it is remembered, at a moment."""

    feed: Feed
    state: FeedState
    polling: PollingSettings
    at: datetime
    pages: PageTally = _NO_PAGES
    """How the pages of its articles fared lately."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a feed."""

    label: str
    """`health`, `reason`, `remedy`, `asked`, `came`, `last read`, `pages`, `hub`, `next`, `learned`; or
    empty."""
    text: str
    """Parts of it may be a stranger's words."""


def facts_of(case: Case) -> Iterator[Fact]:
    """Say it to a person, what matters most first."""
    state = case.state
    yield from _health(case)
    yield Fact("asked", _asked(case))
    if state.last_polled_at is not None:
        yield Fact("came", state.noted.answer or "nothing is noted of it")
        newest = f"the newest {ago(state.last_entry_at, case.at)}" if state.last_entry_at else "none yet"
        read = f"{ago(state.last_success_at, case.at)}; {state.entries} entries stored, {newest}"
        yield Fact("last read", read)
    if case.feed.full_text:
        yield Fact("pages", _pages(case))
    if hub := case.state.noted.hub:
        yield Fact("hub", f"{hub}: {_hub(case)}")
    yield Fact("next", f"{ago(state.next_poll_at, case.at)}: {_why_then(case)}")
    for number, line in enumerate(_learned(case)):
        yield Fact("" if number else "learned", line)


def _pages(case: Case) -> str:
    """Say how the full texts fare that the feed asks for."""
    tally = case.pages
    asked = tally.read + tally.no_article + tally.failed
    wait = f"; {tally.waiting} waiting" if tally.waiting else ""
    if not asked:
        return f"of its articles are fetched for their full texts; none has been yet{wait}"
    why = f"; why the latest was not: {tally.last_said}" if tally.last_said else ""
    if not tally.read:
        return (
            f"none of the latest {asked} gave the article ({tally.failed} did not come, {tally.no_article} "
            f"held none), so that its entries have the feed's words alone{why}{wait}"
        )
    last = f", the last {ago(tally.last_read_at, case.at)}" if tally.last_read_at else ""
    return f"{tally.read} of the latest {asked} gave the article{last}{why}{wait}"


def _health(case: Case) -> Iterator[Fact]:
    health = case.state.health
    since = f" since {minute(health.since)} ({ago(health.since, case.at)})" if health.since else ""
    yield Fact("health", f"{health.state.value}{since}")
    if health.reason:
        yield Fact("reason", health.reason)
    if not is_well(health.state):
        yield Fact("remedy", remedy(health, case.state.noted))


def _asked(case: Case) -> str:
    state = case.state
    if state.last_polled_at is None:
        return "never yet"
    where = without_query(state.moved_to) if state.moved_to else "its own address"
    return f"{minute(state.last_polled_at)} at {where}, {_validators(case)}"


def _validators(case: Case) -> str:
    noted = case.state.noted
    if noted.conditional:
        return "only for what has changed (with the validators it gave)"
    asked_at = case.state.last_polled_at or case.at
    if noted.distrusted_until is not None and asked_at < noted.distrusted_until:
        return f"unconditionally: its 'not modified' is not believed until {minute(noted.distrusted_until)}"
    return "unconditionally, since there were no validators to send or to see whether they are heeded"


def _why_then(case: Case) -> str:
    feed, polling, hints = case.feed, case.polling, case.state.noted.hints
    waits = {
        Why.FIRST: "its first poll",
        Why.BOUND: f"its interval of {spoken(feed.interval)}, up to a tenth less",
        Why.LEARNED: "by then, as its rhythm has it, a look is worth a request",
        Why.FLOOR: f"no feed is asked again sooner than after {spoken(polling.min_interval)}",
        Why.WINDOW: "its document might be half full of new entries by then, and what falls out is lost",
        Why.HINT: _hint(hints),
        Why.BACKOFF: f"it failed {case.state.failures} times in a row: the wait doubles with each",
        Why.ASKED: "the server asked for that by Retry-After",
        Why.GONE: "the server says it is gone: it is asked once a day whether it is back",
        Why.TURN: _turn(case),
        Why.HUB: f"its hub {case.state.noted.hub} tells of new entries: it is asked all the same, but rarely",
        Why.OFFLINE: "our own network is down: within minutes, whatever the interval",
    }
    return waits[case.state.noted.why]


def _hub(case: Case) -> str:
    if case.state.noted.told:
        return "it told of the latest new entries"
    if case.state.noted.untold:
        return "it has not told of entries that polls found, so the feed is polled at its usual pace"
    return "it is subscribed to, and has not told of anything yet: the feed is polled at its usual pace"


def _turn(case: Case) -> str:
    polling, due = case.polling, case.state.noted.due_at
    since = f", and it has been due since {minute(due)}" if due else ""
    pause = f", one in {spoken(polling.host_interval)} at most," if polling.host_interval else ""
    return f"other feeds of its host are before it{pause} and {polling.per_host} at a time{since}"


def _hint(hints: Hints) -> str:
    said = []
    if hints.every:
        said.append(f"ttl or updatePeriod {spoken(timedelta(seconds=hints.every))}")
    if hints.fresh:
        said.append(f"its copy stays fresh for {spoken(timedelta(seconds=hints.fresh))}")
    if hints.skip_hours or hints.skip_days:
        said.append("skipHours or skipDays")
    return f"the feed or its server asks not to come sooner ({', '.join(said) or 'by its headers'})"


def _learned(case: Case) -> Iterator[str]:
    rhythm = case.state.rhythm
    if rhythm is None:
        yield "nothing yet: none of its entries had a date, and none was new since"
        return
    rate = mean_rate(rhythm, case.at) * _DAY
    number = f"{rate:.0f}" if rate >= _FEW else f"{rate:.1f}"
    yield f"about {number} entries a day; the newest {ago(rhythm.newest, case.at)}"
    if rhythm.count >= _FEW:
        first, after, share = busiest_hours(rhythm)
        yield f"{share:.0%} of them from {first:02d} to {after:02d} h UTC{_by_day(rhythm)}"
    yield f"silent, by its rhythm, after {_span(silent_after(rhythm))} without a new entry"
    if case.feed.priority != 1:
        yield f"its delays count {case.feed.priority:g} times those of others"


def _by_day(rhythm: Rhythm) -> str:
    """Name the days that stand out, once every day could have been seen."""
    whole = sum(rhythm.days)
    if not whole or not all(rhythm.days):
        return ""
    much = [name for name, count in zip(_DAYS, rhythm.days, strict=True) if 7 * count / whole > _MUCH]
    little = [name for name, count in zip(_DAYS, rhythm.days, strict=True) if 7 * count / whole < _LITTLE]
    return (f"; most on {', '.join(much)}" if much else "") + (
        f"; least on {', '.join(little)}" if little else ""
    )


def _span(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"  # noqa: PLR2004
