"""When next: the next poll of a feed, the next attempt of a delivery. Dice are arguments in [0, 1)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.models import NO_HINTS, Hints, Rhythm, Why
from monitor.core.rhythm import Forecast, mean_root

_JITTER = 0.1
"""Waits vary by so much, so that feeds polled together drift apart."""
_LONGEST_WAIT = timedelta(hours=24)
_FIRST_RETRY = timedelta(seconds=5)
_LAST_RETRY = timedelta(minutes=15)
_GONE = timedelta(hours=24)
_OFFLINE = timedelta(minutes=5)
_OF_THE_WINDOW = 0.5
"""The part of a document that may be new at the next look: what is pushed out of it is lost."""
_FINE = 8.0
"""Steps of the logarithm in which feeds count as alike when a price is reckoned."""
_CHEAPEST, _DEAREST = 1e-3, 1e12


def next_poll(now: datetime, *, interval: timedelta, dice: float) -> datetime:
    """Return when to poll again: after the interval at the latest, up to a tenth earlier."""
    return now + interval * (1 - _JITTER + _JITTER * dice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known when the next poll of a feed that is well is planned."""

    interval: timedelta
    """The longest wait."""
    least: timedelta
    """The shortest."""
    price: float | None = None
    """Entries x seconds that a request is worth; None if every feed is polled at its interval."""
    priority: float = 1.0
    rhythm: Rhythm | None = None
    window: int = 0
    """Entries in its document, 0 if unknown."""
    hints: Hints = NO_HINTS


def next_look(now: datetime, outlook: Outlook, *, dice: float) -> tuple[datetime, Why]:
    """Return when to poll a feed that is well, never later than its interval, and why then.

    What the server says of ttl, cache and hours to skip slows a feed down, but not beyond its interval.
    """
    if outlook.price is None:
        return next_poll(now, interval=outlook.interval, dice=dice), Why.BOUND
    most = outlook.interval.total_seconds()
    wait, why = _learned(now, outlook, most)
    floor, floor_why = _floor(outlook, most)
    if wait < floor:
        wait, why = floor, floor_why
    if why is Why.BOUND or wait >= most:
        return next_poll(now, interval=outlook.interval, dice=dice), why
    spread = wait * (1 - _JITTER / 2 + _JITTER * dice)
    moment = now + timedelta(seconds=min(max(spread, floor), most))
    if _skipped(moment, outlook.hints):
        return next_poll(now, interval=outlook.interval, dice=dice), Why.HINT
    return moment, why


def _learned(now: datetime, outlook: Outlook, most: float) -> tuple[float, Why]:
    assert outlook.price is not None  # noqa: S101
    forecast = Forecast(outlook.rhythm, now)
    wait, why = forecast.due_in(outlook.price / outlook.priority, most), Why.LEARNED
    if outlook.window and outlook.rhythm is not None:
        full = _OF_THE_WINDOW * outlook.window / forecast.rate(now.timestamp())
        if full < wait:
            wait, why = full, Why.WINDOW
    return (wait, why) if wait < most else (most, Why.BOUND)


def _floor(outlook: Outlook, most: float) -> tuple[float, Why]:
    """Return the shortest wait, which is no longer than the longest."""
    own = outlook.least.total_seconds()
    asked = float(max(outlook.hints.every, outlook.hints.fresh))
    return (min(asked, most), Why.HINT) if asked > own else (min(own, most), Why.FLOOR)


def _skipped(moment: datetime, hints: Hints) -> bool:
    return moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One feed where a budget is shared out."""

    root: float
    """The mean square root of its rate, priority included."""
    least: float
    """Seconds: the shortest wait."""
    most: float
    """Seconds: the longest."""

    def looks(self, price: float) -> float:
        """Return how many requests a second it gets at this price."""
        return min(max(self.root / math.sqrt(2 * price), 1 / self.most), 1 / self.least)


def share_of(outlook: Outlook, now: datetime) -> Share:
    """Return what a feed asks of the budget."""
    most = outlook.interval.total_seconds()
    root = mean_root(outlook.rhythm, now) * math.sqrt(outlook.priority)
    return Share(root=root, least=_floor(outlook, most)[0], most=most)


def fair_price(shares: Iterable[Share], *, budget: float | None, spare: float) -> float | None:
    """Return the price at which all feeds together ask as often as the budget allows; None without feeds.

    Args:
        shares: every feed.
        budget: requests a second, a mean over the day; None for `spare` times what the longest waits need.
            Those are kept even where the budget is smaller.
        spare: see above.
    """
    alike = Counter(
        (round(math.log(max(one.root, 1e-9)) * _FINE), round(one.least, 1), round(one.most, 1))
        for one in shares
    )
    groups = [
        (Share(root=math.exp(step / _FINE), least=max(least, 0.1), most=max(most, 0.1)), number)
        for (step, least, most), number in alike.items()
    ]
    if not groups:
        return None
    allowed = budget if budget is not None else spare * sum(number / one.most for one, number in groups)
    low, high = math.log(_CHEAPEST), math.log(_DEAREST)
    for _ in range(40):
        middle = (low + high) / 2
        asked = sum(number * one.looks(math.exp(middle)) for one, number in groups)
        low, high = (middle, high) if asked > allowed else (low, middle)
    return math.exp(high)


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
        return now + backoff * (1 - _JITTER + 2 * _JITTER * dice)
    return now + max(backoff, min(retry_after, _LONGEST_WAIT)) * (1 + _JITTER * dice)


def next_poll_of_gone(now: datetime, *, dice: float) -> datetime:
    """Return when to ask a feed again that said 410 Gone: daily, since feeds do come back."""
    return now + _GONE * (1 - _JITTER + 2 * _JITTER * dice)


def next_poll_while_offline(now: datetime, *, interval: timedelta, dice: float) -> datetime:
    """Return when to ask a feed again that could not be reached since our own network is down.

    Within five minutes, since networks come back; spread, since then every feed is waited for at once.
    """
    return now + min(interval, _OFFLINE) * (1 + dice) / 2


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
