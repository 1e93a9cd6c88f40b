"""Signatures: a sketch of a text's word triples by which edited copies are known.

A text becomes the set of hashes of its overlapping word triples; of these the ones divisible by `scale` are
kept, so that two sketches of different scale still compare (FracMinHash, Irber et al. 2022). The measure is
containment, not likeness: what share of the shorter text stands in the longer one. It finds copies that were
cut, extended or given a new lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xxhash

COPY_AT = 0.5
"""Containment from which a text counts as a copy: independent texts of one event stay below .3 in 95 %."""
COPY_LONG_AT = 0.4
"""The same where much was compared: change a fifth of the words, and half of the triples go."""
PARTLY_AT = 0.3
"""Containment from which a text is not independent: read by eye, what shares less shares quotes and names."""
_PART = 5
"""Shared hashes that no quoted sentence comes to, of texts that keep every second one."""
LONG = 14
"""Shared hashes that are much."""
MIN_TRIPLES = 8
"""Fewer triples on the shorter side prove nothing; such texts are copies only when equal."""
MAX_HASHES = 512
_ALL_KEPT = 24
_HALF_KEPT = 200
_QUARTER = 4

_AGENCIES = {
    "reuters": r"reuters|рейтер|рейтерс",
    "ap": r"associated press|\(ap\)|ap photo",
    "afp": r"\bafp\b|agence france-presse",
    "dpa": r"\(dpa\)|\bdpa/",
    "tass": r"\btass\b|\bтасс\b",
    "interfax": r"interfax|интерфакс|інтерфакс",
    "ria": r"ria novosti|риа новости",
    "ukrinform": r"ukrinform|укринформ|укрінформ",
    "unian": r"\bunian\b|униан|уніан",
    "bloomberg": r"bloomberg",
    "xinhua": r"xinhua|синьхуа",
}
_HINTS = (
    "reuters", "рейтер", "associated press", "(ap)", "ap photo", "afp", "france-presse", "dpa", "tass",
    "тасс", "nterfax", "нтерфакс", "ria novosti", "риа новости", "ukrinform", "укринформ", "укрінформ",
    "unian", "униан", "уніан", "bloomberg", "xinhua", "синьхуа",
)  # fmt: skip
"""One of these stands in every credit: looking for them is many times cheaper than the expression."""
_CREDIT = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _AGENCIES.items()), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sketch:
    """The kept hashes (32 bits each) of a text's word triples; `triples` counts all of them."""

    scale: int
    triples: int
    hashes: frozenset[int]

    def at_scale(self, scale: int) -> frozenset[int]:
        """The hashes that a sketch of this scale would have kept; `scale` is a multiple of the own one."""
        if scale <= self.scale:
            return self.hashes
        mask = scale - 1
        return frozenset(value for value in self.hashes if not value & mask)

    @property
    def indexed(self) -> frozenset[int]:
        """The hashes under which a text is looked up: all of a title's, of a longer text's one in four."""
        return self.hashes if self.triples <= _ALL_KEPT else self.at_scale(_QUARTER)

    def coarse(self) -> Sketch:
        """The same with nothing but the hashes that are looked up."""
        return Sketch(
            max(self.scale, 1 if self.triples <= _ALL_KEPT else _QUARTER), self.triples, self.indexed
        )


EMPTY = Sketch(1, 0, frozenset())


def sketch(words: Sequence[str]) -> Sketch:
    """Sketch a text given as folded words (for scripts without spaces: overlapping pairs of characters).

    Short texts keep every triple or every second one, so that a title of eight words still has a sketch;
    longer ones every fourth, and so on up to `MAX_HASHES`.
    """
    digest = xxhash.xxh3_64_intdigest
    found = {
        digest(f"{first} {second} {third}".encode("utf-8", "surrogatepass")) >> 32
        for first, second, third in zip(words, words[1:], words[2:], strict=False)
    }
    scale = _scale(len(found))
    mask = scale - 1
    return Sketch(scale, len(found), frozenset(value for value in found if not value & mask))


def _scale(triples: int) -> int:
    if triples <= _ALL_KEPT:
        return 1
    if triples <= _HALF_KEPT:
        return 2
    scale = _QUARTER
    while triples > MAX_HASHES * scale:
        scale *= 2
    return scale


def containment(one: Sketch, other: Sketch, *, ignoring: Iterable[int] = ()) -> float:
    """What share of the shorter text's triples stands in the longer text, in [0, 1].

    `ignoring` are hashes that do not count, such as a source's boilerplate. Returns 0 where the shorter side
    has fewer than `MIN_TRIPLES` triples or nothing is left to compare.
    """
    scale = max(one.scale, other.scale)
    left, right = one.at_scale(scale), other.at_scale(scale)
    skipped = frozenset(ignoring)
    if skipped:
        left, right = left - skipped, right - skipped
    shorter = min(len(left), len(right))
    if shorter * scale < MIN_TRIPLES or shorter < 2:  # noqa: PLR2004 - one hash is chance
        return 0.0
    return len(left & right) / shorter


def is_copy(one: Sketch, other: Sketch, share: float) -> bool:
    """Whether a containment proves that one text copies the other."""
    return share >= COPY_AT or (
        share >= COPY_LONG_AT and share * min(len(one.hashes), len(other.hashes)) >= LONG
    )


def shares_part(one: Sketch, other: Sketch, share: float) -> bool:
    """Whether a containment, too little for a copy, proves that one text took a part of the other."""
    return share >= PARTLY_AT and share * min(len(one.hashes), len(other.hashes)) >= _PART


def credited(text: str) -> str | None:
    """The news agency that a text credits first, if any: `reuters`, `ap`, `afp`, `tass`, `interfax`..."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS):
        return None
    found = _CREDIT.search(text)
    return found.lastgroup if found else None
