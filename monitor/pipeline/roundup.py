"""Failing feeds summed up in one line: forty feeds behind a dead network are one fact, not forty."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from monitor.core.models import Feed, FeedState, FeedStatus
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_COLLECT = 3.0
"""Seconds for which failures are collected before they are told together."""
_NAMED = 3


class Roundup:
    """Collects feeds that began to fail or came back, and tells them together.

    A feed that goes on failing is not told again; `feeds list` shows it.
    """

    def __init__(self) -> None:
        self._failed: dict[str, str] = {}
        self._recovered: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def note(self, feed: Feed, before: FeedState, after: FeedState) -> None:
        """Take notice of one poll."""
        if after.failures == 1:
            self._failed[feed.name] = after.error or "no reason given"
        elif before.failures and not after.failures and after.status is FeedStatus.OK:
            self._recovered[feed.name] = before.error or ""
        else:
            return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_COLLECT, self.tell)

    def tell(self) -> None:
        """Write what was collected, one line for each kind."""
        self._timer = None
        if self._failed:
            log.warning("feeds.failing", extra=fields(feeds=len(self._failed), why=_summed(self._failed)))
        if self._recovered:
            log.info(
                "feeds.recovered", extra=fields(feeds=len(self._recovered), names=_listed(self._recovered))
            )
        self._failed, self._recovered = {}, {}

    def close(self) -> None:
        """Tell what is left."""
        if self._timer is not None:
            self._timer.cancel()
            self.tell()


def _summed(failed: dict[str, str]) -> str:
    """Return one sentence: each reason with its count, and the feeds where they are few."""
    if len(failed) <= _NAMED:
        return "; ".join(f"{name}: {why}" for name, why in failed.items())
    reasons = Counter(why.partition(":")[0] for why in failed.values()).most_common(_NAMED)
    said = ", ".join(f"{number} x {why}" for why, number in reasons)
    return f"{said}; `news-monitor feeds list` names them"


def _listed(names: dict[str, str]) -> str:
    shown = ", ".join(list(names)[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
