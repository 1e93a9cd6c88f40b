"""What the story stage costs with a full window: rate, memory, restart, copies; run as a program.

    python -m tests.benchmarks.bench_story_cost stories [WORLDS]   # with WORLDS times 20,000 in the window
    python -m tests.benchmarks.bench_story_cost copies [ENTRIES]   # looked up and entered, beside a dict
    python -m tests.benchmarks.bench_story_cost flat [PASSES]      # memory as 20,000 pass again and again

The rate with a full window stands beside the rate with 20,000 entries in the same run: other work on the
machine slows both. Rates and percentiles are of the process's own CPU time; beside the rate stands the one by
the clock on the wall, which other work slows further.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from monitor.core.models import Entry, Findings, Remembered
from monitor.core.signature import sketch
from monitor.core.stories import StoryBook
from monitor.core.stories.postings import Postings
from monitor.core.stories.trace import decode, encode
from monitor.core.stories.words import words
from tests.benchmarks.crowded import START, WINDOW, assigned, entries, in_worlds, invented, recorded

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data")) / "items"
BASE = 20_000
MEASURED = 2_000
_PART = 250
_READ = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """One window, measured."""

    held: int
    restored: float
    """Entries a second after a start."""
    rate: float
    """Entries a CPU second."""
    by_clock: float
    """Entries a second on the wall."""
    p50: float
    p99: float
    """Milliseconds."""
    bytes: float
    """Of an entry, beyond the empty book."""


def resident() -> int:
    """Bytes of memory that the process holds now."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def base() -> tuple[list[Remembered], list[Entry]]:
    """What is remembered of 20,000 entries, and the entries that came after them."""
    made = entries(recorded(DATA) if DATA.is_dir() else invented(), WINDOW / BASE)
    return assigned(islice(made, BASE)), list(islice(made, MEASURED))


def measured(rows: Sequence[Remembered], later: Sequence[Entry], worlds: int) -> Measured:
    """Fill a window with the rows in several worlds, as after a start, then assign the later entries."""
    book = StoryBook(WINDOW)
    before, seconds = resident(), 0.0
    told = in_worlds(rows, worlds)
    while part := list(islice(told, _PART)):
        seconds += _timed(lambda part=part: book.restore(part))  # type: ignore[misc]
    held, after = len(book), resident()
    step = WINDOW / held
    began = time.perf_counter()
    took = [
        _timed(lambda entry=entry: book.assign(entry, Findings()))  # type: ignore[misc]
        for entry in (
            replace(one, first_seen=START + WINDOW + step * place) for place, one in enumerate(later)
        )
    ]
    passed = time.perf_counter() - began
    took.sort()
    return Measured(
        held,
        held / seconds,
        len(took) / sum(took),
        len(took) / passed,
        1000 * took[len(took) // 2],
        1000 * took[len(took) * 99 // 100],
        (after - before) / held,
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def stories(worlds: int) -> None:
    """Compare a full window with a small one."""
    rows, later = base()
    found = [measured(rows, later, number) for number in (1, worlds)]
    for one in found:
        print(
            f"{one.held:9,} in the window: {one.rate:6.0f} entries a CPU second, "
            f"{one.by_clock:.0f} a second by the clock, "
            f"p50 {one.p50:.2f} ms, p99 {one.p99:.2f} ms; "
            f"read after a start {one.restored:6.0f}/s; {one.bytes:5.0f} bytes an entry"
        )
    print(f"rate full : small {found[1].rate / found[0].rate:.2f}; the process holds {resident() >> 20} MB")


def flat(passes: int) -> None:
    """Let a window's worth of entries pass again and again, each pass in another world."""
    rows = base()[0]
    book = StoryBook(WINDOW)
    early = 0
    for number in range(passes):
        told = _later(rows, number)
        while part := list(islice(told, _PART)):
            book.restore(part)
        if number in (4, passes - 1):
            print(f"{(number + 1) * len(rows):11,} entries, {len(book):,} held: {resident() >> 20} MB")
        if number == 4:
            early = resident()
    print(f"ratio {resident() / early:.3f}")


def _later(rows: Iterable[Remembered], number: int) -> Iterator[Remembered]:
    for row in rows:
        first = decode(row.trace)
        seq = first.seq + number * BASE
        name = f"{number:08x}{row.source.entry[8:]}"
        source = replace(row.source, entry=name, at=row.source.at + WINDOW * number)
        story = f"{number:08x}{row.story[8:]}"
        yield replace(row, source=source, story=story, trace=encode(replace(first, seq=seq)))


def copies(count: int) -> None:
    """Sketch, look up and enter summaries, with and without many others in the index; beside a plain dict."""
    dice = random.Random(3)
    texts = [f"{title} {summary[:240]}" for _, title, summary, _ in islice(_texts(), 6_000)]
    cut = [words(text) for text in texts]
    each = sum(len(sketch(one).indexed) for one in cut) / len(cut)
    index, plain = Postings(), defaultdict[int, list[int]](list)
    for doc in range(count):
        if doc in (20_000, count - 1):
            rate, p99 = _looked_up(index, cut, doc)
            other = _beside(plain, cut) if doc == 20_000 else 0.0
            print(
                f"{doc + 1:9,} held: {rate:6.0f} summaries/s, look-up p99 {1000 * p99:.3f} ms, "
                f"{4 * index.cells / (doc + 1):.0f} bytes an entry"
                + (f"; a dict of lists {other:.0f}/s" if other else "")
            )
        hashes = [dice.getrandbits(32) for _ in range(round(each))]
        index.add(doc, hashes)


def _texts() -> Iterator[tuple[str, str, str, str]]:
    return recorded(DATA) if DATA.is_dir() else invented()


def _looked_up(index: Postings, cut: Sequence[list[str]], doc: int) -> tuple[float, float]:
    spent, looks = 0.0, []
    for one in cut:
        began = time.thread_time()
        hashes = sketch(one).indexed
        mark = time.thread_time()
        for value in hashes:
            index.newest(value, _READ)
        looks.append(time.thread_time() - mark)
        index.add(doc, hashes)
        spent += time.thread_time() - began
    return len(cut) / spent, sorted(looks)[len(looks) * 99 // 100]


def _beside(plain: dict[int, list[int]], cut: Sequence[list[str]]) -> float:
    began = time.thread_time()
    for doc, one in enumerate(cut):
        for value in sketch(one).indexed:
            plain[value].append(doc)
    return len(cut) / (time.thread_time() - began)


def main() -> None:
    """Run what the first word says."""
    what = sys.argv[1] if len(sys.argv) > 1 else "stories"
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if what == "copies":
        copies(number or 1_000_000)
    elif what == "flat":
        flat(number or 50)
    else:
        stories(number or 15)


if __name__ == "__main__":
    main()
