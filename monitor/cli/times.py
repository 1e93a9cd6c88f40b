"""How long an alert took, step by step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.core.models import AlertTimes
from monitor.core.render.times import lasting
from monitor.core.told_in_time import steps, time_to_alert


def times_line(times: AlertTimes) -> str:
    """Say when each step was made and how long it took; nothing of an alert whose times are not known."""
    said = ", ".join(_step(name, at, after) for name, at, after in steps(times))
    whole = time_to_alert(times)
    return f"{said}; {lasting(whole)} to alert" if whole is not None else said


def _step(name: str, at: datetime, after: timedelta | None) -> str:
    if after is None:
        return f"{name} {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"{name} after {lasting(after)}"
