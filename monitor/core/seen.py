"""What one reading of a feed leaves so that the next reads only what is new, with the same result.

    parsed.seen, body -> Seen -> (next document) -> Skipped -> may the new items be judged alone?

An entry is judged beside the other entries of its document (see monitor.core.identity): a key that two of
them carry is no key, and what is known is one of them only. Items that are skipped are not there to be looked
at, so what they are is remembered, and wherever it could matter the whole document is read after all. Items
that share a key are what they are as long as all of them stand there: if one is gone, the whole is read.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from monitor.core.identity import LABEL_AT_LEAST, Recognised, folded, title_key
from monitor.core.models import Entry, EntryKey, KnownEntry

_KEYS = 4
"""More than a feed can give one entry: guid, address, id in the address, and the last resort."""
_ID = 16
_RECORD = struct.Struct(f"<16s16s?Q{_KEYS}Q")
"""Hash of the item, id of its entry, whether others share a key of it, hash of its title, and of its keys;
0 where there are fewer."""


def _hash(*parts: str) -> int:
    value = "\0".join(parts).encode("utf-8", "replace")
    return int.from_bytes(blake2b(value, digest_size=8).digest(), "little") or 1


def _of_key(key: EntryKey) -> int:
    return _hash(key.kind, key.value)


def _may_bear(entry: Entry, *, sharing: bool) -> tuple[EntryKey, ...]:
    """Return the keys of an entry; beside others that share them, its words may come to be one."""
    return (*entry.keys, title_key(entry.title, entry.summary)) if sharing else entry.keys


@dataclass(frozen=True, slots=True)
class Skipped:
    """What must be known of the items that were not read."""

    entries: Set[str]
    keys: Set[int]
    titles: Counter[int]
    sharing: bool = False
    """Whether some of them share a key."""
    torn: bool = False
    """Whether one is gone with which another shared a key."""

    def may_judge_alone(self, body: Sequence[Entry], known: Iterable[KnownEntry]) -> bool:
        """Say whether the entries read come to the same as they would beside those skipped.

        Args:
            body: the entries read.
            known: what the store remembers under any of their keys. Beside items that share a key nothing may
                be known: two keys may lead to one entry there.
        """
        if self.torn or any(self.sharing or entry.id in self.entries for entry in known):
            return False
        if any(_of_key(key) in self.keys for entry in body for key in _may_bear(entry, sharing=self.sharing)):
            return False
        titles = Counter(_hash(folded(entry.title)) for entry in body)
        return all(count + self.titles[title] < LABEL_AT_LEAST for title, count in titles.items())


class Seen:
    """The items of one feed's document as last read; 73 bytes each."""

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
        """Remember a document; None where not every item is one entry.

        Args:
            hashes: those of all its items, in order (`ParsedFeed.seen`).
            body: the entries read, in the same order.
            recognised: which entries they are.
            before: what was known when they were read: entries of items in it are missing.
        """
        old = before.records() if before else {}
        fresh = [mark for mark in hashes if mark not in old]
        if not hashes or len(fresh) != len(body):
            return None
        ids = {place: one.id for one in recognised for place in one.places}
        # Items that are the same to the letter are one entry, however many there are.
        placed = {
            mark: (ids[place], entry) for place, (mark, entry) in enumerate(zip(fresh, body, strict=True))
        }
        bearers = Counter(key for _, entry in placed.values() for key in set(entry.keys))
        new = {
            mark: _record(mark, entry_id, entry, shared=any(bearers[key] > 1 for key in entry.keys))
            for mark, (entry_id, entry) in placed.items()
        }
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
        present = set(hashes)
        entries, keys, titles = set[str](), set[int](), Counter[int]()
        sharing = torn = False
        for mark, entry, shares, title, *borne in _RECORD.iter_unpack(self._packed):
            if mark in present:
                entries.add(entry.hex())
                keys.update(borne)
                titles[title] += 1
                sharing = sharing or shares
            else:
                torn = torn or shares
        return Skipped(entries=entries, keys=keys - {0}, titles=titles, sharing=sharing, torn=torn)


def _record(mark: bytes, entry_id: str, entry: Entry, *, shared: bool) -> bytes:
    keys = [_of_key(key) for key in _may_bear(entry, sharing=shared)[:_KEYS]]
    title = _hash(folded(entry.title))
    return _RECORD.pack(mark, bytes.fromhex(entry_id), shared, title, *keys, *[0] * (_KEYS - len(keys)))
