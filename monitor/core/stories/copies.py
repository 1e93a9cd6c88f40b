"""Copies: the same article at another place, or the same text under another name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from monitor.core.models import Entry, Placement
from monitor.core.signature import containment, is_copy, shares_part
from monitor.core.stories.identity import series_of
from monitor.core.stories.observe import Observed, key64
from monitor.core.stories.trace import Flag
from monitor.core.stories.window import Window

_READ = 64
"""Entries read under one key: where there are more, the newest say enough."""
_TITLES_PER_URL = 3
_TEXTS_PER_LABEL = 3
_ALIKE = 0.15
"""Share of its words that a text about the same thing has in common with another at the least."""
_BOILERPLATE = 4
_RECURS = timedelta(hours=20) // timedelta(microseconds=1)
_TITLE_WORDS = 5
_TEXT_WORDS = 4
_TRIED = 8
_MEMBERS = 24
"""Texts of a story that a new one is compared with, the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An entry on its way into the window."""

    entry: Entry
    observed: Observed
    at: int
    """First seen, in microseconds since 1970."""
    outlet: int
    """Number of its outlet, -1 if it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry of the window that decides where the new one belongs."""

    seq: int
    placement: Placement
    score: float
    reason: str


def recurs(window: Window, arrival: Arrival, seq: int) -> bool:
    """Whether an entry is an earlier issue of a column: other address and day, outlet and title the same.

    Titles that differ in numbers, months and weekdays alone are the same.
    """
    observed = arrival.observed
    if arrival.outlet != window.shelf.outlet(seq) or not observed.title_key or not observed.url:
        return False
    if arrival.at - window.shelf.time(seq) <= _RECURS:
        return False
    other = window.shelf.keys(seq)
    if other.url == observed.url:
        return False
    own = series_of(arrival.entry.title)
    return other.title == observed.title_key or bool(own and own == series_of(window.shelf.title(seq)))


def last_issue(window: Window, arrival: Arrival) -> int | None:
    """The last issue before an entry of the column that it is an issue of, None if it is of none."""
    series = series_of(arrival.entry.title)
    keys = [arrival.observed.title_key, key64("series", series) if series else 0]
    found = [seq for key in keys if key for seq in window.keys.newest(key >> 32, _READ)]
    return max((seq for seq in found if recurs(window, arrival, seq)), default=None)


def is_label(window: Window, arrival: Arrival) -> bool:
    """Whether the title is that of a section: the same outlet has put it over texts about something else."""
    observed = arrival.observed
    if arrival.outlet < 0 or not observed.title_key or not observed.body:
        return False
    texts = {observed.text_key}
    own = frozenset(observed.body)
    for seq in window.keys.newest(observed.title_key >> 32, _READ):
        other = window.shelf.keys(seq)
        if window.shelf.outlet(seq) == arrival.outlet and other.url != observed.url:
            texts.add(other.text)
            body = window.shelf.glance(seq).body
            if body and len(own.intersection(body)) < _ALIKE * min(len(own), len(body)):
                return True
    return len(texts) >= _TEXTS_PER_LABEL


def copied(window: Window, arrival: Arrival) -> Found | None:
    """The entry of which this one is a copy, if there is one."""
    return (
        _same_address(window, arrival)
        or _same_text(window, arrival)
        or _same_title(window, arrival)
        or _same_passages(window, arrival)
    )


def _found(seq: int, score: float, reason: str) -> Found:
    return Found(seq=seq, placement=Placement.COPY, score=score, reason=reason)


def _same_address(window: Window, arrival: Arrival) -> Found | None:
    """An address stands for one article, unless it has carried several titles, as a page of news does."""
    url = arrival.observed.url
    if not url:
        return None
    shelf = window.shelf
    there = [seq for seq in window.keys.newest(url >> 32, _READ) if shelf.keys(seq).url == url]
    titles = {shelf.keys(seq).title for seq in there} | {arrival.observed.title_key}
    if not there or len(titles) >= _TITLES_PER_URL:
        return None
    return _found(there[-1], 1.0, f"same address as the entry of {window.named(there[-1])}")


def _oldest_first(window: Window, key: int) -> list[int]:
    return window.keys.newest(key >> 32, _READ)[::-1]


def _same_text(window: Window, arrival: Arrival) -> Found | None:
    observed = arrival.observed
    if observed.words < _TEXT_WORDS:
        return None
    for seq in _oldest_first(window, observed.text_key):
        same = window.shelf.keys(seq).text == observed.text_key
        if same and not recurs(window, arrival, seq):
            return _found(seq, 1.0, f"same words as the entry of {window.named(seq)}")
    return None


def _same_title(window: Window, arrival: Arrival) -> Found | None:
    """A title alone proves little: it counts where one of the two has nothing else to go by."""
    observed = arrival.observed
    if len(observed.title) < _TITLE_WORDS or not observed.title_key:
        return None
    for seq in _oldest_first(window, observed.title_key):
        if window.shelf.keys(seq).title != observed.title_key:
            continue
        if observed.body and window.shelf.glance(seq).body:
            continue
        if not recurs(window, arrival, seq):
            return _found(seq, 0.9, f"same title as the entry of {window.named(seq)}")
    return None


def _same_passages(window: Window, arrival: Arrival) -> Found | None:
    shared, boilerplate = _bearers(window, arrival)
    own = arrival.observed.sketch.coarse() if boilerplate else arrival.observed.sketch
    best: tuple[float, int] | None = None
    for seq, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_TRIED]:
        other = window.shelf.sketch(seq)
        share = containment(own, other, ignoring=boilerplate)
        better = best is None or share > best[0]
        if better and is_copy(own, other, share) and not recurs(window, arrival, seq):
            best = (share, seq)
    if best is None:
        return None
    share, seq = best
    return _found(seq, share, f"{share:.0%} of the word triples stand in the entry of {window.named(seq)}")


def partly(window: Window, arrival: Arrival, seq: int) -> Found | None:
    """The text of another outlet, in the story of an entry, of which the new one takes a part."""
    own = arrival.observed.sketch
    best: tuple[float, int] | None = None
    for member in window.members(seq)[-_MEMBERS:]:
        if window.shelf.outlet(member) == arrival.outlet or window.shelf.flags(member) & Flag.COPY:
            continue
        other = window.shelf.sketch(member)
        share = containment(own, other)
        if (best is None or share > best[0]) and shares_part(own, other, share):
            best = (share, member)
    if best is None:
        return None
    said = f"partly copied: {best[0]:.0%} of the word triples stand in the entry of {window.named(best[1])}"
    return Found(seq=best[1], placement=Placement.JOINS, score=best[0], reason=said)


def _bearers(window: Window, arrival: Arrival) -> tuple[Counter[int], set[int]]:
    """The entries that share triples, with how many; and the triples that are the outlet's boilerplate."""
    bearers: list[list[int]] = []
    boilerplate: set[int] = set()
    outlet = window.shelf.outlet
    for value in arrival.observed.sketch.hashes:
        seqs = window.keys.newest(value, _READ)
        if len(seqs) >= _BOILERPLATE and sum(outlet(seq) == arrival.outlet for seq in seqs) >= _BOILERPLATE:
            boilerplate.add(value)
        else:
            bearers.append(seqs)
    return Counter(chain.from_iterable(bearers)), boilerplate
