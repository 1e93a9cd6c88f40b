"""How long alerts took, and the daily line that says so."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.core.models import AlertTimes, Day
from monitor.core.render.times import lasting


def time_to_alert(times: AlertTimes) -> timedelta | None:
    """From publication until a channel had it; from the first sight where no date, or a later one, is given.

    None: nobody has it yet, or the times are not known.
    """
    if times.sent is None or times.first_seen is None:
        return None
    published = times.published
    since = times.first_seen if published is None else min(published, times.first_seen)
    return max(times.sent - since, timedelta(0))


def percentile(lengths: Sequence[timedelta], share: float) -> timedelta:
    """Return the nearest-rank percentile: the least value that `share` of all (0 < share <= 1) do not exceed.

    Raises:
        ValueError: there are no lengths.
    """
    if not lengths:
        raise ValueError("a percentile of nothing")
    return sorted(lengths)[max(math.ceil(share * len(lengths)), 1) - 1]


def daily_line(day: Day, wrong: Sequence[str] = ()) -> str:
    """Say in one line that all is watched, how much came of it, and what is `wrong` still, by title."""
    trouble = f" ({day.in_trouble:,} in trouble)" if day.in_trouble else ""
    said = (
        f"Still watching: {_counted(day.feeds, 'feed', 'feeds')}{trouble}; in 24 h "
        f"{_counted(day.entries, 'entry', 'entries')}, {_counted(day.alerts, 'alert', 'alerts')}"
    )
    took = [length for one in day.times if (length := time_to_alert(one)) is not None]
    if took:
        said += f"; time to alert p50 {lasting(percentile(took, 0.5))}, p95 {lasting(percentile(took, 0.95))}"
    return said + (f". Still wrong: {'; '.join(wrong)}." if wrong else ".")


def steps(times: AlertTimes) -> Iterator[tuple[str, datetime, timedelta | None]]:
    """Give the steps that are known, each with its moment and how long after the step before it was.

    An entry that is dated later than it was seen gives no time for its first step.
    """
    before = None
    moments = (
        ("published", times.published),
        ("first seen", times.first_seen),
        ("decided", times.decided),
        ("sent", times.sent),
    )
    for step, at in moments:
        if at is not None:
            yield step, at, None if before is None or at < before else at - before
            before = at


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
