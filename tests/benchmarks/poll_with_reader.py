"""lemon24/reader over the feeds of bench_poll: run by the Python of an environment that has it.

Reads addresses from standard input; writes name, wall seconds, CPU seconds and peak MiB of each pass.
"""

from __future__ import annotations

import importlib
import resource
import sys
import time
import urllib.request

WORKERS = 10


def main() -> None:
    path, server = sys.argv[1:]
    reader = importlib.import_module("reader").make_reader(path)
    for url in sys.stdin.read().split():
        reader.add_feed(url)
    for name, what in (
        ("first pass, all new", "tags/0"),
        ("304, not modified", "tags/0"),
        ("the same bodies, no ETag", "plain/0"),
        ("one new entry each", "plain/1"),
    ):
        with urllib.request.urlopen(f"{server}/={what}"):
            pass
        wall, cpu = time.perf_counter(), time.process_time()
        reader.update_feeds(scheduled=False, workers=WORKERS)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(name, wall, cpu, memory, sep="\t")


if __name__ == "__main__":
    main()
