"""Matches and alerts day by day, as numbers that a template draws as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from monitor.core.models import RuleDay

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
