"""Daemons that work on one database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One running daemon as the others know it. Times are of the database, never of a machine."""

    name: str
    """Its machine and process: another one for every process."""
    host: str
    version: str
    rules: str
    """Fingerprint of the rules in force: equal where the rules mean the same."""
    feeds: int
    since: datetime
    heartbeat: datetime
    silent_for: timedelta
    """How long ago the heartbeat was when the database was asked."""
    is_keeper: bool = False
    """Whether it is the one that keeps stories and delivers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a worker says of itself at every heartbeat."""

    host: str
    version: str
    rules: str
    feeds: int
