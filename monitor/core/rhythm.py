"""When a feed publishes: learned from its entries, and what follows for the next look at it.

    rate(t) = mean x hour of day x day of week x five minutes of the hour x a burst that fades

The expected delay that a look ends is the integral of rate(u) * (t - u) since the last one. Requests are
spent best where each ends as much delay as any other (Sia, Cho, Cho 2007, "Efficient Monitoring Algorithm
for Fast News Alerts"; the threshold form is that of Azar et al. 2018, "Tractable near-optimal policies for
crawling"): a feed is due when that integral reaches a price, in entries x seconds, which is the same for all
feeds. The constants below were fitted on recorded feeds (tests/benchmarks/bench_schedule.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from monitor.core.models.rhythm import Rhythm

_HOUR: Final = 3600.0
_DAY: Final = 86_400.0
_STEP: Final = 300.0
"""Seconds for which a rate is taken to be constant."""
_MEMORY: Final = 28 * _DAY
"""Seconds in which a count fades to 1/e."""
_BURST: Final = 3 * _HOUR
_HEED_BURST: Final = 0.6
"""How much of a burst is believed to last."""
_DOUBT_BURST: Final = 2.0
_DOUBT_HOUR: Final = 12.0
_DOUBT_DAY: Final = 14.0
_DOUBT_MINUTES: Final = 24.0
"""Entries of an even rhythm that are added to those counted: so many weigh as much as what was seen."""
_GUESS_ENTRIES: Final = 1.0
_GUESS_TIME: Final = 3 * _HOUR
"""A feed of which nothing is known is taken for one that publishes so many entries in so long."""
_LEAST: Final = 0.05
"""A burst factor never falls below this: a quiet hour does not mean that nothing will come."""
_PLACES: Final = 2
_GAPS: Final = 40
_FEW: Final = 12
"""Gaps: of fewer no rhythm can be told."""
_EARLIER: Final = timedelta(days=28)
"""How far back the dates in the first document are believed to show the rhythm."""


def heard(
    rhythm: Rhythm | None, published: Sequence[datetime | None], *, last_look: datetime | None, now: datetime
) -> Rhythm | None:
    """Return the rhythm after a look that brought new entries; the same one if it brought none.

    Args:
        rhythm: what was known, None before the first entry.
        published: when the new entries say they were published, None where they do not.
        last_look: the look before this one, None if this is the first: then older dates show the rhythm too.
        now: aware UTC.
    """
    if not published:
        return rhythm
    if rhythm is None and last_look is None:
        return _at_first_sight(published, now)
    earliest = last_look or now - _EARLIER
    appeared = sorted(said if said and earliest < said <= now else now for said in published)
    known = rhythm or Rhythm(since=earliest, at=earliest, newest=earliest)
    return _counted(known, appeared, max(now, known.at))


def _at_first_sight(published: Sequence[datetime | None], now: datetime) -> Rhythm | None:
    """Read the rhythm from the dates of a first document; None if it has none."""
    dated = sorted(said for said in published if said is not None and said <= now)
    if not dated:
        return None
    start = max(dated[0], now - _EARLIER)
    recent = [moment for moment in dated if moment >= start]
    seen = _counted(Rhythm(since=start, at=start, newest=start), recent, now)
    gaps = [round((later - one).total_seconds()) for one, later in pairwise(dated) if later > one]
    return replace(seen, newest=dated[-1], gaps=tuple(gaps[-_GAPS:]))


def _counted(rhythm: Rhythm, appeared: Sequence[datetime], now: datetime) -> Rhythm:
    kept = _fading(now - rhythm.at, _MEMORY)
    hours, days, minutes = ([count * kept for count in counts] for counts in _counts(rhythm))
    burst = rhythm.burst * _fading(now - rhythm.at, _BURST)
    gaps, newest, weight = list(rhythm.gaps), rhythm.newest, 0.0
    for moment in appeared:
        new = _fading(now - moment, _MEMORY)
        second = moment.timestamp()
        hours[_hour(second)] += new
        days[_day(second)] += new
        minutes[_minutes(second)] += new
        weight += new
        burst += _fading(now - moment, _BURST)
        if moment > newest:
            gaps.append(round((moment - newest).total_seconds()))
            newest = moment
    return replace(
        rhythm,
        at=now,
        newest=newest,
        count=round(rhythm.count * kept + weight, _PLACES),
        hours=_rounded(hours),
        days=_rounded(days),
        minutes=_rounded(minutes),
        burst=round(burst, _PLACES),
        gaps=tuple(gaps[-_GAPS:]),
    )


def _rounded(counts: Sequence[float]) -> tuple[float, ...]:
    """Round as it is stored: what is written is what was learned."""
    return tuple(round(count, _PLACES) for count in counts)


def _counts(rhythm: Rhythm) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    return rhythm.hours, rhythm.days, rhythm.minutes


def _fading(elapsed: timedelta, memory: float) -> float:
    return math.exp(-max(elapsed.total_seconds(), 0.0) / memory)


def _hour(second: float) -> int:
    return int(second // _HOUR) % 24


def _day(second: float) -> int:
    return int(second // _DAY + 3) % 7  # 1970 began on a Thursday


def _minutes(second: float) -> int:
    return int(second // _STEP) % 12


def mean_rate(rhythm: Rhythm | None, now: datetime) -> float:
    """Return how many entries a second the feed publishes, as far as is known by now."""
    return _GUESS_ENTRIES / _GUESS_TIME if rhythm is None else _mean(_View.of(rhythm, now))


class _View(NamedTuple):
    """What the formulas need of a rhythm at one moment."""

    entries: float
    """Counted, as far as they have not faded."""
    kept: float
    """The part of a count that has not faded."""
    watched: float
    """Seconds."""

    @classmethod
    def of(cls, rhythm: Rhythm, now: datetime) -> _View:
        kept = _fading(now - rhythm.at, _MEMORY)
        return cls(rhythm.count * kept, kept, max((now - rhythm.since).total_seconds(), 0.0))


def _mean(view: _View) -> float:
    observed = _MEMORY * (1 - math.exp(-view.watched / _MEMORY))
    return (view.entries + _GUESS_ENTRIES) / (observed + _GUESS_TIME)


def _line(view: _View, *, parts: int, doubt: float, cycles: float) -> tuple[float, float]:
    """Return a and b: a part of a cycle that counts c entries has a + b * c times an even share.

    `doubt` entries of an even rhythm are added, and what was not watched for so many seconds (`cycles`) is
    believed in part only: of hours never watched nothing is known. The mean of all parts is 1.
    """
    seen = min(view.watched / cycles, 1.0)
    whole = view.entries + doubt
    return 1 - seen + seen * doubt / whole, seen * parts * view.kept / whole


def _by_hour(view: _View) -> tuple[float, float]:
    return _line(view, parts=24, doubt=_DOUBT_HOUR, cycles=2 * _DAY)


def mean_root(rhythm: Rhythm | None, now: datetime) -> float:
    """Return the mean over the day of the root of the rate: the best number of looks grows with it."""
    if rhythm is None:
        return math.sqrt(_GUESS_ENTRIES / _GUESS_TIME)
    view = _View.of(rhythm, now)
    even, each = _by_hour(view)
    return math.sqrt(_mean(view)) * sum(math.sqrt(even + each * count) for count in rhythm.hours) / 24


class Forecast:
    """The rate of a feed from one moment on."""

    __slots__ = ("_base", "_boost", "_day", "_hour", "_minutes", "_rhythm", "_start")

    def __init__(self, rhythm: Rhythm | None, now: datetime) -> None:
        """Look ahead from `now`, aware UTC."""
        self._start = now.timestamp()
        self._rhythm = rhythm
        self._boost = 0.0
        self._hour = self._day = self._minutes = 1.0, 0.0
        if rhythm is None:
            self._base = _GUESS_ENTRIES / _GUESS_TIME
            return
        view = _View.of(rhythm, now)
        self._base = _mean(view)
        self._hour = _by_hour(view)
        self._day = _line(view, parts=7, doubt=_DOUBT_DAY, cycles=14 * _DAY)
        self._minutes = _line(view, parts=12, doubt=_DOUBT_MINUTES, cycles=2 * _HOUR)
        usual = self._usual(rhythm, self._start) * _BURST
        lately = rhythm.burst * _fading(now - rhythm.at, _BURST)
        self._boost = _HEED_BURST * ((lately + _DOUBT_BURST) / (usual + _DOUBT_BURST) - 1)

    def _usual(self, rhythm: Rhythm, second: float) -> float:
        """Return the rate at this hour of this day, bursts and minutes aside."""
        (hour_even, hour_each), (day_even, day_each) = self._hour, self._day
        by_hour = hour_even + hour_each * rhythm.hours[_hour(second)]
        return self._base * by_hour * (day_even + day_each * rhythm.days[_day(second)])

    def rate(self, second: float) -> float:
        """Return the expected entries a second at a second since 1970."""
        rhythm = self._rhythm
        if rhythm is None:
            return self._base
        even, each = self._minutes
        burst = 1 + self._boost * math.exp((self._start - second) / _BURST)
        usual = self._usual(rhythm, second) * (even + each * rhythm.minutes[_minutes(second)])
        return usual * max(burst, _LEAST)

    def due_in(self, price: float, most: float) -> float:
        """Return after how many seconds, at most `most`, the delay of what is expected reaches the price."""
        moment, end = self._start, self._start + most
        delay = entries = 0.0
        while moment < end:
            upto = min((moment // _STEP + 1) * _STEP, end)
            step = upto - moment
            rate = self.rate((moment + upto) / 2)
            grown = delay + entries * step + rate * step * step / 2
            if grown >= price:
                # delay + entries * x + rate * x^2 / 2 = price
                root = math.sqrt(entries * entries + 2 * rate * (price - delay))
                return moment + (root - entries) / rate - self._start
            delay, entries, moment = grown, entries + rate * step, upto
        return most


LEAST_SILENCE: Final = timedelta(hours=12)
"""No feed is silent sooner."""


def silent_after(rhythm: Rhythm | None) -> timedelta:
    """Return how long a feed of this rhythm may be quiet before that is remarkable.

    Measured on 279 real feeds, with the gaps between their latest forty entries: three times the 95th
    percentile, twice the longest, and twelve hours, whichever is most, is wrong about an otherwise busy feed
    once in four months and notices its end within a day. A week where fewer than twelve gaps are known.
    """
    if rhythm is None or len(rhythm.gaps) < _FEW:
        return timedelta(days=7)
    ordered = sorted(rhythm.gaps)
    rank = math.ceil(0.95 * len(ordered)) - 1
    return max(timedelta(seconds=3 * ordered[rank]), timedelta(seconds=2 * ordered[-1]), LEAST_SILENCE)


def busiest_hours(rhythm: Rhythm) -> tuple[int, int, float]:
    """Return the six hours in which most is published: the first, the one after the last, their share."""
    span, whole = 6, sum(rhythm.hours) or 1.0
    sums = [sum(rhythm.hours[(first + n) % 24] for n in range(span)) for first in range(24)]
    first = max(range(24), key=sums.__getitem__)
    return first, (first + span) % 24, sums[first] / whole
