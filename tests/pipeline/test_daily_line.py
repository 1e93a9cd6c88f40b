"""Once a day, at its time in its zone, the ops channel hears that all is watched, and how fast."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from monitor.core.models import Delivery
from monitor.core.settings import SelfCheckSettings, Settings
from monitor.pipeline.daily import DailyLine
from monitor.store import Store
from tests.pipeline.rig import Rig

BRIDGE = ("Bridge closed", "The old =bridge over the river was closed this morning.")
DAY = timedelta(days=1)


def line_of(rig: Rig, *, ops: tuple[str, ...] = ("desk",), daily: str = "09:00") -> DailyLine:
    """Return the chore of a daemon that has just started."""
    check = SelfCheckSettings.model_validate({"daily": daily})
    alerts = rig.in_force.settings.alerts.model_copy(update={"zone": "Asia/Kolkata"})
    rig.in_force.settings = rig.in_force.settings.model_copy(
        update={"self_check": check, "ops": ops, "alerts": alerts}
    )
    store: Store = rig.store.store
    return DailyLine(store, rig.in_force, clock=rig.clock, on_alerts=rig.rung)


def at(rig: Rig, clock: time) -> None:
    """Go to the next such time of day in UTC."""
    now: datetime = rig.clock()
    there = datetime.combine(now.date(), clock, tzinfo=now.tzinfo)
    rig.times[0] = there if there > now else there + DAY


async def lines(rig: Rig) -> list[Delivery]:
    """The lines queued so far, oldest first."""
    found = await rig.store.store.deliveries()
    return [one for one in reversed(found) if one.message.title.startswith("Still watching")]


async def test_the_line_comes_once_a_day_and_a_restart_repeats_none(rig: Rig) -> None:
    """Nine in Kolkata is half past three; who starts just after it tells it, who starts later does not."""
    at(rig, time(3, 0))
    line = line_of(rig)
    await line.look()
    assert await lines(rig) == []
    rig.later(minutes=30)
    await line.look()
    rig.later(minutes=5)
    await line.look()
    await line_of(rig).look()
    assert len(await lines(rig)) == 1
    rig.later(hours=24)
    await line_of(rig).look()
    assert len(await lines(rig)) == 2
    rig.later(hours=25)
    await line_of(rig).look()
    assert len(await lines(rig)) == 2


async def test_a_line_near_midnight_is_not_lost(rig: Rig) -> None:
    """The look after it falls on the next day."""
    at(rig, time(18, 29, 50))
    line = line_of(rig, daily="24:00")
    await line.look()
    rig.later(seconds=20)
    await line.look()
    assert len(await lines(rig)) == 1


async def test_a_database_that_cannot_serve_delays_the_line(rig: Rig) -> None:
    """The next look tells it."""
    at(rig, time(3, 29))
    line_of(rig)
    line = DailyLine(rig.store, rig.in_force, clock=rig.clock, on_alerts=rig.rung)
    await line.look()
    rig.store.before["day_since"] = 1
    rig.later(minutes=2)
    await line.look()
    assert await lines(rig) == []
    await line.look()
    assert len(await lines(rig)) == 1


async def test_nobody_is_told_where_it_is_off_or_nobody_is_there(rig: Rig) -> None:
    """`off` is a word, though YAML takes it for false."""
    at(rig, time(3, 31))
    for line in (line_of(rig, daily="off"), line_of(rig, ops=())):
        await line.look()
    assert await lines(rig) == []
    assert Settings.model_validate({"self_check": {"daily": False}}).self_check.daily == "off"


async def test_the_line_counts_what_was_done_and_how_long_alerts_took(rig: Rig) -> None:
    """A real feed, read, alerted and sent; the steps of its alert have their moments."""
    at(rig, time(3, 0))
    line = line_of(rig)
    await rig.serve("one", BRIDGE)
    await rig.poller.run_once()
    rig.later(seconds=3)
    await rig.assemble()
    rig.later(seconds=4)
    await rig.deliver()
    [alert] = await rig.store.list_alerts()
    [times] = await rig.store.alert_times([alert.record.id])
    assert times.published is not None
    assert times.first_seen is not None
    assert times.decided == times.first_seen + timedelta(seconds=3)
    assert times.sent == times.decided + timedelta(seconds=4)
    rig.later(minutes=40)
    await line.look()
    [told] = await lines(rig)
    took = round((times.sent - min(times.published, times.first_seen)).total_seconds())
    minutes = f"{took // 60} min" + (f" {took % 60} s" if took % 60 else "")
    assert told.message.text == (
        "NOTICE · news-monitor\nStill watching: 1 feed; in 24 h 1 entry, 1 alert; "
        f"time to alert p50 {minutes}, p95 {minutes}."
    )
