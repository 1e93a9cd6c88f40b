"""The shelf: entries of the window in compact form, and the stories that several of them share."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.core.models import Placement, Source
from monitor.core.signature import Sketch
from monitor.core.stories.pages import Pages
from monitor.core.stories.trace import (
    Flag,
    Footprint,
    Foreign,
    Glance,
    Keys,
    decode,
    entries,
    flags,
    foreign,
    glance,
    keys,
    sketched,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COMPACT = 4096
_SHOWN = 8192
_GLANCED = 8192
"""Entries kept as they are compared: some 2 kB each."""
_DECODED = 1024
"""Footprints kept unpacked: some 4 kB each."""


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The time that `micros` came from."""
    return _EPOCH + timedelta(microseconds=value)


@dataclass(slots=True)
class Group:
    """A story with several members, or whose opening entry has left the window."""

    id: str
    number: int
    """Above all numbers of entries."""
    opened: int
    entries: int = 1
    texts: int = 1
    members: list[int] = field(default_factory=list)
    """Numbers of the entries on the shelf, in order."""
    originals: list[int] = field(default_factory=list)
    """Those members that are no copies."""
    firsts: dict[int, int] = field(default_factory=dict)
    """The first member of each outlet."""
    entities: dict[str, int] = field(default_factory=dict)
    """How many members mention each."""
    partly: int = 0
    """How many members stand in part in another."""
    speaking: list[int] = field(default_factory=list)
    """Those members whose text says who claims or denies what."""


class Shelf:
    """Entries by number; numbers rise by arrival and are never used again."""

    def __init__(self) -> None:
        self.first = 0
        self._traces = Pages()
        self._cards = Pages()
        self._there = bytearray()
        self._start = 0
        """Number of the entry that has the first place of the pages."""
        self._times = array("q")
        self._outlets = array("I")
        self._outlet_names: list[str] = []
        self._outlet_numbers: dict[str, int] = {}
        self._groups: list[Group | None] = []
        self._stories = array("Q")
        self._gone = 0
        self._shown: dict[int, Source] = {}
        self._glances: dict[int, Glance] = {}
        self._footprints: dict[int, Footprint] = {}

    def __len__(self) -> int:
        return self.end - self.first

    @property
    def end(self) -> int:
        """The number that the next entry gets at the earliest."""
        return self._gone + len(self._there)

    def outlet_number(self, outlet: str) -> int:
        """The number standing for an outlet."""
        number = self._outlet_numbers.setdefault(outlet, len(self._outlet_names))
        if number == len(self._outlet_names):
            self._outlet_names.append(outlet)
        return number

    def put(self, seq: int, source: Source, trace: bytes) -> None:
        """Append an entry as number `seq`, at or above `end`; numbers left out are empty places."""
        if not self._there:
            self._start += seq - self._gone
            self._gone = self.first = seq
        while self.end < seq:
            self._append(b"", b"", 0, 0)
        card = "\0".join((source.entry, source.link or "", source.title)).encode("utf-8", "surrogatepass")
        self._append(trace, card, micros(source.at), self.outlet_number(source.outlet))

    def _append(self, trace: bytes, card: bytes, at: int, outlet: int) -> None:
        self._there.append(bool(trace))
        self._traces.append(trace)
        self._cards.append(card)
        self._times.append(at)
        self._outlets.append(outlet)
        self._groups.append(None)
        self._stories.append(self._gone + len(self._stories))

    def clear(self, seq: int) -> None:
        """Empty a place."""
        place = seq - self._gone
        self._there[place] = False
        self._groups[place] = None
        self._forget(seq)
        while self.first < self.end and not self._there[self.first - self._gone]:
            self.first += 1
        if self.first - self._gone > _COMPACT:
            dead = self.first - self._gone
            del self._there[:dead], self._groups[:dead]
            del self._times[:dead], self._outlets[:dead], self._stories[:dead]
            self._gone = self.first
            self._traces.drop_before(self.first - self._start)
            self._cards.drop_before(self.first - self._start)

    def holds(self, seq: int) -> bool:
        """Whether an entry of this number is there."""
        return self.first <= seq < self.end and bool(self._there[seq - self._gone])

    def footprint(self, seq: int) -> Footprint:
        """The footprint of an entry that is there."""
        if (known := self._footprints.get(seq)) is not None:
            return known
        if len(self._footprints) >= _DECODED:
            self._footprints.clear()
        self._footprints[seq] = found = decode(self._traces[seq - self._start])
        return found

    def glance(self, seq: int) -> Glance:
        """What is compared first of an entry that is there."""
        if (known := self._glances.get(seq)) is not None:
            return known
        if len(self._glances) >= _GLANCED:
            self._glances.clear()
        self._glances[seq] = found = glance(seq, self._traces[seq - self._start])
        return found

    def keys(self, seq: int) -> Keys:
        """By what an entry that is there is known again."""
        return keys(self._traces[seq - self._start])

    def flags(self, seq: int) -> int:
        """What is special about an entry that is there: bits of `Flag`."""
        return flags(self._traces[seq - self._start])

    def foreign(self, seq: int) -> Foreign:
        """What compares across languages of an entry that is there."""
        return foreign(self._traces[seq - self._start])

    def sketch(self, seq: int) -> Sketch:
        """The sketch of an entry that is there."""
        return sketched(self._traces[seq - self._start])

    def trace(self, seq: int) -> bytes:
        """The trace of an entry that is there."""
        return self._traces[seq - self._start]

    def retrace(self, seq: int, trace: bytes) -> None:
        """Give an entry that is there another trace."""
        self._traces.change(seq - self._start, trace)
        self._forget(seq)

    def _forget(self, seq: int) -> None:
        self._shown.pop(seq, None)
        self._glances.pop(seq, None)
        self._footprints.pop(seq, None)

    def time(self, seq: int) -> int:
        """When the entry was first seen, in microseconds since 1970."""
        return self._times[seq - self._gone]

    def outlet(self, seq: int) -> int:
        """The number of the entry's outlet."""
        return self._outlets[seq - self._gone]

    def outlet_name(self, number: int) -> str:
        """The outlet that a number stands for."""
        return self._outlet_names[number]

    def entry_id(self, seq: int) -> str:
        """The id of an entry that is there."""
        return self._cards[seq - self._start].split(b"\0", 1)[0].decode("utf-8", "surrogatepass")

    def group(self, seq: int) -> Group | None:
        """The story an entry shares with others; None if it is alone in a story of its own id."""
        return self._groups[seq - self._gone]

    def set_group(self, seq: int, group: Group) -> None:
        """Say which story an entry shares."""
        self._groups[seq - self._gone] = group
        self._stories[seq - self._gone] = group.number

    def set_alone(self, seq: int) -> None:
        """Say that an entry is alone in a story of its own id."""
        self._groups[seq - self._gone] = None
        self._stories[seq - self._gone] = seq

    def story(self, seq: int) -> int:
        """A number that the members of a story have in common."""
        return self._stories[seq - self._gone]

    def stories(self, seqs: Iterable[int]) -> list[int]:
        """The story of each entry, by number of the story."""
        gone, stories = self._gone, self._stories
        return [stories[seq - gone] for seq in seqs]

    def source(self, seq: int) -> Source:
        """The entry as shown to people."""
        if (known := self._shown.get(seq)) is not None:
            return known
        if len(self._shown) >= _SHOWN:
            self._shown.clear()
        self._shown[seq] = source = self._unpacked(seq)
        return source

    def title(self, seq: int) -> str:
        """The title of an entry that is there."""
        return self._cards[seq - self._start].split(b"\0", 2)[2].decode("utf-8", "surrogatepass")

    def _unpacked(self, seq: int) -> Source:
        entry, link, title = self._cards[seq - self._start].decode("utf-8", "surrogatepass").split("\0", 2)
        return Source(
            entry=entry,
            outlet=self._outlet_names[self.outlet(seq)],
            title=title,
            link=link or None,
            lang=self.glance(seq).lang or None,
            at=moment(self.time(seq)),
            placement=_placement(self._traces[seq - self._start]),
        )

    def __iter__(self) -> Iterator[int]:
        return (seq for seq in range(self.first, self.end) if self._there[seq - self._gone])


def _placement(trace: bytes) -> Placement:
    bits = flags(trace)
    if bits & Flag.REVISED:
        return Placement.REVISION
    if bits & Flag.COPY:
        return Placement.COPY
    return Placement.OPENS if entries(trace) == 1 else Placement.JOINS
