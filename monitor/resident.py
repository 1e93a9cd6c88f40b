"""Memory that this process and the processes it started hold, as the kernel counts it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from monitor.core.models import Resident

_PROC: Final = Path("/proc")


def resident(proc: Path = _PROC) -> Resident | None:
    """Measure what is in memory now; None where /proc does not tell.

    Pages that a child shares with us are counted for each: what counts here is how the sum moves, and telling
    them apart (smaps_rollup) costs milliseconds for every process. Grandchildren are not looked for.
    """
    own = _resident_of(proc / "self")
    if own is None:
        return None
    return Resident(own=own, children=sum(_resident_of(proc / child) or 0 for child in _children(proc)))


def _children(proc: Path) -> list[str]:
    """Name the processes that any thread of ours started and that have not ended."""
    found: list[str] = []
    for thread in (proc / "self" / "task").glob("*/children"):
        try:
            found += thread.read_text(encoding="ascii").split()
        except OSError:  # the thread has just ended
            continue
    return found


def _resident_of(process: Path) -> int | None:
    """Read the second field of `statm` (proc_pid_statm(5)); None if the process has ended."""
    try:
        pages = (process / "statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
