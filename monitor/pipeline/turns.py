"""Whose turn it is at each host: a few feeds at a time, the others given a time to come back at.

claimed feed | host has room and nobody's turn is taken? -> poll it | else a place in line, as a time
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.core.spacing import Spacing

_FIRST_GUESS = 0.2
_SLOWEST = 20.0
"""Seconds that a poll is taken to last, before any is known and at most."""
_LEARN = 0.3
"""The weight of the latest poll in what is known of its host."""
_NONE = timedelta(0)
_SOONEST = timedelta(seconds=0.05)
_LATEST = timedelta(seconds=30)
"""After so long a feed comes back to ask in any case: a host that was slow may have recovered. A pause
between requests is no slowness: for it one waits as long as it takes."""
_EARLY = 0.8
"""Come back so much of the way, since a turn that nobody takes is lost and a claim given back is cheap."""
_LONGEST_REST = timedelta(hours=1)
_GRACE = timedelta(seconds=5)
"""Who comes back later than this has lost the place: another machine polled the feed, or it is gone."""


@dataclass(slots=True)
class _Line:
    """Those who are polled at one host and those who wait for it."""

    running: dict[str, datetime] = field(default_factory=dict)
    """When each began."""
    waiting: dict[str, datetime] = field(default_factory=dict)
    """When each was told to come back, in the order of arrival."""
    seconds: float = _FIRST_GUESS
    """How long a poll lasts there."""

    def position(self, feed: str, now: datetime) -> int:
        """Count those in line before a feed; those who did not come back lose their place."""
        late = now - _GRACE
        gone = [other for other, due in self.waiting.items() if due < late and other != feed]
        for other in gone:
            del self.waiting[other]
        return next((n for n, other in enumerate(self.waiting) if other == feed), len(self.waiting))

    def wait(self, behind: int, limit: int, now: datetime) -> timedelta:
        """Guess how long until a host has room for one who has so many before it beyond what there is now."""
        lasts = timedelta(seconds=self.seconds)
        full = len(self.running) >= limit
        next_free = min(self.running.values()) + lasts - now if full else timedelta(0)
        wait = max(next_free, lasts / 10) + lasts * behind / limit
        return min(_EARLY * wait, _LATEST)


class Turns:
    """Lets feeds of one host be polled in the order of arrival; those who wait are told when to come back.

    The times follow the host's pace, so that a long line costs each feed a few claims given back, not
    hundreds, whether the host takes 50 ms or 5 s.
    """

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._hosts: dict[str, str] = {}
        """By feed, the host that it was led to, where that is not the one of its address."""
        self._spacing = Spacing()
        self._resting: dict[str, datetime] = {}
        """Hosts that want to be left alone, and until when."""

    def host(self, feed: str, address: str) -> str:
        """Name the host that a poll of the feed will ask in the end: where it was led to last, or its own."""
        return self._hosts.get(feed) or _host_of(address)

    def led_to(self, feed: str, address: str, answered: str) -> None:
        """Remember which host answered for a feed: a redirect may lead many hosts' feeds to one."""
        found = _host_of(answered)
        if found and found != _host_of(address):
            self._hosts[feed] = found
        else:
            self._hosts.pop(feed, None)

    def place(
        self, host: str, feed: str, *, now: datetime, limit: int, pause: timedelta = timedelta(0)
    ) -> datetime | None:
        """Begin a poll, of which `ended` must be told, and return None; or return when to come back.

        Args:
            host: whom the poll will ask.
            feed: the feed's url.
            now: aware UTC.
            limit: how many polls the host gets at a time.
            pause: between the beginnings of two polls of the host.
        """
        line = self._lines.setdefault(host, _Line())
        before, room = line.position(feed, now), limit - len(line.running)
        rests = self._left_of(pause, host, now) if pause else _NONE
        if before < room and not rests:
            line.waiting.pop(feed, None)
            line.running[feed] = now
            self._spacing.asked(host, at=now.timestamp(), pause=pause.total_seconds())
            return None
        wait = rests + _EARLY * before * pause
        if before >= room:
            wait = max(wait, line.wait(before - max(room, 0), limit, now))
        line.waiting[feed] = due = now + max(wait, _SOONEST)
        return due

    def _left_of(self, pause: timedelta, host: str, now: datetime) -> timedelta:
        """Return what is left of the pause since a host's last poll; nothing if the clock was set back."""
        left = timedelta(seconds=self._spacing.wait(host, now=now.timestamp(), pause=pause.total_seconds()))
        return left if left <= pause else _NONE

    def rest(self, host: str, *, now: datetime, span: timedelta) -> None:
        """Ask nothing of a host for so long, at most an hour: what it says to one feed holds for all."""
        self._resting[host] = now + min(span, _LONGEST_REST)

    def rests_until(self, host: str, now: datetime) -> datetime | None:
        """Return until when a host wants to be left alone; None if it does not."""
        until = self._resting.get(host)
        if until is None or not now < until <= now + _LONGEST_REST:  # a clock that leaps ends a rest
            self._resting.pop(host, None)
            return None
        return until

    def ended(self, host: str, feed: str, now: datetime) -> None:
        """Take notice that a poll is over, whether it went well or not."""
        line = self._lines[host]
        lasted = (now - line.running.pop(feed, now)).total_seconds()
        line.seconds += _LEARN * (min(max(lasted, 0.0), _SLOWEST) - line.seconds)
        if not line.running and not line.waiting:
            del self._lines[host]


@lru_cache(maxsize=4096)
def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
