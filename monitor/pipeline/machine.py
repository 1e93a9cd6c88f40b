"""What the daemon knows of itself and of its machine: stages, disk, memory, clock, files not in force."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from monitor.core.footprint import Footprint
from monitor.core.models import Held, Own, Resident, Room
from monitor.elapsed import since_boot
from monitor.pipeline.ports import Clock
from monitor.resident import resident

_LEAP: Final = 60.0
"""Seconds between two looks by which only a hand, or a time server after long, sets a clock."""
_BELIEVED: Final = 600.0
"""Seconds after which a clock that was set is the clock."""


class OwnMachine:
    """Measures when asked; `path` is where the database lies, None if on another machine."""

    def __init__(
        self,
        path: Path | None,
        *,
        stuck: Callable[[], Sequence[str]],
        refused: Callable[[], Sequence[str]],
        clock: Clock,
        elapsed: Callable[[], float] = since_boot,
        memory: Callable[[], Resident | None] = resident,
    ) -> None:
        self._path, self._stuck, self._refused = path, stuck, refused
        self._clock, self._elapsed, self._memory = clock, elapsed, memory
        self._footprint = Footprint()
        self._offset = self._measured()
        self._set_at: float | None = None

    def elapsed(self) -> float:
        """Seconds that no setting of the clock changes."""
        return self._elapsed()

    async def measure(self) -> Own:
        """Look at everything; a disk that does not answer is not told of here."""
        room = None if self._path is None else await asyncio.to_thread(room_at, self._path)
        return Own(
            stuck=self._stuck(),
            room=room,
            clock_set=self._clock_set(),
            refused=self._refused(),
            held=self._held(),
            host="" if self._path else socket.gethostname(),
        )

    def _held(self) -> Held | None:
        found = self._memory()
        if found is not None:
            at = timedelta(seconds=self.elapsed())
            self._footprint = self._footprint.after(found.own + found.children, at=at)
        return self._footprint.held

    def _measured(self) -> float:
        return self._clock().timestamp() - self.elapsed()

    def _clock_set(self) -> timedelta:
        """Say by how much the clock was set, till it is set back or ten minutes passed; drift is followed."""
        by, now = self._measured() - self._offset, self.elapsed()
        if abs(by) < _LEAP:
            self._set_at = None
            self._offset += by
            return timedelta(0)
        if self._set_at is None:
            self._set_at = now
        if now - self._set_at >= _BELIEVED:
            self._set_at, self._offset = None, self._offset + by
            return timedelta(0)
        return timedelta(seconds=by)


def room_at(path: Path) -> Room | None:
    """Measure the disk on which a file lies; None if it cannot be told."""
    try:
        usage = shutil.disk_usage(path.parent)
    except OSError:
        return None
    return Room(free=usage.free, total=usage.total)
