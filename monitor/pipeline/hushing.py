"""Silences made by hand, from what a person gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.models import Silence
from monitor.pipeline.acting import silence_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A silence that somebody asks for."""

    cause: str
    """What asks for it, the same for every copy of that: the silence is named after it."""
    matchers: Mapping[str, str]
    length: timedelta
    author: str
    comment: str = ""
    release: bool = False


def hushed(wanted: Wanted, now: datetime) -> Silence:
    """Make the silence, from now on."""
    return Silence(
        id=silence_id(wanted.cause),
        matchers=wanted.matchers,
        starts_at=now,
        ends_at=now + wanted.length,
        author=wanted.author,
        comment=wanted.comment,
        release=wanted.release,
    )
