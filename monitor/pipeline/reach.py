"""What an answer says beyond its feed: whether our network is up, whether the host has had enough of us."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from monitor.core.models import Failure, Feed, FetchFailed, FetchResult
from monitor.core.outage import Reachability
from monitor.telemetry import fields

log = logging.getLogger(__name__)

UNREACHED = frozenset({Failure.DNS, Failure.UNREACHABLE, Failure.TIMEOUT})
"""Failures that a dead network of ours would look like."""
_TOO_MANY = 429
_REST = timedelta(seconds=30)
"""For a host that is asked too much and does not say how long it wants to be left alone."""


def rest_wanted(answer: FetchResult) -> timedelta | None:
    """Return for how long the host that answered wants nothing of us; None if it does not say that."""
    if not isinstance(answer, FetchFailed) or answer.failure is not Failure.RATE_LIMITED:
        return None
    return answer.retry_after or (_REST if answer.status == _TOO_MANY else None)


class Reach:
    """Whether our network is up, as the answers of different hosts show it; says so when that changes."""

    def __init__(self) -> None:
        self._reachability = Reachability()

    @property
    def offline_since(self) -> datetime | None:
        """When our network went down; None if it is up."""
        return self._reachability.offline_since

    def heed(self, feed: Feed, host: str, answer: FetchResult, *, now: datetime, was_well: bool) -> None:
        """Take notice of an answer of a host that did or did not answer before.

        A neighbour in our own network proves nothing.
        """
        if feed.allow_private:
            return
        before = self.offline_since
        if isinstance(answer, FetchFailed) and answer.failure in UNREACHED:
            self._reachability.unreached(host, now, was_well=was_well)
            if before is None and self.offline_since is not None:
                log.error("network.down", extra=fields(why="no host can be reached"))
            return
        self._reachability.reached(host)
        if before is not None:
            log.warning("network.up", extra=fields(down_since=before.isoformat(timespec="seconds")))
