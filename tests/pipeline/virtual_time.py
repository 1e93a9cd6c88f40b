"""An event loop whose time leaps to the next timer as soon as nothing is under way: an hour takes seconds.

with virtual_loop() as runner:
    runner.run(main())        asyncio.sleep, loop.time and every timeout are virtual; sockets are real

Loopback sockets of the same loop are ready at once or not at all, so that an empty look at them means
idleness. Work in other threads is not seen by the loop: whoever starts it says so with `under_way`.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_REAL = 0.02
"""Seconds of real time that are waited for threads, or for whoever is not seen."""


class LeapingSelector(selectors.DefaultSelector):
    """Waits for nothing that does not happen at once; counts how long it would have waited instead."""

    def __init__(self) -> None:
        super().__init__()
        self.leapt = 0.0
        self.under_way = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Look; leap if there is nothing and nobody works."""
        found = super().select(0)
        if found or timeout == 0:
            return found
        if self.under_way or timeout is None:
            return super().select(_REAL)
        self.leapt += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that lives in virtual time."""

    def __init__(self) -> None:
        self.leaping = LeapingSelector()
        super().__init__(self.leaping)

    def time(self) -> float:
        """Seconds, those leapt over included."""
        return super().time() + self.leaping.leapt


class Watched:
    """An object whose coroutines work in threads: while one of them does, time does not leap."""

    def __init__(self, inner: object, selector: LeapingSelector) -> None:
        self._inner = inner
        self._selector = selector

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)

        async def call(*given: Any, **more: Mapping[str, Any]) -> Any:
            self._selector.under_way += 1
            try:
                return await method(*given, **more)
            finally:
                self._selector.under_way -= 1

        return call


@contextmanager
def virtual_loop() -> Iterator[tuple[asyncio.Runner, VirtualLoop]]:
    """Run coroutines in virtual time."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        yield runner, loop
