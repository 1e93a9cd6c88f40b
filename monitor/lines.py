"""Lines to a stream whose reader may stall: whoever logs never waits.

room in the pipe      written at once: a line that was logged survives a kill -9
a reader that stalls  lines wait in memory, a daemon thread writes them; at most MOST, the rest is counted
the exit              waits PATIENCE for the reader, no longer
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from typing import Final, TextIO

MOST: Final = 20_000
"""Lines that wait at most."""
PATIENCE: Final = 2.0
"""Seconds that the exit gives a reader that stalled."""
_AT_ONCE: Final = 4096
"""PIPE_BUF on Linux: a pipe that poll(2) calls writable takes so many bytes without blocking."""


class Lines:
    """A stream written to line by line, in order."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._number = _number(stream)
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._writing = False
        """Whether the thread has a line under its pen."""
        self._thread: threading.Thread | None = None
        self._dropped = 0

    def write(self, line: str) -> None:
        """Write a line, its end included, now or as soon as the reader takes it."""
        if self._number is None:
            self.stream.write(line)
            self.stream.flush()
            return
        data = line.encode(self.stream.encoding or "utf-8", "backslashreplace")
        with self._changed:
            if not self._waiting and not self._writing and self._takes(data):
                os.write(self._number, data)
                return
            if len(self._waiting) >= MOST:
                self._dropped += 1
                return
            self._waiting.append(data)
            self._begin()
            self._changed.notify_all()

    def drain(self, patience: float = PATIENCE) -> bool:
        """Wait so many seconds until all is written; tell whether it is."""
        until = time.monotonic() + patience
        with self._changed:
            while self._waiting or self._writing:
                left = until - time.monotonic()
                if left <= 0 or self._thread is None:
                    return False
                self._changed.wait(left)
        return True

    def _takes(self, data: bytes) -> bool:
        if len(data) > _AT_ONCE:
            return False
        asked = select.poll()
        asked.register(self._number or 0, select.POLLOUT)
        found = asked.poll(0)
        return bool(found) and found[0][1] == select.POLLOUT

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="log", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                data = self._waiting.popleft()
                self._writing = True
            written = self._written(data)
            with self._changed:
                self._writing = False
                if not written:
                    self._waiting.clear()
                elif self._dropped and not self._waiting:
                    self._waiting.append(f"{self._dropped} log lines dropped: nobody read them\n".encode())
                    self._dropped = 0
                self._changed.notify_all()

    def _written(self, data: bytes) -> bool:
        """Write all of it, however long the reader takes; False if there is no reader any more."""
        left = memoryview(data)
        while left:
            try:
                left = left[os.write(self._number or 0, left) :]
            except BlockingIOError:
                select.select([], [self._number or 0], [])
            except OSError:
                return False
        return True


def _number(stream: TextIO) -> int | None:
    """Give the file below a stream, whose buffer is emptied first; None if there is none."""
    try:
        stream.flush()
        return stream.fileno()
    except (OSError, ValueError):
        return None
