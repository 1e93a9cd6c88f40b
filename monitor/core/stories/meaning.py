"""What compares of a text whatever its language: names by their sound, common words by their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from monitor.core.stories.common import STEMS
from monitor.core.stories.concepts import COUNT, PLACES, concept
from monitor.core.stories.names import sound
from monitor.core.stories.trace import entity_key
from monitor.core.stories.words import term
from monitor.core.text import fold

_NAME = re.compile(r"(?<!\w)[A-ZÀ-ÞА-ЯЁІЇЄҐ][^\W\d_]+(?:['’ʼ][^\W\d_]+)?")
_TITLE, _BODY = 10, 6
_FIRST = 0x100
"""Concepts are written as letters beyond Latin-1; sounds are small letters."""
_BEGINNING = 3
_SPEAKERS = 2
"""The counts of common stems are of items in three languages together, of which one or two know the stem."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The tokens of a text: sounds of names and signs of concepts."""

    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    """Those of the first sentences that are not in the title."""
    said: Mapping[str, str] = field(default_factory=dict)
    """The word of the text for each token, to show."""


def meaning(title: str, lead: str, *, cut: tuple[Iterable[str], Iterable[str]]) -> Meaning:
    """Read the tokens of a title and of what follows it, in order of appearance, at most sixteen.

    Args:
        title: as written, since capitals tell names.
        lead: what follows it.
        cut: the folded words of both.
    """
    own, rest = _tokens(title, cut[0]), _tokens(lead, cut[1])
    body = tuple(token for token in rest if token not in own)
    return Meaning(tuple(own)[:_TITLE], body[:_BODY], rest | own)


def _tokens(text: str, words: Iterable[str]) -> dict[str, str]:
    """The tokens, each with the word that stands for it last."""
    found = {heard: name for name in _NAME.findall(text) if (heard := _heard(name))}
    for word in words:
        if (number := concept(word)) is not None:
            found[chr(_FIRST + number)] = word
    return found


@lru_cache(maxsize=1 << 14)
def _heard(name: str) -> str:
    """The sound of a name as written; empty for what is no name, or too short to tell."""
    word = fold(name).removesuffix("'s")
    return sound(word) if concept(word) is None and term(word) else ""


def is_concept(token: str) -> bool:
    """Whether a token is the sign of a concept."""
    return ord(token[0]) >= _FIRST


def is_name(token: str) -> bool:
    """Whether a token stands for one place or one person: a sound, or a country."""
    return ord(token[0]) < _FIRST + PLACES


@lru_cache(maxsize=1 << 14)
def token_key(token: str) -> int:
    """Hash a token to a key that no word and no entity has: its rarity is counted under it."""
    return entity_key(f"~{token}")


@lru_cache(maxsize=1 << 14)
def key_in(lang: str, token: str) -> int:
    """Hash a token, of a sound its beginning, to the key under which texts in one language are found."""
    return entity_key(f"~{lang} {token[:_BEGINNING]}")


def keys(tokens: Iterable[str]) -> list[int]:
    """Hash several tokens, as `token_key`."""
    return [token_key(token) for token in tokens]


def background() -> dict[int, float]:
    """Return in what share of news items each concept is met, by key of its sign."""
    shares = [0.0] * COUNT
    for stem, share in STEMS.items():
        if (number := concept(stem)) is not None:
            shares[number] += share / _SPEAKERS
    return {token_key(chr(_FIRST + number)): share for number, share in enumerate(shares) if share}
