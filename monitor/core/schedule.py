"""When next: the next poll of a feed, the next attempt of a delivery. Dice are arguments in [0, 1)."""

from __future__ import annotations

from datetime import datetime, timedelta

_JITTER = 0.1
"""Intervals vary by so much either way, so that feeds polled together drift apart."""
_LONGEST_WAIT = timedelta(hours=24)
_FIRST_RETRY = timedelta(seconds=5)
_LAST_RETRY = timedelta(minutes=15)
_GONE = timedelta(hours=24)


def next_poll(now: datetime, *, interval: timedelta, dice: float) -> datetime:
    """Return when to poll a feed again whose poll went well: its interval, give or take a tenth."""
    return now + interval * (1 - _JITTER + 2 * _JITTER * dice)


def next_poll_after_failure(
    now: datetime,
    *,
    interval: timedelta,
    failures: int,
    cap: timedelta,
    retry_after: timedelta | None,
    dice: float,
) -> datetime:
    """Return when to poll a feed again that failed `failures` times in a row (1 for the first).

    The interval doubles with each failure up to `cap`, and a feed is never given up. What the server asked
    for by Retry-After is the least, up to a day.
    """
    backoff: timedelta = min(interval * 2 ** min(failures - 1, 16), max(cap, interval))
    if retry_after is None:
        return next_poll(now, interval=backoff, dice=dice)
    return now + max(backoff, min(retry_after, _LONGEST_WAIT)) * (1 + _JITTER * dice)


def next_poll_of_gone(now: datetime, *, dice: float) -> datetime:
    """Return when to ask a feed again that said 410 Gone: daily, since feeds do come back."""
    return next_poll(now, interval=_GONE, dice=dice)


def first_poll(now: datetime, *, spread: timedelta, dice: float) -> datetime:
    """Return when to poll a feed never polled, so that a start with many feeds is no thundering herd."""
    return now + spread * dice


def next_repeat(doubts: int) -> timedelta:
    """Return how long to wait before repeating what may have arrived `doubts` times: 5 s, 5 min, 15 min.

    Repeats are few, so they are spread: an outage of some minutes is survived by the second or the third.
    """
    return (_FIRST_RETRY, _LAST_RETRY / 3, _LAST_RETRY)[min(max(doubts, 1), 3) - 1]


def next_attempt(now: datetime, *, attempts: int, retry_after: timedelta | None, dice: float) -> datetime:
    """Return when to try a delivery again after `attempts` attempts: 5 s doubling up to 15 min, for ever.

    What the channel asked for by Retry-After is kept exactly, plus up to a second.
    """
    if retry_after is not None:
        return now + min(retry_after, _LONGEST_WAIT) + timedelta(seconds=dice)
    backoff: timedelta = min(_FIRST_RETRY * 2 ** min(attempts - 1, 16), _LAST_RETRY)
    return now + backoff * (1 + _JITTER * dice)
