"""A database kept below a size: how much of it is to go, and what people are told of it.

Only what is in use counts: freed pages are used again. The database's own overhead goes with its rows.
"""

from __future__ import annotations

from typing import Final

from monitor.core.models import Bulk, Extent

_SPARE: Final = 0.05
"""Share of the limit that is made free at a time, so that it is not reached again at once."""
_NEAR: Final = 0.9
_NEAR_STILL: Final = 0.8
"""Shares of the limit from which on, and down to which, people are told that the limit decides."""


def share_to_drop(extent: Extent, limit: int) -> float:
    """Say which share of the entries is to go, so that the rest is the limit less some room; 0: none.

    Args:
        extent: what the database takes, in bytes.
        limit: what it may take, in bytes.
    """
    if extent.used <= limit:
        return 0.0
    return min(1 - limit * (1 - _SPARE) / extent.used, 1.0)


def is_near(bulk: Bulk, *, told: bool) -> bool:
    """Say whether the limit decides how long entries are kept; once people were `told`, a little longer."""
    return bulk.extent.used > bulk.limit * (_NEAR_STILL if told else _NEAR)
