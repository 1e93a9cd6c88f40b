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
    rule_version: int | None = None
    """The number under which they were pushed; None where they are files."""
    feeds: int
    since: datetime
    heartbeat: datetime
    silent_for: timedelta
    """How long ago the heartbeat was when the database was asked."""
    is_keeper: bool = False
    """Whether it is the one that keeps stories and delivers."""
    draining: bool = False
    """Whether a person wants it to be empty: it gets no hosts and keeps nothing."""
    shards: int = 0
    """How many shards of the hosts are its own to poll, of all that are in core/sharding.py."""

    @property
    def is_drained(self) -> bool:
        """Whether it is empty, as a person wants it to be."""
        return self.draining and not self.shards and not self.is_keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a worker says of itself at every heartbeat."""

    host: str
    version: str
    rules: str
    feeds: int
    rule_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What of the feeds is one worker's to poll, or nobody's."""

    owner: str | None
    hosts: int
    feeds: int
    due: int
    """Feeds whose poll is due and not under way."""
    late: int
    """Of these the ones that have been due for over a minute."""
    polled: int
    """Feeds whose poll is under way."""
