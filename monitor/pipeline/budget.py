"""What a request is worth: so much that all feeds together ask as often as the budget allows.

feed states | what each asks of the budget | one price for all, reckoned anew every ten minutes
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.core.models import Feed, FeedState
from monitor.core.polled import Terms, outlook
from monitor.core.schedule import fair_price, share_of
from monitor.core.settings import PollingSettings

_EVERY = 600.0
"""Seconds between two reckonings: rates move slowly."""
_FIRST = 60.0
"""Seconds after which the first price is reckoned anew, since new feeds have shown their rhythm by then."""
_SPARE = 1.5
"""Without a budget, up to half as many requests again as the intervals ask for go where news is expected."""
_HOUR = 3600


class StateStore(Protocol):
    """What a budget is shared out by."""

    async def feed_states(self) -> list[FeedState]:
        """Every configured feed."""


class Budget:
    """The price of a request; None where feeds are polled at their intervals."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._due = 0.0
        self._reckoned = 0
        self._by: PollingSettings | None = None
        """The settings that the price was found by."""
        self.price: float | None = None

    async def reckon(self, feeds: Mapping[str, Feed], polling: PollingSettings, now: datetime) -> None:
        """Find the price anew if it is time.

        Raises:
            StoreUnavailableError: the database cannot serve; the price stays as it was.
        """
        if polling.schedule == "fixed":
            self.price, self._due = None, 0.0
            return
        elapsed = time.monotonic()
        if elapsed < self._due and polling == self._by:
            return
        self._by = polling
        self._due = elapsed + (_EVERY if self._reckoned else _FIRST)
        self._reckoned += 1
        states = await self._store.feed_states()
        self.price = await asyncio.to_thread(_price, states, feeds, polling, now)


def _price(
    states: Sequence[FeedState], feeds: Mapping[str, Feed], polling: PollingSettings, now: datetime
) -> float | None:
    shares = []
    for state in states:
        if feed := feeds.get(state.url):
            terms = Terms(feed=feed, polling=polling, now=now, dice=0.5)
            shares.append(share_of(outlook(terms, state.rhythm, state.noted), now))
    asked = polling.budget / _HOUR if polling.budget is not None else None
    return fair_price(shares, budget=asked, spare=_SPARE)
