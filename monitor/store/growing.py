"""How stories grow, and in which languages they are told: what a list of them shows beside each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from monitor.core.models import Growth
from monitor.store.dialect import BATCH
from monitor.store.schema import assignments, stories
from monitor.store.types import UtcHour

HOURS: Final = 24
"""Hours up to that of the latest article."""
_LATELY: Final = 500
"""Stories whose languages are offered as a choice."""


def growth(connection: Connection, of_stories: Sequence[str]) -> dict[str, Growth]:
    """Count the articles of some stories, at most `BATCH` of these, hour by hour up to their latest."""
    hour = UtcHour(assignments.c.first_seen)
    rows = connection.execute(
        select(assignments.c.story, hour.label("hour"), func.count().label("number"))
        .where(assignments.c.story.in_(of_stories[:BATCH]))
        .group_by(assignments.c.story, hour)
    )
    counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        counts[row.story][row.hour] = row.number
    return {story: _grown(hours) for story, hours in counts.items()}


def _grown(hours: dict[int, int]) -> Growth:
    last = max(hours)
    shown = tuple(hours.get(hour, 0) for hour in range(last - HOURS + 1, last + 1))
    return Growth(hours=shown, earlier=sum(hours.values()) - sum(shown))


def languages(connection: Connection) -> list[str]:
    """The languages of the stories that changed last, by their codes."""
    rows = connection.scalars(
        select(stories.c.languages).order_by(stories.c.updated_at.desc()).limit(_LATELY)
    )
    return sorted({code for codes in rows for code in codes})
