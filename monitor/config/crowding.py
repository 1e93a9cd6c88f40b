"""Hosts with more feeds than can be asked in their intervals, since requests to a host are kept apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from monitor.config.outlets import host_of
from monitor.core.models import Feed
from monitor.core.settings import PollingSettings
from monitor.core.units import spoken


def crowded(feeds: Iterable[Feed], polling: PollingSettings) -> Iterator[str]:
    """Say of each host on which the intervals cannot be kept how often its feeds are asked instead."""
    pause = polling.host_interval
    if not pause:
        return
    asked: dict[str, list[float]] = defaultdict(list)
    for feed in feeds:
        if not feed.allow_private:
            asked[host_of(feed.fetch_url)].append(1 / feed.interval.total_seconds())
    for host, rates in sorted(asked.items()):
        if sum(rates) * pause.total_seconds() > 1:
            often = timedelta(minutes=max(round(len(rates) * pause / timedelta(minutes=1)), 1))
            yield (
                f"{host} has {len(rates)} feeds and is asked once in {spoken(pause)} at most: each of them "
                f"about every {spoken(often)}, which is longer than its interval; give them a longer "
                "`interval`, or allow a shorter `polling.host_interval`"
            )
