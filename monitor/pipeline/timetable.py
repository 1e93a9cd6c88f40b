"""When the chores run. Calendar work only: the polling queue is the database, not this."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.pipeline.daily import DailyLine
from monitor.pipeline.housekeep import Housekeeper
from monitor.pipeline.in_force import InForce
from monitor.pipeline.notices import Notices
from monitor.pipeline.ports import Clock

_RELEASE_EVERY = 2
"""Seconds, as the others."""
_STATUS_EVERY = 3600
_DISTRUST_CLOCK_EVERY = 60
_FIRST_PURGE = timedelta(minutes=2)


def timetable(
    housekeeper: Housekeeper, notices: Notices, daily: DailyLine, in_force: InForce, *, clock: Clock
) -> AsyncIOScheduler:
    """Plan the chores; nothing runs before it is started."""
    planned = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})

    async def purge() -> None:
        current = in_force.settings
        await housekeeper.purge(current.retention, current.stories.window)

    jobs: tuple[tuple[Callable[[], Coroutine[object, object, None]], float], ...] = (
        (housekeeper.release_overdue, _RELEASE_EVERY),
        (housekeeper.say_status, _STATUS_EVERY),
        (notices.look, notices.every),
        (daily.look, daily.every),
        (housekeeper.distrust_clock, _DISTRUST_CLOCK_EVERY),
        (purge, in_force.settings.retention.every.total_seconds()),
    )
    for job, seconds in jobs:
        planned.add_job(job, "interval", seconds=seconds)
    # A daemon that is restarted more often than it purges would never purge.
    planned.add_job(purge, "date", run_date=clock() + _FIRST_PURGE)
    return planned
