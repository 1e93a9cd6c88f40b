"""Matches and alerts day by day, articles hour by hour, as numbers that a template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from monitor.core.models import Growth, Placement, RuleDay, StoredEntry

HEIGHT: Final = 40
"""Units that the highest bar is high; each day is 10 wide."""
_LEAST: Final = 2.0
"""One match beside a thousand can still be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day; heights in units of the chart."""

    day: date
    matches: int
    alerts: int
    height: float
    alerts_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """So many days, the oldest first; days without a match have no height."""

    bars: Sequence[Bar]
    matches: int
    alerts: int
    most: int
    """Matches of the busiest day."""


def chart(days: Sequence[RuleDay], *, first: date, days_shown: int) -> Chart:
    """Draw so many days from the first on; both ends are UTC days."""
    by_day = {one.day: one for one in days}
    shown = [
        by_day.get(day) or RuleDay(day=day, matches=0, alerts=0)
        for day in (first + timedelta(days=number) for number in range(days_shown))
    ]
    # A match may alert again as its story grows: a day can hold more alerts than matches.
    most = max((max(one.matches, one.alerts) for one in shown), default=0)
    return Chart(
        bars=[
            Bar(
                day=one.day,
                matches=one.matches,
                alerts=one.alerts,
                height=_height(one.matches, most),
                alerts_height=_height(one.alerts, most),
            )
            for one in shown
        ],
        matches=sum(one.matches for one in shown),
        alerts=sum(one.alerts for one in shown),
        most=most,
    )


def _height(number: int, most: int) -> float:
    return round(max(HEIGHT * number / most, _LEAST), 1) if number else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """Bars side by side as one path, 2 units wide each in a box that is `SPARK` high."""

    path: str
    width: int
    total: int
    hours: int
    """How many bars there are."""


SPARK: Final = 14


def spark(growth: Growth) -> Spark:
    """Draw how many articles came in each hour; the tallest bar is as high as the box."""
    return Spark(
        path=bar_path(growth.hours),
        width=2 * len(growth.hours),
        total=sum(growth.hours),
        hours=len(growth.hours),
    )


def bar_path(numbers: Sequence[float]) -> str:
    """Return the path of a bar for each number, relative to the largest; what is not zero can be seen."""
    most = max(numbers, default=0)
    return "".join(
        f"M{2 * at} {SPARK}v-{round(max(SPARK * number / most, _LEAST), 1):g}h1.6V{SPARK}"
        for at, number in enumerate(numbers)
        if number
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """An article at its moment, `y` above the ones before it."""

    x: float
    y: float
    outlet: str
    copy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """How a story grew from its first article to its last, article upon article."""

    dots: Sequence[Dot]
    path: str
    """The stairs that they stand on."""
    alerts: Sequence[float]
    """Where alerts were made."""


WIDE: Final = 600
TALL: Final = 90
_EDGE: Final = 6
_FEWEST: Final = 2
_MOST_DOTS: Final = 300
"""More than this many run into one another; the stairs alone are drawn."""


def plot(entries: Sequence[StoredEntry], alerts: Sequence[datetime]) -> Plot | None:
    """Draw the articles of a story in order of arrival, and its alerts; None for less than two."""
    if len(entries) < _FEWEST:
        return None
    first = min(one.entry.first_seen for one in entries)
    span = max(max(one.entry.first_seen for one in entries) - first, timedelta(minutes=1))

    def across(moment: datetime) -> float:
        return round(_EDGE + (WIDE - 2 * _EDGE) * min(max((moment - first) / span, 0.0), 1.0), 1)

    step = (TALL - 2 * _EDGE) / len(entries)
    dots = [
        Dot(
            x=across(one.entry.first_seen),
            y=round(TALL - _EDGE - step * number, 1),
            outlet=one.entry.outlet,
            copy=one.assignment is not None and one.assignment.placement is Placement.COPY,
        )
        for number, one in enumerate(sorted(entries, key=lambda one: one.entry.first_seen), start=1)
    ]
    stairs = "".join(f"H{dot.x:g}V{dot.y:g}" for dot in dots)
    return Plot(
        dots=dots if len(dots) <= _MOST_DOTS else (),
        path=f"M{_EDGE} {TALL - _EDGE}{stairs}",
        alerts=[across(moment) for moment in alerts],
    )
