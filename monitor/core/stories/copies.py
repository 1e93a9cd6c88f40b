"""Copies: the same article at another place, or the same text under another name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from monitor.core.models import Entry, Placement
from monitor.core.signature import COPY_AT, containment
from monitor.core.stories.observe import Observed
from monitor.core.stories.shelf import micros
from monitor.core.stories.window import Window

_READ = 64
"""Entries read under one key: where there are more, the newest say enough."""
_TITLES_PER_URL = 3
_BOILERPLATE = 4
_RECURS = timedelta(hours=20) // timedelta(microseconds=1)
_TITLE_WORDS = 5
_TEXT_WORDS = 4
_TRIED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry of the window that decides where the new one belongs."""

    seq: int
    placement: Placement
    score: float
    reason: str


def recurs(window: Window, entry: Entry, observed: Observed, seq: int) -> bool:
    """Whether an entry is an earlier issue of a column: same outlet and title, other address, a day before."""
    if not entry.outlet or not observed.title_key or not observed.url:
        return False
    other = window.shelf.footprint(seq)
    return (
        other.title_key == observed.title_key
        and other.url != observed.url
        and window.shelf.outlet(seq) == window.shelf.outlet_number(entry.outlet)
        and micros(entry.first_seen) - window.shelf.time(seq) > _RECURS
    )


def copied(window: Window, entry: Entry, observed: Observed) -> Found | None:
    """The entry of which this one is a copy, if there is one."""
    return (
        _same_address(window, observed)
        or _same_text(window, entry, observed)
        or _same_title(window, entry, observed)
        or _same_passages(window, entry, observed)
    )


def _named(window: Window, seq: int) -> str:
    return window.shelf.outlet_name(window.shelf.outlet(seq)) or "an earlier entry"


def _found(seq: int, score: float, reason: str) -> Found:
    return Found(seq=seq, placement=Placement.COPY, score=score, reason=reason)


def _same_address(window: Window, observed: Observed) -> Found | None:
    if not observed.url:
        return None
    shelf = window.shelf
    there = [
        seq
        for seq in window.keys.newest(observed.url >> 32, _READ)
        if shelf.footprint(seq).url == observed.url
    ]
    titles = {shelf.footprint(seq).title_key for seq in there} | {observed.title_key}
    if not there or len(titles) >= _TITLES_PER_URL:
        return None
    return _found(there[-1], 1.0, f"same address as the entry of {_named(window, there[-1])}")


def _same_text(window: Window, entry: Entry, observed: Observed) -> Found | None:
    if observed.words < _TEXT_WORDS:
        return None
    for seq in _oldest_first(window, observed.text_key):
        if window.shelf.footprint(seq).text_key == observed.text_key and not recurs(
            window, entry, observed, seq
        ):
            return _found(seq, 1.0, f"same words as the entry of {_named(window, seq)}")
    return None


def _oldest_first(window: Window, key: int) -> list[int]:
    return window.keys.newest(key >> 32, _READ)[::-1]


def _same_title(window: Window, entry: Entry, observed: Observed) -> Found | None:
    """A title alone proves little: it counts where one of the two has nothing else to go by."""
    if len(observed.title) < _TITLE_WORDS:
        return None
    for seq in _oldest_first(window, observed.title_key):
        other = window.shelf.footprint(seq)
        if other.title_key != observed.title_key or (other.body and observed.body):
            continue
        if not recurs(window, entry, observed, seq):
            return _found(seq, 0.9, f"same title as the entry of {_named(window, seq)}")
    return None


def _same_passages(window: Window, entry: Entry, observed: Observed) -> Found | None:
    counts: Counter[int] = Counter()
    boilerplate: set[int] = set()
    own = window.shelf.outlet_number(entry.outlet) if entry.outlet else -1
    for value in observed.sketch.hashes:
        bearers = window.keys.newest(value, _READ)
        if sum(window.shelf.outlet(seq) == own for seq in bearers) >= _BOILERPLATE:
            boilerplate.add(value)
        else:
            counts.update(bearers)
    best: tuple[float, int] | None = None
    for seq, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TRIED]:
        share = containment(observed.sketch, window.shelf.footprint(seq).sketch, ignoring=boilerplate)
        if (
            share >= COPY_AT
            and (best is None or share > best[0])
            and not recurs(window, entry, observed, seq)
        ):
            best = (share, seq)
    if best is None:
        return None
    share, seq = best
    reason = f"{share:.0%} of its word triples stand in the entry of {_named(window, seq)}"
    return _found(seq, share, reason)
