"""How much memory is held for good: measures come and go, what grows is the least of them.

measures of the last ten minutes -> the least: what is held -> at the end of the first hour: the level
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import dropwhile
from typing import Final

from monitor.core.models import Held

SETTLES: Final = timedelta(hours=1)
"""By then caches, the window of stories and the pools have filled."""
_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Measures of a daemon's life, or of its life as keeper, when it has the window of stories as well."""

    began: timedelta | None = None
    """When the first was taken, on a clock that nobody sets."""
    measures: tuple[tuple[timedelta, int], ...] = ()
    """When, and how many bytes, oldest first: those of the last ten minutes."""
    level: int | None = None
    """What was held when it had settled; None: it has not yet."""

    def after(self, size: int, *, at: timedelta) -> Footprint:
        """Take a measure of `size` bytes into account."""
        kept = (*dropwhile(lambda one: at - one[0] > _WITHIN, self.measures), (at, size))
        began = at if self.began is None else self.began
        settles = self.level is None and at - began >= SETTLES
        return Footprint(began=began, measures=kept, level=_least(kept) if settles else self.level)

    @property
    def held(self) -> Held | None:
        """What is held and what was at first; None before it has settled."""
        if self.level is None:
            return None
        return Held(now=_least(self.measures), at_first=self.level)


def _least(measures: tuple[tuple[timedelta, int], ...]) -> int:
    return min(size for _, size in measures)
