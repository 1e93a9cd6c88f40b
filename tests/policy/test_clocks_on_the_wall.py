"""Cron lines and quiet hours by the clock on the wall, in the nights of 23 and 25 hours as well."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar import clock_time, cron, moment, next_at, quiet_until, weekdays, zone_named
from monitor.core.models import EVERY_DAY, QuietHours

KYIV = zone_named("Europe/Kyiv")
ZONES = [UTC, KYIV, *map(zone_named, ("America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"))]
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(text: str) -> datetime:
    """Read a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def quiet(start: str, end: str, *, days: str | None = None) -> QuietHours:
    """Make quiet hours."""
    return QuietHours(
        start=clock_time(start),
        end=clock_time(end),
        days=EVERY_DAY if days is None else weekdays(days),
    )


@pytest.mark.parametrize(
    ("line", "after", "want"),
    [
        ("0 8 * * mon-fri", "2026-03-06 06:00", "2026-03-09 06:00"),  # Friday 08:00 itself is not later
        ("0 8 * * mon-fri", "2026-03-06 05:59:59", "2026-03-06 06:00"),
        ("*/15 * * * *", "2026-03-02 10:07", "2026-03-02 10:15"),
        ("30 9 1 jan,jul *", "2026-03-02 10:00", "2026-07-01 06:30"),
        ("0 0 * * 0", "2026-03-02 10:00", "2026-03-07 22:00"),  # Sunday, as in every crontab
        ("0 0 * * 7", "2026-03-02 10:00", "2026-03-07 22:00"),
        ("0 0 13 * fri", "2026-03-02 10:00", "2026-03-05 22:00"),  # either day is enough
        ("0 12 29 2 *", "2026-03-02 10:00", "2028-02-29 10:00"),
        ("0 8 * * fri-sun", "2026-03-02 10:00", "2026-03-06 06:00"),
    ],
)
def test_a_cron_line_comes_when_a_crontab_would(line: str, after: str, want: str) -> None:
    """In Kyiv, two hours ahead of UTC in winter."""
    assert next_at(cron(line), at(after), KYIV) == at(want)


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    day=st.sampled_from(["*", "1", "13", "28"]),
    month=st.sampled_from(["*", "2", "jun", "9-11"]),
    weekday=st.sampled_from(["*", "mon", "sat,sun", "tue-thu"]),
    after=MOMENTS,
)
def test_cron_lines_agree_with_a_library_where_clocks_never_change(
    minute: int, hour: int, day: str, month: str, weekday: str, after: datetime
) -> None:
    """APScheduler, with days by name; lines that restrict both days are left out: it wants both."""
    if day != "*" and weekday != "*":
        weekday = "*"
    line = f"{minute} {hour} {day} {month} {weekday}"
    trigger = CronTrigger.from_crontab(line, timezone=UTC)
    assert next_at(cron(line), after, UTC) == trigger.get_next_fire_time(None, after + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 8 * *", "write five fields, minute hour day month weekday"),
        ("60 8 * * *", "the minute is 0 to 59"),
        ("0 24 * * *", "the hour is 0 to 23"),
        ("0 8 0 * *", "the day is 1 to 31"),
        ("0 8 * 13 *", "the month is 1 to 12 or jan to dec"),
        ("0 8 * * mo-fr", "the weekday is 0 to 7 or sun to sat"),
        ("0 8 * * fri-mon", "the weekday is 0 to 7"),
        ("0 8/0 * * *", "the hour is"),
        ("0 0 30 2 *", "names a day that never comes"),
    ],
)
def test_a_line_that_is_none_says_which_field_is_wrong(line: str, said: str) -> None:
    """And what may stand there."""
    with pytest.raises(ValueError, match=said):
        cron(line)


def test_a_zone_that_is_none_is_guessed() -> None:
    """The most frequent slip."""
    with pytest.raises(ValueError, match=r"no time zone 'Europe/Kiyv'; did you mean 'Europe/Kyiv'\?"):
        zone_named("Europe/Kiyv")
    for wrong in ("", "..", "Europe", "/etc/passwd", "x\0y", "Atlantis/Sunken"):
        with pytest.raises(ValueError, match="no time zone"):
            zone_named(wrong)


def test_quiet_hours_cross_midnight_and_end_to_the_second() -> None:
    """22:00 to 07:00 in Kyiv is 20:00 to 05:00 UTC in winter."""
    night = quiet("22:00", "07:00")
    assert quiet_until(night, at("2026-03-02 19:59:59"), KYIV) is None
    for inside in ("2026-03-02 20:00", "2026-03-02 23:30", "2026-03-03 04:59:59"):
        assert quiet_until(night, at(inside), KYIV) == at("2026-03-03 05:00")
    assert quiet_until(night, at("2026-03-03 05:00"), KYIV) is None


def test_quiet_hours_may_be_those_of_some_days_and_of_a_whole_day() -> None:
    """A night belongs to the day on which it begins; the same time twice is a whole day."""
    night = quiet("22:00", "07:00", days="fri")
    assert quiet_until(night, at("2026-03-07 03:00"), KYIV) == at("2026-03-07 05:00")  # Saturday morning
    assert quiet_until(night, at("2026-03-08 03:00"), KYIV) is None
    weekend = quiet("00:00", "24:00", days="sat,sun")
    assert quiet_until(weekend, at("2026-03-07 12:00"), KYIV) == at("2026-03-07 22:00")
    assert quiet_until(quiet("09:00", "09:00"), at("2026-03-07 06:59"), KYIV) == at("2026-03-07 07:00")
    assert quiet_until(quiet("09:00", "17:00"), at("2026-03-07 16:00"), KYIV) is None


def test_the_night_of_twenty_three_hours() -> None:
    """On 29 March 2026 Kyiv has no 03:30: what is then is at the leap, 01:00 UTC."""
    leap = at("2026-03-29 01:00")
    assert moment(leap.date(), time(3, 30), KYIV) == leap
    assert next_at(cron("30 3 * * *"), at("2026-03-28 12:00"), KYIV) == leap
    assert next_at(cron("30 3 * * *"), leap, KYIV) == at("2026-03-30 00:30")
    assert quiet_until(quiet("22:00", "03:30"), at("2026-03-29 00:59"), KYIV) == leap
    assert quiet_until(quiet("03:15", "06:00"), leap, KYIV) == at("2026-03-29 03:00")
    night = quiet("22:00", "07:00")
    assert quiet_until(night, at("2026-03-28 20:00"), KYIV) == at("2026-03-29 04:00")


def test_the_night_of_twenty_five_hours() -> None:
    """On 25 October 2026 Kyiv has 03:30 twice: the first counts, once."""
    first = at("2026-10-25 00:30")
    assert next_at(cron("30 3 * * *"), at("2026-10-24 12:00"), KYIV) == first
    assert next_at(cron("30 3 * * *"), first, KYIV) == at("2026-10-26 01:30")
    assert quiet_until(quiet("22:00", "03:30"), at("2026-10-25 00:29"), KYIV) == first
    assert quiet_until(quiet("22:00", "03:30"), first, KYIV) is None
    night = quiet("22:00", "07:00")
    assert quiet_until(night, at("2026-10-24 19:00"), KYIV) == at("2026-10-25 05:00")


@given(
    start=st.times(),
    end=st.times(),
    now=MOMENTS,
    zone=st.sampled_from(ZONES),
)
def test_quiet_hours_always_end(start: time, end: time, now: datetime, zone: tzinfo) -> None:
    """Within a day and the longest night, whatever the zone."""
    hours = QuietHours(start=start.replace(second=0, microsecond=0), end=end.replace(second=0, microsecond=0))
    until = quiet_until(hours, now, zone)
    assert until is None or now < until <= now + timedelta(hours=25)
