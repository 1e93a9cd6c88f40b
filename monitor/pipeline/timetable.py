"""When the chores run. Calendar work only: the polling queue is the database, not this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.pipeline.daily import DailyLine
from monitor.pipeline.housekeep import Housekeeper
from monitor.pipeline.in_force import InForce
from monitor.pipeline.keeping import Chore
from monitor.pipeline.notices import Notices
from monitor.pipeline.ports import Clock

_RELEASE_EVERY = 2
"""Seconds, as the others."""
_STATUS_EVERY = 3600
_DISTRUST_CLOCK_EVERY = 60
_MEASURE_EVERY = 300
_FIRST_PURGE = timedelta(minutes=2)


def timetable(
    housekeeper: Housekeeper,
    notices: Notices,
    daily: DailyLine,
    in_force: InForce,
    *,
    clock: Clock,
    only_keeper: Callable[[Chore], Chore],
) -> AsyncIOScheduler:
    """Plan the chores, of which those that write are the keeper's; nothing runs before it is started."""
    planned = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})

    async def purge() -> None:
        current = in_force.settings
        await housekeeper.purge(current.retention, current.stories.window)

    async def limit_size() -> None:
        current = in_force.settings
        await housekeeper.limit_size(current.retention, current.stories.window)

    jobs: tuple[tuple[Chore, float], ...] = (
        (only_keeper(housekeeper.release_overdue), _RELEASE_EVERY),
        (housekeeper.say_status, _STATUS_EVERY),
        (only_keeper(notices.look), notices.every),
        (only_keeper(daily.look), daily.every),
        (only_keeper(housekeeper.distrust_clock), _DISTRUST_CLOCK_EVERY),
        (only_keeper(limit_size), _MEASURE_EVERY),
        (only_keeper(purge), in_force.settings.retention.every.total_seconds()),
    )
    for job, seconds in jobs:
        planned.add_job(job, "interval", seconds=seconds)
    # A daemon that is restarted more often than it purges would never purge.
    planned.add_job(only_keeper(purge), "date", run_date=clock() + _FIRST_PURGE)
    return planned
