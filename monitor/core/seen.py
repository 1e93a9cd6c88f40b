"""What one reading of a feed leaves so that the next reads only what is new, with the same result.

    parsed.seen, body -> Seen -> (next document) -> Skipped -> may the new items be judged alone?

An entry is judged beside the other entries of its document (see monitor.core.identity): a key that two of
them carry is no key, and what is known is one of them only. Items that are skipped are not there to be looked
at, so what they are is remembered, and wherever it could matter the whole document is read after all.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from monitor.core.identity import LABEL_AT_LEAST, Recognised, folded
from monitor.core.models import Entry, EntryKey, KnownEntry

_KEYS = 4
"""More than a feed can give one entry: guid, address, id in the address, and the last resort."""
_ID = 16
_RECORD = struct.Struct(f"<16s16sQ{_KEYS}Q")
"""Hash of the item, id of its entry, hash of its title, and of its keys; 0 where there are fewer."""


def _hash(*parts: str) -> int:
    value = "\0".join(parts).encode("utf-8", "replace")
    return int.from_bytes(blake2b(value, digest_size=8).digest(), "little") or 1


def _of_key(key: EntryKey) -> int:
    return _hash(key.kind, key.value)


@dataclass(frozen=True, slots=True)
class Skipped:
    """What must be known of the items that were not read."""

    entries: Set[str]
    keys: Set[int]
    titles: Counter[int]

    def may_judge_alone(self, body: Sequence[Entry], known: Iterable[KnownEntry]) -> bool:
        """Say whether the entries read come to the same as they would beside those skipped.

        Args:
            body: the entries read.
            known: what the store remembers under any of their keys.
        """
        if any(entry.id in self.entries for entry in known):
            return False
        if any(_of_key(key) in self.keys for entry in body for key in entry.keys):
            return False
        titles = Counter(_hash(folded(entry.title)) for entry in body)
        return all(count + self.titles[title] < LABEL_AT_LEAST for title, count in titles.items())


class Seen:
    """The items of one feed's document as last read; 72 bytes each."""

    __slots__ = ("_packed",)

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @classmethod
    def of(
        cls,
        hashes: Sequence[bytes],
        body: Sequence[Entry],
        recognised: Iterable[Recognised],
        *,
        before: Seen | None = None,
    ) -> Self | None:
        """Remember a document; None where what an item is may depend on what stands beside it.

        That is so where two items share a key, or where not every item is one entry.

        Args:
            hashes: those of all its items, in order (`ParsedFeed.seen`).
            body: the entries read, in the same order.
            recognised: which entries they are.
            before: what was known when they were read: entries of items in it are missing.
        """
        old = before.records() if before else {}
        fresh = [mark for mark in hashes if mark not in old]
        keys = [key for entry in body for key in entry.keys]
        if not hashes or len(fresh) != len(body) or len(set(keys)) != len(keys):
            return None
        ids = {place: one.id for one in recognised for place in one.places}
        new = {mark: _record(mark, ids[place], body[place]) for place, mark in enumerate(fresh)}
        return cls(b"".join(new.get(mark) or old[mark] for mark in dict.fromkeys(hashes)))

    def records(self) -> dict[bytes, bytes]:
        """What is remembered of each item, by its hash."""
        packed, size = self._packed, _RECORD.size
        return {packed[at : at + _ID]: packed[at : at + size] for at in range(0, len(packed), size)}

    @property
    def hashes(self) -> frozenset[bytes]:
        """Those of all its items."""
        return frozenset(self.records())

    def skipped(self, hashes: Iterable[bytes]) -> Skipped:
        """What is known of those of a document's items that were seen before."""
        records = self.records()
        found = [_RECORD.unpack(records[mark]) for mark in hashes if mark in records]
        return Skipped(
            entries={entry.hex() for _, entry, *_ in found},
            keys={key for _, _, _, *keys in found for key in keys if key},
            titles=Counter(title for _, _, title, *_ in found),
        )


def _record(mark: bytes, entry_id: str, entry: Entry) -> bytes:
    keys = [_of_key(key) for key in entry.keys[:_KEYS]]
    title = _hash(folded(entry.title))
    return _RECORD.pack(mark, bytes.fromhex(entry_id), title, *keys, *[0] * (_KEYS - len(keys)))
