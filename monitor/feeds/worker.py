"""The process that reads documents: nothing in it is worth keeping, and any of it may be killed.

    stdin: request | read_in_portions | stdout: frames

It gets neither the daemon's environment nor its files, has a bounded address space, and a bounded CPU time
for each document: the kernel ends it when that is spent, even inside a C library.
"""

from __future__ import annotations

import gc
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from monitor.feeds import wire
from monitor.feeds.reading import read_in_portions

_EXTRA_MEMORY = 512 * 2**20
_MOST_FILES = 16
_YOUNG = 10_000
"""Objects made and not freed after which the garbage collector looks at them."""
_RETIRE_ABOVE = 160 * 2**10
"""KiB of peak resident memory after which the process ends itself between two documents."""
_WEIGHED_EVERY = 256 * 2**10
"""Bytes of documents between two looks at that: a look costs as much as a small document."""


def main() -> None:
    """Serve documents until stdin ends. The one argument is the CPU time for each, in seconds."""
    cpu_seconds = float(sys.argv[1])
    ignore_signals()
    confine()
    # What was imported is no garbage, and what a document leaves is mostly freed without the collector.
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
    serve(sys.stdin.buffer, sys.stdout.buffer, cpu_seconds)


def ignore_signals() -> None:
    """Leave it to the daemon when we end: Ctrl-C and a service manager's signal reach the whole group."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def confine() -> None:
    """Bound memory and files for the rest of the process's life."""
    base = _address_space()
    if base is not None:
        resource.setrlimit(resource.RLIMIT_AS, (base + _EXTRA_MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_FILES, _MOST_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _address_space() -> int | None:
    """Bytes of address space in use; None where /proc does not tell."""
    try:
        with open("/proc/self/statm", "rb") as pages:  # noqa: PTH123 (before pathlib is worth its import)
            return int(pages.read().split()[0]) * resource.getpagesize()
    except OSError:
        return None


def _peak_memory() -> int:
    """Peak resident memory in KiB; 0 where /proc does not tell.

    Not ru_maxrss of getrusage: that is inherited from the daemon, which may be larger than any document.
    """
    try:
        with open("/proc/self/status", "rb") as status:  # noqa: PTH123 (as above)
            return next((int(line.split()[1]) for line in status if line.startswith(b"VmHWM:")), 0)
    except OSError:
        return 0


def frames_of(head: bytes, known: bytes, body: bytes) -> Iterator[bytes]:
    """Read one document of a feed."""
    return wire.replies(read_in_portions(body, wire.read_request(head, known)))


def serve(
    requests: BinaryIO,
    answers: BinaryIO,
    cpu_seconds: float,
    read: Callable[[bytes, bytes, bytes], Iterator[bytes]] = frames_of,
) -> None:
    """Read one document after the other; `read` makes frames of the three parts of a request."""
    answers.write(wire.READY)
    answers.flush()
    unweighed = 0
    while lengths := requests.read(wire.REQUEST.size):
        head_size, known_size, body_size = wire.REQUEST.unpack(lengths)
        head, known, body = requests.read(head_size), requests.read(known_size), requests.read(body_size)
        # ITIMER_PROF counts this process's own CPU time; its signal's default action ends the process.
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        for frame in read(head, known, body):
            answers.write(frame)
            answers.flush()
        signal.setitimer(signal.ITIMER_PROF, 0)
        unweighed += body_size
        if unweighed > _WEIGHED_EVERY:
            unweighed = 0
            if _peak_memory() > _RETIRE_ABOVE:
                return


if __name__ == "__main__":
    main()
