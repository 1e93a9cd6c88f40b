"""An inverted index of fixed cost per posting: 12 bytes, no objects, expiry for free."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_CHUNK_BITS = 15
_CHUNK = 1 << _CHUNK_BITS
_LOW = _CHUNK - 1
_FIELDS = 3


class Postings:
    """Which documents bear a 32-bit key, newest first.

    Postings are written one after the other into chunks; each remembers how far back the previous posting of
    its slot lies: a slot is a chain from the newest to the oldest. Chunks whose documents are all gone are
    dropped from the front: nothing is ever searched for to be deleted. Documents are numbered in order of
    arrival.
    """

    def __init__(self, *, slot_bits: int = 20) -> None:
        self._mask = (1 << slot_bits) - 1
        self._heads = array("Q", (0,)) * (1 << slot_bits)
        self._chunks: list[array[int]] = []
        self._newest: list[int] = []
        self._first = 0
        self._next = 1
        self._tail = 0
        self._withdrawn: set[int] = set()

    def add(self, doc: int, keys: Iterable[int]) -> None:
        """Enter a document, numbered no lower than any before, under its keys."""
        heads, mask = self._heads, self._mask
        for key in keys:
            slot = key & mask
            position = self._next
            chunk = (position >> _CHUNK_BITS) - self._first
            if chunk == len(self._chunks):
                self._chunks.append(array("I", bytes(4 * _FIELDS * _CHUNK)))
                self._newest.append(doc)
            at = (position & _LOW) * _FIELDS
            back = position - heads[slot] if heads[slot] else 0
            if back > position - (self._first << _CHUNK_BITS):
                back = 0
            cells = self._chunks[chunk]
            cells[at] = key
            cells[at + 1] = doc & 0xFFFFFFFF
            cells[at + 2] = back
            heads[slot] = position
            self._newest[chunk] = doc
            self._next = position + 1

    def newest(self, key: int, limit: int) -> list[int]:
        """The documents entered under the key, newest first, at most `limit`."""
        found: list[int] = []
        first, chunks, tail, withdrawn = self._first, self._chunks, self._tail, self._withdrawn
        position = self._heads[key & self._mask]
        oldest = first << _CHUNK_BITS
        while position > oldest:
            cells = chunks[(position >> _CHUNK_BITS) - first]
            at = (position & _LOW) * _FIELDS
            if cells[at] == key:
                doc = cells[at + 1]
                if doc >= tail and doc not in withdrawn:
                    found.append(doc)
                    if len(found) == limit:
                        break
            back = cells[at + 2]
            if not back:
                break
            position -= back
        return found

    def withdraw(self, doc: int) -> None:
        """Forget one document before its time."""
        self._withdrawn.add(doc)

    def drop_before(self, doc: int) -> None:
        """Forget every document numbered below `doc`."""
        if doc == self._tail:
            return
        self._tail = doc
        if self._withdrawn:
            self._withdrawn = {number for number in self._withdrawn if number >= doc}
        gone = 0
        while gone < len(self._newest) - 1 and self._newest[gone] < doc:
            gone += 1
        if gone:
            del self._chunks[:gone], self._newest[:gone]
            self._first += gone
