"""Time that passes, whatever the clock on the wall is set to."""

from __future__ import annotations

import time


def since_boot() -> float:
    """Seconds since the machine started, those asleep included where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
