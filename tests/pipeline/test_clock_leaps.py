"""A clock that leaps deletes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from monitor.core.settings import RetentionSettings
from monitor.pipeline.housekeep import Housekeeper
from monitor.store import Store
from tests.pipeline.rig import Rig
from tests.pipeline.test_stages import ORLA

DAY = timedelta(days=1)


async def test_retention_waits_a_day_after_the_clock_leapt(rig: Rig) -> None:
    """Set right in the meantime, nothing was lost; otherwise the new time is believed in the end."""
    await rig.serve("one", ORLA)
    await rig.through()
    seconds = [1000.0]
    keeper = Housekeeper(cast("Store", rig.store), rig.assembler, clock=rig.clock, elapsed=lambda: seconds[0])

    async def entries_after_purge() -> int:
        await keeper.purge(RetentionSettings(), DAY)
        return (await rig.store.store.counts()).entries

    rig.later(days=5000)
    assert await entries_after_purge() == 1
    rig.later(days=-5000)
    assert await entries_after_purge() == 1
    rig.later(days=5000)
    assert await entries_after_purge() == 1
    seconds[0] += DAY.total_seconds()
    rig.later(days=1)
    assert await entries_after_purge() == 0
