"""Waiting: until there is work, after the store could not serve, and for a channel to be ready again."""

from __future__ import annotations

import asyncio
import logging
import weakref
from datetime import datetime, timedelta

from monitor.core.errors import NotKeeperError, StoreUnavailableError
from monitor.core.models import Deferred, Lookup, Outcome, Sent, Unsure
from monitor.telemetry import fields

Wakeup = asyncio.Event
"""Set by a stage that leaves work for the next one."""


class Bell:
    """Wakes every stage that listens; one that is at work finds it rung when it next waits."""

    def __init__(self) -> None:
        self._listeners: weakref.WeakSet[Wakeup] = weakref.WeakSet()

    def listener(self) -> Wakeup:
        """Return a wakeup of one's own; it is forgotten when its owner goes."""
        wakeup = Wakeup()
        self._listeners.add(wakeup)
        return wakeup

    def ring(self) -> None:
        """Wake all."""
        for wakeup in list(self._listeners):
            wakeup.set()


PAUSE = 2.0
"""Seconds between two tries at a store that cannot serve: a full disk or a restart is noticed soon enough."""


async def pause(log: logging.Logger, event: str, error: StoreUnavailableError) -> None:
    """Say that the store cannot serve just now, and wait before the next try."""
    level = logging.INFO if isinstance(error, NotKeeperError) else logging.ERROR
    log.log(level, event, extra=fields(error=str(error), next_try_seconds=PAUSE))
    await asyncio.sleep(PAUSE)


async def wait_for(wakeup: Wakeup, *, at_most: float) -> None:
    """Wait until somebody calls, `at_most` so many seconds; the call is taken.

    `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes with the call: a stage would go on.
    """
    try:
        async with asyncio.timeout(at_most):
            await wakeup.wait()
    except TimeoutError:
        return
    wakeup.clear()


class Hold:
    """A pause by the wall clock that ends as well when the clock is set back to before it began."""

    def __init__(self) -> None:
        self._span: tuple[datetime, datetime] | None = None

    def until(self, since: datetime, end: datetime) -> None:
        """Begin a pause."""
        self._span = (since, end)

    def left(self, now: datetime) -> timedelta:
        """How long it still is; zero if there is none."""
        if self._span is None or not self._span[0] <= now < self._span[1]:
            return timedelta(0)
        return self._span[1] - now


_FIRST_REST = timedelta(seconds=5)
_LAST_REST = timedelta(minutes=1)
_DOUBTS = 3
"""Messages in doubt, one after another, that make a channel rest: it is the channel, not the messages."""


class Rhythm:
    """When a channel may be used next: its own pace, what it asked for, and rest while it is down.

    A channel that is down is tried with one message at a time, 5 s apart, then more and more up to a minute:
    not every message that waits has to meet the same failure.
    """

    def __init__(self, pace: timedelta) -> None:
        """Keep the beginnings of two messages `pace` apart."""
        self._pace = pace
        self._paced = Hold()
        self._resting = Hold()
        self._failures = 0
        self.is_down = False
        self.each = timedelta(0)
        """About how long one message takes."""

    def wait(self, now: datetime) -> timedelta:
        """How long nothing may be sent."""
        return max(self._paced.left(now), self._resting.left(now))

    def pace(self, now: datetime) -> timedelta:
        """The same, as far as it is the channel's pace alone; zero while it rests."""
        return timedelta(0) if self._resting.left(now) else self._paced.left(now)

    def begin(self, now: datetime) -> None:
        """Take note that a message begins."""
        self._paced.until(now, now + self._pace)

    def rest(self, now: datetime, until: datetime) -> None:
        """Keep a pause that the channel asked for."""
        self._resting.until(now, until)

    def note(self, outcome: Outcome | Lookup, *, began: datetime, now: datetime) -> bool:
        """Take note of what came of a message; tell whether the channel came back after it was down."""
        match outcome:
            case Sent():
                took = max(now - began, timedelta(0))
                self.each = took if not self.each else self.each * 0.8 + took * 0.2
                back, self.is_down, self._failures = self.is_down, False, 0
                return back
            case Deferred(channel_down=True):
                self._failures += 1
                self._fall(now, self._failures)
            case Unsure():
                self._failures += 1
                if self._failures >= _DOUBTS:
                    self._fall(now, self._failures - _DOUBTS + 1)
            case _:
                pass
        return False

    def _fall(self, now: datetime, times: int) -> None:
        self.is_down = True
        self._resting.until(now, now + min(_FIRST_REST * 2 ** min(times - 1, 8), _LAST_REST))
