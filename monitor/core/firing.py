"""How often each rule matched and alerted lately, and which rules are dead or noisy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from monitor.core.models import RuleDay, RuleFeedback, RuleStatistics

_WEEK, _MONTH = 7, 30
DEAD, NOISY = "dead", "noisy"
_OFTEN = 24
"""Alerts a day, over the last week, from which on a rule is noisy: one an hour is read by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often a rule matched and alerted, a day."""

    last_match_at: datetime | None
    matches_week: float = 0.0
    matches_month: float = 0.0
    alerts_week: float = 0.0
    alerts_month: float = 0.0
    note: str = ""
    """`dead`, `noisy`, `no match yet`, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What all rules did; a rule that never matched is not in `rules`."""

    at: datetime
    watching_since: datetime | None
    """When the oldest article that is kept was first seen."""
    rules: Mapping[str, RuleStatistics]
    feedback: Mapping[str, RuleFeedback] = field(default_factory=dict)
    """What people said of the alerts of each rule, where they did."""

    def rates(self, rule: str) -> Rates:
        """Return how often the rule matched and alerted over the last 7 and 30 UTC days, today included.

        Where fewer days have been watched, over these.
        """
        found = self.rules.get(rule)
        days = found.days if found else ()
        week, month = self._a_day(days, _WEEK), self._a_day(days, _MONTH)
        return Rates(
            last_match_at=found.last_match_at if found else None,
            matches_week=week[0],
            matches_month=month[0],
            alerts_week=week[1],
            alerts_month=month[1],
            note=self._note(matches=month[0], alerts=week[1]),
        )

    def _a_day(self, days: Iterable[RuleDay], length: int) -> tuple[float, float]:
        first = self.at.date() - timedelta(days=length - 1)
        begin = max(_midnight(first), self.watching_since or self.at)
        elapsed = max((self.at - begin) / timedelta(days=1), 1.0)
        counted = [day for day in days if day.day >= first]
        return sum(day.matches for day in counted) / elapsed, sum(day.alerts for day in counted) / elapsed

    def _note(self, *, matches: float, alerts: float) -> str:
        if alerts >= _OFTEN:
            return NOISY
        if matches:
            return ""
        watched = self.watching_since and self.at - self.watching_since >= timedelta(days=_MONTH)
        return DEAD if watched else "no match yet"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
