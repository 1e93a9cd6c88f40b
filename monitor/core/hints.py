"""What a feed says about the hours and days on which nobody need ask: skipHours and skipDays of RSS."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD = 64 * 2**10
_HOURS = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL | re.IGNORECASE)
_DAYS = re.compile(rb"<skipDays>(.{0,1000}?)</skipDays>", re.DOTALL | re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s{0,9}(\d{1,2})\s{0,9}</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s{0,9}(mon|tues|wednes|thurs|fri|satur|sun)day\s{0,9}</day>", re.IGNORECASE)
_NAMES = (b"mon", b"tues", b"wednes", b"thurs", b"fri", b"satur", b"sun")


@dataclass(frozen=True, slots=True)
class Skips:
    """Hours of the day, and days of the week from Monday as 0, both in UTC."""

    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


NO_SKIPS = Skips()


def skips(document: bytes) -> Skips:
    """Read them from the head of a document. One that skips every hour or every day skips none."""
    head = document[:_HEAD]
    if b"<skip" not in head:
        return NO_SKIPS
    hours = {int(hour) % 24 for found in _HOURS.findall(head) for hour in _HOUR.findall(found)}
    days = {_NAMES.index(day.lower()) for found in _DAYS.findall(head) for day in _DAY.findall(found)}
    return Skips(
        hours=tuple(sorted(hours)) if len(hours) < 24 else (),  # noqa: PLR2004
        days=tuple(sorted(days)) if len(days) < 7 else (),  # noqa: PLR2004
    )
