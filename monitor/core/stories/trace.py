"""Footprints: all that the story book keeps of an entry's text, and their bytes in the store."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import xxhash

from monitor.core.models import Claim, Stance
from monitor.core.signature import Sketch
from monitor.core.stories.words import NUMBER

_VERSION = 1
_HEAD = struct.Struct("<BBQqIIQQQHfHHBB")
_PLACE = struct.Struct("<BBQ")
_KEYS = struct.Struct("<QQQ")
_KEYS_AT = struct.calcsize("<BBQqII")
HEAD = _PLACE.size
"""Bytes of a trace that tell its place in the order of the book."""
_ENTRIES = struct.Struct("<I")
_ENTRIES_AT = struct.calcsize("<BBQq")
_COUNTS = struct.Struct("<HHBB")
_COUNTS_AT = _HEAD.size - _COUNTS.size
_SIZES = struct.Struct("<fHHBB")
_SIZES_AT = _HEAD.size - _SIZES.size
_TRIPLES = struct.Struct("<H")
_TRIPLES_AT = _KEYS_AT + _KEYS.size
_INDEXED = 20
_MEANT = "\x02"
"""Stands before what a text means in any language; traces of earlier versions have none."""
_CLAIMED = "\x01"
"""Stands before each claim; no text of a claim holds control characters."""
_MEANT_MARK, _CLAIMED_MARK = _MEANT.encode(), _CLAIMED.encode()


class Flag:
    """What is special about an entry: bits of `Footprint.flags`."""

    NONE: Final = 0
    COPY: Final = 1
    LIVE: Final = 2
    DENIAL: Final = 4
    CONFIRMATION: Final = 8
    CORRECTION: Final = 16
    REVISED: Final = 32
    PARTLY: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """An entry as the book compares it. Terms are hashes of stems, rarest first as of its arrival."""

    seq: int
    """Place in the order of the book; a revision takes a new one."""
    opened: int
    """When its story opened, microseconds since 1970."""
    entries: int
    """Articles of its story up to and with it."""
    texts: int
    """Independent texts of its story up to and with it."""
    flags: int
    url: int
    """Hash of the canonical address, 0 without one."""
    title_key: int
    """Hash of the folded title without prefixes, 0 without one."""
    text_key: int
    """Hash of all folded words."""
    lang: str
    norm: float
    """Length of its vector, weighed as of its arrival."""
    title: tuple[int, ...]
    body: tuple[int, ...]
    """Terms of summary or first words of the content that are not in the title."""
    sketch: Sketch
    entities: tuple[str, ...]
    agency: str
    """The news agency credited, empty if none is."""
    claims: tuple[Claim, ...] = ()
    """Who claims or denies what, as its text says."""
    meant_title: tuple[str, ...] = ()
    """Sounds of names and signs of concepts in the title, comparable across languages: see `meaning`."""
    meant_body: tuple[str, ...] = ()
    """Those of the first sentences."""

    @property
    def terms(self) -> tuple[int, ...]:
        """All terms."""
        return self.title + self.body

    @property
    def numbers(self) -> frozenset[int]:
        """The terms that are numbers."""
        return frozenset(term for term in self.terms if term & NUMBER)

    def rare(self, limit: int = _INDEXED) -> tuple[int, ...]:
        """The terms under which it can be found."""
        half = limit // 2
        title = self.title[: max(half, limit - len(self.body))]
        return title + self.body[: limit - len(title)]


class Glance(NamedTuple):
    """What of a footprint says how alike two texts are: read many times for each entry, hence by itself."""

    seq: int
    flags: int
    norm: float
    title: tuple[int, ...]
    body: tuple[int, ...]
    names: bytes
    """Language, agency and entities, as they stand in the trace."""

    @property
    def lang(self) -> str:
        """The language, empty if unknown."""
        return self.names[: self.names.index(0)].decode("utf-8", "surrogatepass")

    @property
    def entities(self) -> list[str]:
        """The entities mentioned and the rules matched."""
        return self.names.decode("utf-8", "surrogatepass").split("\0")[2:]


class Keys(NamedTuple):
    """By what an entry is known again; hashes as in the footprint."""

    url: int
    title: int
    text: int


@lru_cache(maxsize=1 << 14)
def entity_key(entity: str) -> int:
    """Hash an entity id to a key that no word has."""
    return xxhash.xxh3_64_intdigest(f"\0entity {entity}".encode("utf-8", "surrogatepass")) >> 32


@lru_cache(maxsize=1024)
def _ints(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}I")


def _pack_ints(values: Sequence[int]) -> bytes:
    return _ints(len(values)).pack(*values)


def encode(print_: Footprint) -> bytes:
    """Write a footprint as bytes: about 230 for a title with a summary."""
    sketch = sorted(print_.sketch.hashes)
    head = _HEAD.pack(
        _VERSION,
        print_.flags,
        print_.seq,
        print_.opened,
        print_.entries,
        print_.texts,
        print_.url,
        print_.title_key,
        print_.text_key,
        min(print_.sketch.triples, 0xFFFF),
        print_.norm,
        len(print_.title),
        len(sketch),
        len(print_.body),
        print_.sketch.scale.bit_length() - 1,
    )
    names = "\0".join((print_.lang, print_.agency, *print_.entities))
    told = _CLAIMED.join((names, *map(_claim_as_text, print_.claims)))
    meant = "\0".join((" ".join(print_.meant_title), " ".join(print_.meant_body)))
    tail = f"{told}{_MEANT}{meant}".encode("utf-8", "surrogatepass")
    return head + _pack_ints(print_.title) + _pack_ints(print_.body) + _pack_ints(sketch) + tail


def _claim_as_text(claim: Claim) -> str:
    return "\0".join((claim.stance, claim.speaker, claim.entity or "", claim.sentence))


def _claim_from_text(text: str) -> Claim:
    stance, speaker, entity, sentence = text.split("\0")
    return Claim(stance=Stance(stance), speaker=speaker, entity=entity or None, sentence=sentence)


def readable(trace: bytes) -> bool:
    """Whether the bytes were written by `encode` of this version."""
    return len(trace) >= _HEAD.size and trace[0] == _VERSION


def order_of(head: bytes) -> int:
    """Read the place in the order of the book from the first `HEAD` bytes of a trace; 0 if unreadable."""
    return int(_PLACE.unpack_from(head)[2]) if len(head) >= HEAD and head[0] == _VERSION else 0


def keys(trace: bytes) -> Keys:
    """Read by what an entry is known again from bytes that are `readable`: hardly any work."""
    return Keys._make(_KEYS.unpack_from(trace, _KEYS_AT))


def entries(trace: bytes) -> int:
    """Read the articles of its story up to and with it from bytes that are `readable`."""
    return int(_ENTRIES.unpack_from(trace, _ENTRIES_AT)[0])


def flags(trace: bytes) -> int:
    """Read the bits of `Flag` from bytes that are `readable`."""
    return trace[1]


def terms(trace: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read the terms of title and body from bytes that are `readable`."""
    titles, _, bodies, _ = _COUNTS.unpack_from(trace, _COUNTS_AT)
    found = _ints(titles + bodies).unpack_from(trace, _HEAD.size)
    return found[:titles], found[titles:]


def sketched(trace: bytes) -> Sketch:
    """Read the sketch from bytes that are `readable`."""
    triples = _TRIPLES.unpack_from(trace, _TRIPLES_AT)[0]
    titles, kept, bodies, scale = _COUNTS.unpack_from(trace, _COUNTS_AT)
    hashes = _ints(kept).unpack_from(trace, _HEAD.size + 4 * (titles + bodies))
    return Sketch(1 << scale, triples, frozenset(hashes))


def glance(seq: int, trace: bytes) -> Glance:
    """Read what is compared first from the `readable` trace of a number: a fifth of the work of `decode`."""
    norm, titles, kept, bodies, _ = _SIZES.unpack_from(trace, _SIZES_AT)
    found = _ints(titles + bodies).unpack_from(trace, _HEAD.size)
    start = _HEAD.size + 4 * (titles + bodies + kept)
    end = trace.find(_MEANT_MARK, start)
    names = trace[start:end] if end >= 0 else trace[start:]
    if _CLAIMED_MARK in names:
        names = names[: names.index(_CLAIMED_MARK)]
    return Glance(seq, trace[1], norm, found[:titles], found[titles:], names)


class Foreign(NamedTuple):
    """What of a footprint compares across languages."""

    lang: str
    entities: tuple[str, ...]
    title: tuple[str, ...]
    """Sounds of names and signs of concepts."""
    body: tuple[str, ...]


def foreign(trace: bytes) -> Foreign:
    """Read what compares across languages from bytes that are `readable`."""
    titles, kept, bodies, _ = _COUNTS.unpack_from(trace, _COUNTS_AT)
    start = _HEAD.size + 4 * (titles + bodies + kept)
    told, _, meant = trace[start:].decode("utf-8", "surrogatepass").partition(_MEANT)
    lang, _, *entities = told.partition(_CLAIMED)[0].split("\0")
    title, _, body = meant.partition("\0")
    return Foreign(lang, tuple(entities), tuple(title.split()), tuple(body.split()))


def decode(trace: bytes) -> Footprint:
    """Read a footprint back from bytes that are `readable`."""
    (_, flags, seq, opened, entries, texts, url, title_key, text_key, triples, norm, titles, kept, bodies,
     scale) = _HEAD.unpack_from(trace)  # fmt: skip
    at = _HEAD.size
    numbers = _ints(titles + bodies + kept).unpack_from(trace, at)
    told, _, meant = trace[at + 4 * len(numbers) :].decode("utf-8", "surrogatepass").partition(_MEANT)
    names, *claims = told.split(_CLAIMED)
    meant_title, _, meant_body = meant.partition("\0")
    lang, agency, *entities = names.split("\0")
    return Footprint(
        seq=seq,
        opened=opened,
        entries=entries,
        texts=texts,
        flags=flags,
        url=url,
        title_key=title_key,
        text_key=text_key,
        lang=lang,
        norm=norm,
        title=numbers[:titles],
        body=numbers[titles : titles + bodies],
        sketch=Sketch(1 << scale, triples, frozenset(numbers[titles + bodies :])),
        entities=tuple(entities),
        agency=agency,
        claims=tuple(map(_claim_from_text, claims)),
        meant_title=tuple(meant_title.split()),
        meant_body=tuple(meant_body.split()),
    )
