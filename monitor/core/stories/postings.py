"""An inverted index over a moving window: 8 bytes for a posting of a rare key, 4 for one of a frequent."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import islice, takewhile

_CHUNK_BITS = 14
_CHUNK = 1 << _CHUNK_BITS
_LOW = _CHUNK - 1
_DOC_BITS = 21
_DOC = (1 << _DOC_BITS) - 1
_SLOT_BITS = 21
_SLOT = (1 << _SLOT_BITS) - 1
_REST = 0xFFFFFFFF & ~_SLOT
"""The bits of a key that its slot does not tell; they stand beside the number of the document."""
_FAR = 1 << 31
"""Position from which all are counted from the oldest chunk again, since heads have 32 bits."""
_CROWDED = 24
"""Postings of one slot at which its frequent keys move out."""
_FREQUENT = 8
_SLACK = 16
"""A list is cut when this part of it is gone."""
_SWEPT = 2
"""Lists looked at for each document that leaves."""


class Postings:
    """Which documents bear a 32-bit key, newest first.

    Postings of rare keys are written one after the other into chunks; each remembers how far back the
    previous posting of its slot lies: a slot is a chain from the newest to the oldest. Chunks whose documents
    are all gone are dropped from the front. A key that crowds its slot moves to a list of its own, so that
    nobody walks past it, and reading it is copying a slice. Either way a look-up costs what it returns and a
    short walk, however many documents there are.

    Documents are numbered in order of arrival; those that count never span more than 2^21 numbers.
    """

    def __init__(self) -> None:
        self._heads = array("I", (0,)) * (1 << _SLOT_BITS)
        self._lengths = bytearray(1 << _SLOT_BITS)
        self._chunks: list[array[int]] = []
        self._newest: list[int] = []
        self._first = 0
        self._next = 1
        self._tail = 0
        self._latest = 0
        self._withdrawn: set[int] = set()
        self._frequent: dict[int, array[int]] = {}
        self._unswept: list[int] = []

    def add(self, doc: int, keys: Iterable[int]) -> None:
        """Enter a document, numbered no lower than any before, under its keys."""
        self._latest = doc
        heads, frequent, lengths = self._heads, self._frequent, self._lengths
        low, position, oldest = doc & _DOC, self._next, self._first << _CHUNK_BITS
        cells = self._cells(doc, position)
        for key in keys:
            if key in frequent:
                frequent[key].append(doc)
                continue
            slot = key & _SLOT
            if not position & _LOW:
                cells = self._cells(doc, position)
            head = heads[slot]
            if not head or head < oldest:
                head = position
                lengths[slot] = 0
            at = (position & _LOW) * 2
            cells[at] = key & _REST | low
            cells[at + 1] = position - head
            heads[slot] = position
            position += 1
            lengths[slot] += 1
            if lengths[slot] == _CROWDED:
                self._relieve(slot)
        self._next = position

    def _cells(self, doc: int, position: int) -> array[int]:
        """The chunk in which a position lies, the last or a new one, written to by a document."""
        if (position >> _CHUNK_BITS) - self._first == len(self._chunks):
            self._chunks.append(array("I", bytes(8 * _CHUNK)))
            self._newest.append(doc)
        self._newest[-1] = doc
        return self._chunks[-1]

    @property
    def cells(self) -> int:
        """How many numbers of four bytes it holds besides its fixed tables."""
        return 2 * _CHUNK * len(self._chunks) + sum(map(len, self._frequent.values())) + len(self._withdrawn)

    def newest(self, key: int, limit: int) -> list[int]:
        """The documents entered under the key, newest first, at most `limit`."""
        if (docs := self._frequent.get(key)) is not None:
            return self._last(docs, limit)
        found: list[int] = []
        first, chunks, tail, rest = self._first, self._chunks, self._tail, key & _REST
        span = self._latest - tail
        position = self._heads[key & _SLOT]
        oldest = first << _CHUNK_BITS or 1
        while position >= oldest:
            cells = chunks[(position >> _CHUNK_BITS) - first]
            at = (position & _LOW) * 2
            cell = cells[at]
            if cell & _REST == rest:
                age = ((cell & _DOC) - tail) & _DOC
                if age > span:
                    break
                found.append(tail + age)
            back = cells[at + 1]
            if not back:
                break
            position -= back
        withdrawn = self._withdrawn
        if withdrawn and not withdrawn.isdisjoint(found):
            found = [doc for doc in found if doc not in withdrawn]
        return found[:limit]

    def _last(self, docs: array[int], limit: int) -> list[int]:
        """The newest documents of a list that are still there."""
        withdrawn, tail = self._withdrawn, self._tail
        start = max(0, len(docs) - limit)
        if docs and docs[start] < tail:
            start = bisect_left(docs, tail, start)
        found = docs[start:].tolist()
        found.reverse()
        if not withdrawn or withdrawn.isdisjoint(found):
            return found
        there = (doc for doc in reversed(docs) if doc not in withdrawn)
        return list(takewhile(tail.__le__, islice(there, limit)))

    def withdraw(self, doc: int) -> None:
        """Forget one document before its time."""
        if doc >= self._tail:
            self._withdrawn.add(doc)

    def drop_before(self, doc: int) -> None:
        """Forget every document numbered below `doc`."""
        if doc <= self._tail:
            return
        steps = doc - self._tail
        if self._withdrawn:
            self._withdrawn.difference_update(range(self._tail, doc))
        self._tail = doc
        self._latest = max(self._latest, doc)
        gone = 0
        while gone < len(self._newest) - 1 and self._newest[gone] < doc:
            gone += 1
        if gone:
            del self._chunks[:gone], self._newest[:gone]
            self._first += gone
            if self._first << _CHUNK_BITS >= _FAR:
                self._count_anew()
        self._sweep(steps * _SWEPT)

    def _count_anew(self) -> None:
        """Number the positions from the oldest chunk on; heads that lie before it lead nowhere any more.

        It becomes the second, since position 0 stands for none.
        """
        gone = (self._first - 1) << _CHUNK_BITS
        self._heads = array("I", [max(0, head - gone) for head in self._heads])
        self._next -= gone
        self._first = 1

    def _relieve(self, slot: int) -> None:
        """Move the frequent keys of a crowded slot to lists of their own; the others are chained anew."""
        chain = self._chain(slot)
        counts = Counter(cell & _REST for _, cell in chain)
        frequent = {rest for rest, count in counts.items() if count >= _FREQUENT}
        for rest in frequent:
            docs = (
                self._tail + (cell - self._tail & _DOC) for _, cell in reversed(chain) if cell & _REST == rest
            )
            self._frequent[rest | slot] = array("I", docs)
        kept = [position for position, cell in chain if cell & _REST not in frequent]
        for position, before in zip(kept, [*kept[1:], 0], strict=False):
            cells = self._chunks[(position >> _CHUNK_BITS) - self._first]
            cells[(position & _LOW) * 2 + 1] = position - before if before else 0
        self._heads[slot] = kept[0] if kept else 0
        self._lengths[slot] = min(len(kept), _CROWDED // 2)

    def _chain(self, slot: int) -> list[tuple[int, int]]:
        """The postings of a slot whose documents are there, newest first: position, and what stands there."""
        chain: list[tuple[int, int]] = []
        position = self._heads[slot]
        while position >= (self._first << _CHUNK_BITS or 1):
            cells = self._chunks[(position >> _CHUNK_BITS) - self._first]
            at = (position & _LOW) * 2
            if ((cells[at] & _DOC) - self._tail) & _DOC > self._latest - self._tail:
                break
            chain.append((position, cells[at]))
            if not cells[at + 1]:
                break
            position -= cells[at + 1]
        return chain

    def _sweep(self, steps: int) -> None:
        """Cut documents that are gone from some of the lists; all have their turn, again and again."""
        for _ in range(min(steps, len(self._frequent))):
            if not self._unswept:
                self._unswept = list(self._frequent)
            key = self._unswept.pop()
            docs = self._frequent.get(key)
            if docs is None:
                continue
            gone = bisect_left(docs, self._tail)
            if gone == len(docs):
                del self._frequent[key]
            elif gone * _SLACK > len(docs):
                del docs[:gone]
