"""Failing feeds summed up in one line: forty feeds behind a dead network are one fact, not forty."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from monitor.core.models import Feed, FeedState, FeedStatus, PollRecord
from monitor.telemetry import fields

log = logging.getLogger(__name__)

_COLLECT = 3.0
"""Seconds for which failures are collected before they are told together."""
_NAMED = 3


class Failing(NamedTuple):
    """A feed that began to fail."""

    name: str
    kind: str
    sentence: str


class Roundup:
    """Collects feeds that began to fail or came back, and tells them together.

    A feed that goes on failing is not told again; `feeds list` shows it.
    """

    def __init__(self) -> None:
        self._failed: dict[str, Failing] = {}
        """By address of the feed: names may be shared."""
        self._recovered: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def note(self, feed: Feed, before: FeedState, record: PollRecord) -> None:
        """Take notice of one poll."""
        after = record.state
        if after.failures == 1 and not before.failures:
            self._failed[feed.url] = Failing(feed.name, record.failure, after.error or "")
        elif before.failures and not after.failures and after.status is FeedStatus.OK:
            self._recovered.append(feed.name)
        else:
            return
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_COLLECT, self.tell)

    def tell(self) -> None:
        """Write what was collected, one line for each kind."""
        self._timer = None
        if self._failed:
            why = _summed(self._failed.values())
            log.warning("feeds.failing", extra=fields(feeds=len(self._failed), why=why))
        if self._recovered:
            log.info(
                "feeds.recovered", extra=fields(feeds=len(self._recovered), names=_listed(self._recovered))
            )
        self._failed, self._recovered = {}, []

    def close(self) -> None:
        """Tell what is left."""
        if self._timer is not None:
            self._timer.cancel()
            self.tell()


def _summed(failed: Collection[Failing]) -> str:
    """Return one sentence: the feeds where they are few, else each kind of failure with its count."""
    if len(failed) <= _NAMED:
        return "; ".join(f"{one.name}: {one.sentence}" for one in failed)
    kinds = Counter(one.kind for one in failed).most_common()
    said = ", ".join(f"{number} {kind}" for kind, number in kinds)
    return f"{said}; `news-monitor feeds list` names them"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:_NAMED])
    return shown if len(found) <= _NAMED else f"{shown} and {len(found) - _NAMED} more"


def outcome(before: FeedState, record: PollRecord) -> str:
    """Name what a poll came to: `read`, `unchanged`, `postponed` as its host was busy, or how it failed."""
    if record.failure:
        return record.failure
    if record.state == before:
        return "postponed"
    is_same = before.body_hash is not None and record.state.body_hash == before.body_hash
    return "unchanged" if is_same else "read"
