"""What a poll leaves of a feed's state: validators, redirects, failures, the next time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.models import (
    Failure,
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchFailed,
    NotAFeed,
    NotModified,
    ParsedFeed,
)
from monitor.core.schedule import next_poll, next_poll_after_failure, next_poll_of_gone
from monitor.core.settings import PollingSettings

_BELIEVED_MOVES = 3
"""A permanent redirect is remembered after so many polls in a row were sent to the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which a poll took place: the feed, the limits, the moment, and dice in [0, 1)."""

    feed: Feed
    polling: PollingSettings
    now: datetime
    dice: float


def after_not_modified(state: FeedState, answer: NotModified, terms: Terms) -> FeedState:
    """Return the state after a 304: nothing new, all is as well as it was."""
    return _as_before(state, _well(_moved(state, answer.moved_to, terms.feed), terms))


def after_same_body(state: FeedState, answer: Fetched, terms: Terms) -> FeedState:
    """Return the state after a body that is known byte for byte; its validators may still be new."""
    kept = replace(state, etag=answer.etag, last_modified=answer.last_modified)
    return _as_before(state, _well(_moved(kept, answer.moved_to, terms.feed), terms))


def after_read(
    state: FeedState, answer: Fetched, parsed: ParsedFeed, terms: Terms, *, body_hash: str, brought: int
) -> FeedState:
    """Return the state after a document that was read and brought so many new entries.

    The validators are committed with the entries, so that a crash between them cannot lose the entries. Of a
    document that was cut short none are kept: it is asked for anew until it is whole. One that is broken, or
    longer than we read, brings no more however often it is asked for.
    """
    whole = not parsed.cut_short
    kept = replace(
        state,
        etag=answer.etag if whole else None,
        last_modified=answer.last_modified if whole else None,
        body_hash=body_hash if whole else None,
        first_read_at=state.first_read_at or terms.now,
        last_entry_at=terms.now if brought else state.last_entry_at,
    )
    well = _well(_moved(kept, answer.moved_to, terms.feed), terms)
    return replace(well, error=parsed.problem)


def after_not_a_feed(state: FeedState, found: NotAFeed, terms: Terms) -> FeedState:
    """Return the state after an answer that is no feed; validators are forgotten, so it is asked afresh."""
    bare = replace(state, etag=None, last_modified=None, body_hash=None)
    failed = _failed(bare, terms)
    return replace(failed, status=FeedStatus.NOT_A_FEED, error=found.message)


def after_failure(state: FeedState, answer: FetchFailed, terms: Terms) -> FeedState:
    """Return the state after a failed fetch. A feed that moved and fails there is asked at home again."""
    failed = _failed(state, terms, answer)
    if failed.moved_to is not None and failed.failures >= _BELIEVED_MOVES:
        failed = replace(failed, moved_to=None, moving_to=None, moves=0)
    if answer.failure is Failure.GONE:
        later = next_poll_of_gone(terms.now, dice=terms.dice)
        return replace(failed, status=FeedStatus.GONE, error=answer.message, next_poll_at=later)
    return replace(failed, error=answer.message)


def after_bug(state: FeedState, message: str, terms: Terms) -> FeedState:
    """Return the state after an error of ours, which costs this feed one poll."""
    return replace(_failed(state, terms), error=message)


def _as_before(before: FeedState, after: FeedState) -> FeedState:
    """Keep what was said of the document when it was read, since it is the same one still."""
    return replace(after, error=before.error if before.status is FeedStatus.OK else None)


def _well(state: FeedState, terms: Terms) -> FeedState:
    return replace(
        state,
        next_poll_at=next_poll(terms.now, interval=terms.feed.interval, dice=terms.dice),
        last_polled_at=terms.now,
        last_success_at=terms.now,
        failures=0,
        status=FeedStatus.OK,
        error=None,
    )


def _failed(state: FeedState, terms: Terms, answer: FetchFailed | None = None) -> FeedState:
    failures = state.failures + 1
    later = next_poll_after_failure(
        terms.now,
        interval=terms.feed.interval,
        failures=failures,
        cap=terms.polling.max_backoff,
        retry_after=answer.retry_after if answer else None,
        dice=terms.dice,
    )
    return replace(
        state, next_poll_at=later, last_polled_at=terms.now, failures=failures, status=FeedStatus.FAILING
    )


def _moved(state: FeedState, target: str | None, feed: Feed) -> FeedState:
    """Count permanent redirects to the same place and believe them in the end.

    Not where the address holds what the configuration hides: the target may repeat it, and would be stored.
    """
    if feed.address is not None:
        return replace(state, moving_to=None, moves=0, moved_to=None)
    if target is None:
        return replace(state, moving_to=None, moves=0)
    moves = state.moves + 1 if target == state.moving_to else 1
    moved_to = target if moves >= _BELIEVED_MOVES else state.moved_to
    return replace(state, moving_to=target, moves=moves, moved_to=moved_to)
