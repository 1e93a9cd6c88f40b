"""How many polls may be under way: those that take long count apart, so that they hold up no other."""

from __future__ import annotations

import asyncio
from typing import Final

_LONG: Final = 2.0
"""Seconds after which a poll takes long: most servers answer in a fraction of one."""
_APART: Final = 3
"""Times the limit that polls which take long may be: a connection that waits costs a file and no work."""


class Slots:
    """The polls under way, in the order in which they began."""

    def __init__(self) -> None:
        self._began: dict[asyncio.Task[None], float] = {}

    def begin(self, task: asyncio.Task[None], now: float) -> None:
        """Take notice of a poll that begins; `now` in seconds of the loop."""
        self._began[task] = now

    def end(self, task: asyncio.Task[None]) -> None:
        """Take notice that it is over."""
        self._began.pop(task, None)

    def free(self, limit: int, now: float) -> int:
        """Return how many polls may begin, where `limit` are allowed besides those that take long."""
        long = 0
        for began in self._began.values():
            if now - began <= _LONG:
                break
            long += 1
        return limit - max(len(self._began) - min(long, _APART * limit), 0)
