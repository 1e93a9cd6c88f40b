"""What counts as wrong: each limit has a wider one at which it ends, and a clock that is set is noticed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.ailing import ailing, is_ours
from monitor.core.models import AlertTimes, Day, Measures, Own, Room
from monitor.core.render.times import lasting
from monitor.core.told_in_time import daily_line, percentile, time_to_alert
from monitor.pipeline.machine import OwnMachine, room_at

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GIB = 2**30
WELL = Own()


def keys(own: Own = WELL, *, waits: timedelta | None = None, told: tuple[str, ...] = ()) -> list[str]:
    """Name what is wrong."""
    oldest = None if waits is None else NOW - waits
    return [one.key for one in ailing(Measures(at=NOW, own=own, oldest_pending_at=oldest), told)]


@pytest.mark.parametrize(
    ("free", "total", "begins", "goes_on"),
    [
        (4 * GIB, 1000 * GIB, True, True),
        (6 * GIB, 1000 * GIB, False, True),
        (8 * GIB, 1000 * GIB, False, False),
        (4 * GIB, 20 * GIB, False, False),
        (0.9 * GIB, 20 * GIB, True, True),
        (0.6 * GIB, 2 * GIB, False, True),
    ],
)
def test_a_disk_is_nearly_full_by_share_and_by_size(
    free: float, total: int, begins: bool, goes_on: bool
) -> None:
    """A large disk may be full to a few per cent; a small one needs half a gibibyte all the same."""
    own = Own(room=Room(free=int(free), total=total))
    assert keys(own) == ["disk"] * begins
    assert keys(own, told=("disk",)) == ["disk"] * goes_on


def test_assembly_lags_from_five_minutes_down_to_one() -> None:
    """Between the two it is as it was told."""
    assert keys(waits=3 * MINUTE) == []
    assert keys(waits=6 * MINUTE) == ["assembly"]
    assert keys(waits=3 * MINUTE, told=("assembly",)) == ["assembly"]
    assert keys(waits=MINUTE, told=("assembly",)) == []


def test_files_that_are_not_in_force_are_named() -> None:
    """Three mistakes, and how many more there are."""
    [found] = ailing(Measures(at=NOW, own=Own(refused=[f"rules.yaml:{n}:1: no" for n in range(5)])), ())
    assert "rules.yaml:0:1: no; rules.yaml:1:1: no; rules.yaml:2:1: no and 2 more" in found.said


async def test_a_clock_that_is_set_is_noticed_until_it_is_believed(tmp_path: Path) -> None:
    """Drift is none; a leap is one for ten minutes, or until it is set back."""
    seconds, wall = [1000.0], [NOW]
    machine = OwnMachine(
        tmp_path / "news.db",
        stuck=tuple,
        refused=tuple,
        clock=lambda: wall[0],
        elapsed=lambda: seconds[0],
    )

    async def after(passed: float, *, by_clock: float) -> timedelta:
        seconds[0] += passed
        wall[0] += timedelta(seconds=by_clock)
        return (await machine.measure()).clock_set

    for _ in range(100):
        assert await after(20, by_clock=21) == timedelta(0)
    assert await after(20, by_clock=3620) == timedelta(hours=1)
    [found] = ailing(Measures(at=NOW, own=await machine.measure()), ())
    assert found.title == "The clock was set forward by 1 h"
    assert await after(500, by_clock=500) == timedelta(hours=1)
    assert await after(100, by_clock=100) == timedelta(0)
    assert await after(20, by_clock=-7180) == timedelta(hours=-2)
    assert await after(20, by_clock=7220) == timedelta(0)
    assert (await machine.measure()).room is not None


def test_a_folder_that_is_gone_has_no_room_to_tell_of(tmp_path: Path) -> None:
    """The database says so itself, by failing."""
    assert room_at(tmp_path / "gone" / "news.db") is None


def times(published: int | None, first_seen: int = 60, sent: int | None = 100) -> AlertTimes:
    """Return the times of an alert, in seconds."""

    def at(seconds: int | None) -> datetime | None:
        return None if seconds is None else NOW + timedelta(seconds=seconds)

    return AlertTimes(
        alert="a", published=at(published), first_seen=at(first_seen), decided=at(first_seen), sent=at(sent)
    )


def test_time_to_alert_counts_from_publication_and_never_from_the_future() -> None:
    """A date later than the first sight is a wrong one."""
    assert time_to_alert(times(0)) == timedelta(seconds=100)
    assert time_to_alert(times(None)) == timedelta(seconds=40)
    assert time_to_alert(times(90)) == timedelta(seconds=40)
    assert time_to_alert(times(0, sent=None)) is None


def test_the_daily_line_says_how_things_stand() -> None:
    """With what is wrong still, and without times where nothing was alerted."""
    day = Day(feeds=1204, in_trouble=3, entries=48210, alerts=1, times=[times(0), times(None), times(0)])
    assert daily_line(day, ["The disk is nearly full"]) == (
        "Still watching: 1,204 feeds (3 in trouble); in 24 h 48,210 entries, 1 alert; "
        "time to alert p50 1 min 40 s, p95 1 min 40 s. Still wrong: The disk is nearly full."
    )
    quiet = Day(feeds=1, in_trouble=0, entries=0, alerts=0, times=[])
    assert daily_line(quiet) == "Still watching: 1 feed; in 24 h 0 entries, 0 alerts."


def test_percentiles_are_by_nearest_rank() -> None:
    """Of a hundred, the 95th in order; of one, that one."""
    hundred = [timedelta(seconds=number) for number in range(100, 0, -1)]
    assert percentile(hundred, 0.95) == timedelta(seconds=95)
    assert percentile(hundred, 0.5) == timedelta(seconds=50)
    assert percentile([MINUTE], 0.95) == MINUTE


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (0.4, "0 s"),
        (42, "42 s"),
        (190, "3 min 10 s"),
        (7500, "2 h 5 min"),
        (86400, "1 d"),
        (273600, "3 d 4 h"),
    ],
)
def test_lengths_of_time_take_two_units_at_most(length: float, said: str) -> None:
    """Rounded to the second."""
    assert lasting(timedelta(seconds=length)) == said


def test_daemons_that_share_a_database_end_only_what_is_their_own_or_all_of_theirs() -> None:
    """A stage is of one host; a channel is of all."""
    [found] = ailing(Measures(at=NOW, own=Own(stuck=["poll"], host="north")), ())
    assert found.title == "north: Stage `poll` stands still"
    assert is_ours(found.key, "north")
    assert not is_ours(found.key, "south")
    assert is_ours("channel slack", "south")
