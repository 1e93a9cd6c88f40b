"""Writing to a stream whose reader may stall: in a thread of its own, so that nothing else waits for it.

The thread is a daemon and holds no lock of the stream while it waits: the exit waits for neither.
"""

from __future__ import annotations

import asyncio
import os
import queue
import select
import threading
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class _Job:
    text: str
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class Writer:
    """Writes texts one after another; the thread begins with the first."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def write(self, text: str) -> None:
        """Return once the text is written.

        Raises:
            OSError: the reader is gone, for instance.
            ValueError: the stream is closed.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="console", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        job = _Job(text, loop, loop.create_future())
        self._jobs.put(job)
        await job.done

    def close(self) -> None:
        """Let the thread end once it has written what it was given."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread = None

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            error: OSError | ValueError | None = None
            try:
                _write(self._stream, job.text)
            except (OSError, ValueError) as found:
                error = found
            try:
                job.loop.call_soon_threadsafe(_settle, job.done, error)
            except RuntimeError:  # the loop has ended: nobody waits for the answer
                return


def _settle(done: asyncio.Future[None], error: OSError | ValueError | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _write(stream: TextIO, text: str) -> None:
    """Write past the buffer where there is a file below it: a lock held there would hold the exit."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # a stream in memory, or a closed one
        stream.write(text)
        stream.flush()
        return
    stream.flush()
    left = memoryview(text.encode(stream.encoding or "utf-8", "replace"))
    while left:
        try:
            left = left[os.write(number, left) :]
        except BlockingIOError:
            select.select([], [number], [])
