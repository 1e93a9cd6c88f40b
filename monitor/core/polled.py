"""What a poll leaves of a feed's state: validators, redirects, failures, rhythm, health, the next time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.core.health import judged
from monitor.core.hints import skips
from monitor.core.models import (
    Failure,
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchFailed,
    Hints,
    NotAFeed,
    Noted,
    NotModified,
    ParsedFeed,
    Push,
    Rhythm,
    Why,
)
from monitor.core.models.renewed import renewed
from monitor.core.noting import Found, distrusts, noted_document, noted_whole
from monitor.core.rhythm import heard
from monitor.core.schedule import (
    Outlook,
    next_look,
    next_poll,
    next_poll_after_failure,
    next_poll_of_gone,
    next_poll_while_offline,
)
from monitor.core.settings import PollingSettings

_BELIEVED_MOVES = 3
"""A permanent redirect is remembered after so many polls in a row were sent to the same place."""

_CROSSING = timedelta(minutes=5)
"""After it told of something a hub is not blamed for what a poll finds."""
_TOO_LATE = 0.2
"""Of its interval: a feed that waits for its turn longer than this beyond it is late."""

Changes = dict[str, Any]
"""New values of fields of a FeedState: replaced once, since each replacement copies them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which a poll took place: the feed, the limits, the moment, and dice in [0, 1)."""

    feed: Feed
    polling: PollingSettings
    now: datetime
    dice: float
    price: float | None = None
    """What a request is worth, in entries x seconds; None if feeds are polled at their intervals."""
    push: Push | None = None
    """What its hub has to do with its polls; None while no hub is to tell of what is new."""


def asking(state: FeedState, now: datetime) -> FeedState:
    """Return the state to ask with: without validators where they are, or may be, not heeded."""
    if (state.etag or state.last_modified) and distrusts(state.noted, now):
        return replace(state, etag=None, last_modified=None)
    return state


def awaiting(state: FeedState, until: datetime) -> FeedState:
    """Return the state of a feed that is due, but comes back later, since others of its host are first."""
    noted = replace(state.noted, why=Why.TURN, due_at=state.noted.due_at or state.next_poll_at)
    return replace(state, next_poll_at=until, noted=noted)


def _had_turn(noted: Noted, before: FeedState, terms: Terms) -> Noted:
    """Note how late a poll was for others of its host: beyond its interval, and since it was due."""
    due = before.noted.due_at
    if due is None:
        return noted if not noted.lates else replace(noted, late=0, lates=0)
    since = max(due, (before.last_polled_at or terms.now) + terms.feed.interval)
    late = terms.now - since
    if late <= terms.feed.interval * _TOO_LATE:
        return replace(noted, due_at=None, late=0, lates=0)
    return replace(noted, due_at=None, late=_seconds(late), lates=noted.lates + 1)


def outlook(terms: Terms, rhythm: Rhythm | None, noted: Noted) -> Outlook:
    """Return what the next poll of a feed that is well is planned from."""
    return Outlook(
        interval=terms.feed.interval,
        least=terms.polling.min_interval,
        price=terms.price,
        priority=terms.feed.priority,
        rhythm=rhythm,
        window=noted.listed,
        hints=noted.hints,
    )


def after_not_modified(state: FeedState, answer: NotModified, terms: Terms) -> FeedState:
    """Return the state after a 304: nothing new, all is as well as it was."""
    noted = _noted_as_before(
        state,
        conditional=True,
        answer="304, not modified",
        unmodified=state.noted.unmodified + 1,
        whole_at=state.noted.whole_at or terms.now,
        hints=_still(state.noted.hints, answer.fresh),
    )
    return _well(
        state, terms, _moved(state, answer.moved_to, terms.feed), noted=noted, error=_still_said(state)
    )


def after_same_body(state: FeedState, answer: Fetched, terms: Terms) -> FeedState:
    """Return the state after a body that is known byte for byte; its validators may still be new."""
    noted = _noted_as_before(
        state,
        conditional=_conditional(state, terms),
        answer=f"{answer.status}, {_size(answer)}, the same document as before",
        unmodified=0,
        whole_at=terms.now,
        hints=_still(state.noted.hints, answer.fresh),
    )
    changes = {
        **_moved(state, answer.moved_to, terms.feed),
        "etag": answer.etag,
        "last_modified": answer.last_modified,
    }
    return _well(state, terms, changes, noted=noted, error=_still_said(state))


def _noted_as_before(state: FeedState, **changes: Any) -> Noted:
    """Return what is noted when the document is the one that was read last."""
    empty = state.noted.empty and state.noted.empty + 1
    return renewed(state.noted, failed="", wall="", offer="", empty=empty, **changes)


def _still_said(before: FeedState) -> str | None:
    """Return what was said of the document when it was read, since it is the same one still."""
    return before.error if before.status is FeedStatus.OK else None


def _still(hints: Hints, fresh: timedelta) -> Hints:
    seconds = _seconds(fresh)
    return hints if hints.fresh == seconds else replace(hints, fresh=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a document that was read came to."""

    body_hash: str
    parsed: ParsedFeed
    changed: int = 0
    """How many entries are new or revised."""
    published: Sequence[datetime | None] = ()
    """The dates of the new ones."""


def after_read(state: FeedState, answer: Fetched, brought: Brought, terms: Terms) -> FeedState:
    """Return the state after a document that was read.

    The validators are committed with the entries, so that a crash between them cannot lose the entries. Of a
    document that was cut short none are kept: it is asked for anew until it is whole. One that is broken, or
    longer than we read, brings no more however often it is asked for.
    """
    parsed, now = brought.parsed, terms.now
    if answer.pushed:
        return _after_push(state, brought, terms)
    whole = not parsed.cut_short
    changes = {
        **_moved(state, answer.moved_to, terms.feed),
        "etag": answer.etag if whole else None,
        "last_modified": answer.last_modified if whole else None,
        "body_hash": brought.body_hash if whole else None,
        "first_read_at": state.first_read_at or now,
        "last_entry_at": now if brought.changed else state.last_entry_at,
        "rhythm": heard(state.rhythm, brought.published, last_look=_last_look(state), now=now),
    }
    return _well(
        state, terms, changes, noted=_noted_read(state, answer, brought, terms), error=parsed.problem
    )


def _after_push(state: FeedState, brought: Brought, terms: Terms) -> FeedState:
    """Return the state after a hub told of entries.

    What was noted of the document itself stays, and so do its hash and validators: what came may be the new
    entries alone, and the document is still to be asked for.
    """
    rhythm = heard(state.rhythm, brought.published, last_look=_last_look(state), now=terms.now)
    new = len(brought.published)
    noted = replace(
        state.noted, answer=f"brought by its hub, {new} new entries", failed="", wall="", offer=""
    )
    changes: Changes = {"rhythm": rhythm}
    if brought.changed:
        changes["last_entry_at"] = terms.now
        noted = replace(noted, told=True, untold=0)
    return _well(state, terms, changes, noted=noted, error=_still_said(state))


def _last_look(state: FeedState) -> datetime | None:
    return state.last_success_at if state.first_read_at is not None else None


def _noted_read(state: FeedState, answer: Fetched, brought: Brought, terms: Terms) -> Noted:
    parsed = brought.parsed
    listed = len(parsed.seen) or len(parsed.entries)
    skipped = skips(answer.body)
    found = Found(
        body_hash=brought.body_hash,
        listed=listed,
        published=brought.published,
        hints=Hints(
            every=_seconds(parsed.ttl or timedelta(0)),
            fresh=_seconds(answer.fresh),
            skip_hours=skipped.hours,
            skip_days=skipped.days,
        ),
    )
    noted = noted_whole(noted_document(state, answer, found, terms.now), terms.now)
    new = len(brought.published)
    if new and state.first_read_at is not None:
        noted = _untold(noted, terms)
    return replace(
        noted,
        conditional=_conditional(state, terms),
        answer=f"{answer.status}, {_size(answer)}, {listed} entries, {new} of them new",
    )


def after_not_a_feed(state: FeedState, found: NotAFeed, terms: Terms) -> FeedState:
    """Return the state after an answer that is no feed; validators are forgotten, so it is asked afresh."""
    noted = replace(
        state.noted,
        conditional=_conditional(state, terms),
        answer=found.message,
        failed=found.document.value,
        status=0,
        wall=found.wall,
        offer=found.advertised,
    )
    bare = replace(state, etag=None, last_modified=None, body_hash=None, noted=noted)
    failed = replace(_failed(bare, terms), status=FeedStatus.NOT_A_FEED, error=found.message)
    return judged(failed, terms.now)


def after_failure(state: FeedState, answer: FetchFailed, terms: Terms) -> FeedState:
    """Return the state after a failed fetch. A feed that moved and fails there is asked at home again."""
    noted = replace(
        state.noted,
        conditional=_conditional(state, terms),
        answer=answer.message,
        failed=answer.failure.value,
        status=answer.status or 0,
        wall=answer.wall,
        offer="",
    )
    failed = _failed(replace(state, noted=noted), terms, answer)
    if failed.moved_to is not None and failed.failures >= _BELIEVED_MOVES:
        failed = replace(failed, moved_to=None, moving_to=None, moves=0)
    failed = replace(failed, error=answer.message)
    if answer.failure is Failure.GONE:
        later = next_poll_of_gone(terms.now, dice=terms.dice)
        noted = replace(failed.noted, why=Why.GONE)
        failed = replace(failed, status=FeedStatus.GONE, next_poll_at=later, noted=noted)
    return judged(failed, terms.now)


def while_offline(state: FeedState, answer: FetchFailed, terms: Terms, *, since: datetime) -> FeedState:
    """Return the state after a poll that failed since our own network is down: nothing is held against it.

    Args:
        state: as before the poll.
        answer: what the poll came to.
        terms: of the poll.
        since: when our network went down.
    """
    later = next_poll_while_offline(terms.now, interval=terms.feed.interval, dice=terms.dice)
    noted = replace(state.noted, answer=answer.message, why=Why.OFFLINE, due_at=None)
    after = replace(state, next_poll_at=later, last_polled_at=terms.now, noted=noted)
    return judged(after, terms.now, offline_since=since)


def after_bug(state: FeedState, message: str, terms: Terms) -> FeedState:
    """Return the state after an error of ours, which costs this feed one poll."""
    noted = replace(state.noted, answer=message, failed="internal error", status=0, wall="", offer="")
    return judged(replace(_failed(replace(state, noted=noted), terms), error=message), terms.now)


def _well(state: FeedState, terms: Terms, changes: Changes, *, noted: Noted, error: str | None) -> FeedState:
    """Return the state after a poll that went well: `changes`, and what all of them have in common."""
    rhythm = changes.get("rhythm", state.rhythm)
    noted = _with_hub(_had_turn(noted, state, terms), terms)
    if terms.push is not None and noted.told:
        longest = max(terms.push.interval, terms.feed.interval)
        later, why = next_poll(terms.now, interval=longest, dice=terms.dice), Why.HUB
    else:
        later, why = next_look(terms.now, outlook(terms, rhythm, noted), dice=terms.dice)
    after = renewed(
        state,
        next_poll_at=later,
        last_polled_at=terms.now,
        last_success_at=terms.now,
        failures=0,
        status=FeedStatus.OK,
        error=error,
        noted=noted if noted.why is why else renewed(noted, why=why),
        **changes,
    )
    return judged(after, terms.now)


def _untold(noted: Noted, terms: Terms) -> Noted:
    """Note that a poll found new entries: of which the hub, if there is one, had not told.

    While it is telling, poll and hub may cross.
    """
    push = terms.push
    if push is None or (push.told_at is not None and terms.now - push.told_at < _CROSSING):
        return noted
    return replace(noted, told=False, untold=noted.untold + 1)


def _with_hub(noted: Noted, terms: Terms) -> Noted:
    if terms.push is None:
        return replace(noted, hub="", told=False, untold=0) if noted.hub else noted
    return noted if noted.hub == terms.push.hub else replace(noted, hub=terms.push.hub, told=noted.told)


def _failed(state: FeedState, terms: Terms, answer: FetchFailed | None = None) -> FeedState:
    failures = state.failures + 1
    asked = answer.retry_after if answer else None
    later = next_poll_after_failure(
        terms.now,
        interval=terms.feed.interval,
        failures=failures,
        cap=terms.polling.max_backoff,
        retry_after=asked,
        dice=terms.dice,
    )
    return replace(
        state,
        next_poll_at=later,
        last_polled_at=terms.now,
        failures=failures,
        status=FeedStatus.FAILING,
        noted=replace(state.noted, why=Why.ASKED if asked else Why.BACKOFF, due_at=None),
    )


def _conditional(state: FeedState, terms: Terms) -> bool:
    asked = asking(state, terms.now)
    return bool(asked.etag or asked.last_modified)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _size(answer: Fetched) -> str:
    return f"{len(answer.body) / 1024:.0f} KiB"


def _moved(state: FeedState, target: str | None, feed: Feed) -> Changes:
    """Count permanent redirects to the same place and believe them in the end.

    Not where the address holds what the configuration hides: the target may repeat it, and would be stored.
    """
    if feed.address is not None:
        return {"moving_to": None, "moves": 0, "moved_to": None}
    if target is None:
        return {"moving_to": None, "moves": 0}
    moves = state.moves + 1 if target == state.moving_to else 1
    return {
        "moving_to": target,
        "moves": moves,
        "moved_to": target if moves >= _BELIEVED_MOVES else state.moved_to,
    }
