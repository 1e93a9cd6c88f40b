"""The clock on the wall: cron lines and quiet hours in a time zone, with its nights of 23 and 25 hours.

A time of day that a night leaves out (clocks go forward) is the moment at which they do; one that comes twice
(clocks go back) counts the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from monitor.core.document import suggestion
from monitor.core.models import Cron, QuietHours

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART: Final = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d{1,4}))?")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_FURTHEST: Final = 366 * 28 + 7
"""Days after which even the 29th of February on a given weekday has come round."""


@lru_cache(maxsize=1024)
def zone_named(name: str) -> tzinfo:
    """Return the time zone of that name in the IANA database; its files are read the first time alone.

    Raises:
        ValueError: there is none; the message suggests one.
    """
    with suppress(OSError, ValueError, KeyError):  # a name of a folder, with a dot, of nothing
        return ZoneInfo(name)
    near = suggestion(name, sorted(available_timezones()), otherwise="write it as Europe/Kyiv or UTC")
    message = f"there is no time zone '{name}'{near}"
    raise ValueError(message)


def clock_time(text: str) -> time:
    """Read `22:00`; `24:00` is the end of the day, which is the beginning of the next.

    Raises:
        ValueError: it is no time of day.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is not None:
        return time(int(found[1]), int(found[2]))
    if text.strip() == "24:00":
        return time(0, 0)
    raise ValueError('write a time of day as "22:00"')


def weekdays(text: str) -> frozenset[int]:
    """Read `mon-fri` or `sat,sun`; 0 is Monday.

    Raises:
        ValueError: these are no days of the week.
    """
    with suppress(ValueError):
        if not any(letter.isdecimal() for letter in text):  # is 1 Monday or Tuesday? Nobody knows
            return _field(text.replace(" ", "").lower(), range(7), _DAYS)
    raise ValueError("write days as mon-fri or sat,sun")


def cron(text: str) -> Cron:
    """Read five fields: minute, hour, day of the month, month, day of the week.

    Each is `*`, a number, a name (`mon`, `jan`), a range, a step (`*/15`), or several with commas. Sunday is
    0, 7 or `sun`, as in every crontab.

    Raises:
        ValueError: it is no such line, or names a day that never comes.
    """
    parts = text.lower().split()
    if len(parts) != 5:  # noqa: PLR2004 - the fields of a crontab
        message = (
            f'write five fields, minute hour day month weekday, as in "0 8 * * mon-fri", not {len(parts)}'
        )
        raise ValueError(message)
    minute, hour, day, month, weekday = parts
    made = Cron(
        text=" ".join(text.split()),
        minutes=_read("minute", minute, range(60)),
        hours=_read("hour", hour, range(24)),
        days=_read("day", day, range(1, 32)),
        months=_read("month", month, range(1, 13), _MONTHS),
        weekdays=frozenset((number - 1) % 7 for number in _read("weekday", weekday, range(8), _SUNDAY_FIRST)),
        either_day=not day.startswith("*") and not weekday.startswith("*"),
    )
    if not made.either_day and not any(min(made.days) <= _longest(number) for number in made.months):
        message = f"'{text}' names a day that never comes"
        raise ValueError(message)
    return made


_SUNDAY_FIRST: Final = ("sun", *_DAYS)


def _longest(month: int) -> int:
    return 29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31  # noqa: PLR2004 - the calendar


def _read(name: str, text: str, allowed: range, names: Sequence[str] = ()) -> frozenset[int]:
    try:
        return _field(text, allowed, names)
    except ValueError:
        known = f" or {names[0]} to {names[len(allowed) - 2 if names[0] == 'sun' else -1]}" if names else ""
        what = f"the {name} is {allowed[0]} to {allowed[-1]}{known}"
        message = f"{what}, a range, a list or *, not '{text}'"
        raise ValueError(message) from None


def _field(text: str, allowed: range, names: Sequence[str] = ()) -> frozenset[int]:
    return frozenset(number for part in text.split(",") for number in _part(part, allowed, names))


def _part(text: str, allowed: range, names: Sequence[str]) -> Iterator[int]:
    found = _PART.fullmatch(text)
    if found is None:
        raise ValueError(text)
    first, last, step = found.groups()
    if first == "*":
        low, high = allowed[0], allowed[-1]
    else:
        low = _number(first, allowed, names)
        high = _number(last, allowed, names) if last else allowed[-1] if step else low
    if names and names[0] == "sun" and high < low and high == 0:
        high = 7  # `fri-sun`
    if high < low or step == "0" or (first == "*" and last):
        raise ValueError(text)
    yield from range(low, high + 1, int(step or 1))


def _number(text: str, allowed: range, names: Sequence[str]) -> int:
    number = int(text) if text.isdecimal() else allowed[0] + names.index(text)
    if number not in allowed:
        raise ValueError(text)
    return number


def moment(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, at which the clocks of a zone show a time of day."""
    early = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    late = datetime.combine(day, clock.replace(fold=1), tzinfo=zone).astimezone(UTC)
    if late >= early:
        return early
    return _leap(late, early, zone)


def _leap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return when, between two moments, the clocks of a zone go forward; to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = max(middle, before + timedelta(seconds=1))
        else:
            after = middle
    return after


def next_at(line: Cron, after: datetime, zone: tzinfo) -> datetime:
    """Return the first moment of a cron line later than a moment, in UTC."""
    day = after.astimezone(zone).date()
    for number in range(_FURTHEST):
        today = day + timedelta(days=number)
        if _falls_on(line, today):
            found = min((at for at in _moments(line, today, zone) if at > after), default=None)
            if found is not None:
                return found
    message = f"no moment of '{line.text}' comes"  # refused when it was read
    raise ValueError(message)


def _moments(line: Cron, day: date, zone: tzinfo) -> Iterator[datetime]:
    for hour in sorted(line.hours):
        for minute in sorted(line.minutes):
            yield moment(day, time(hour, minute), zone)


def _falls_on(line: Cron, day: date) -> bool:
    if day.month not in line.months:
        return False
    of_month, of_week = day.day in line.days, day.weekday() in line.weekdays
    return (of_month or of_week) if line.either_day else (of_month and of_week)


def quiet_until(quiet: QuietHours, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours end that hold at `now`; None if there are none.

    `zone` holds where they name none; `now` and the answer are aware UTC.
    """
    today = now.astimezone(quiet.zone or zone).date()
    ends: list[datetime] = []
    for day in (today - timedelta(days=1), today):
        if day.weekday() not in quiet.days:
            continue
        last = day if quiet.start < quiet.end else day + timedelta(days=1)
        begins = moment(day, quiet.start, quiet.zone or zone)
        ends_at = moment(last, quiet.end, quiet.zone or zone)
        if begins <= now < ends_at:
            ends.append(ends_at)
    return max(ends, default=None)
