"""Stories: where an entry belongs and who tells the story."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.core.models.matches import Claim


class Placement(StrEnum):
    """How an entry relates to what is known."""

    OPENS = "opens"
    JOINS = "joins"
    COPY = "copy"
    REVISION = "revision"


class News(StrEnum):
    """What an entry adds to the story it joins: the reasons to tell the reader again."""

    OUTLET = "another outlet"
    LANGUAGE = "another language"
    ENTITY = "a new name"
    NUMBER = "a new number"
    DENIAL = "an official denial"
    CONFIRMATION = "a confirmation"
    CORRECTION = "a correction"
    NOVELTY = "unseen information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Where an entry belongs, and why."""

    entry: str
    story: str
    """Id of the story: the id of the entry that opened it."""
    placement: Placement
    of: str | None = None
    """The entry it copies or revises, or the nearest member of the story it joins."""
    score: float = 1.0
    """Likeness to `of` in [0, 1]."""
    reason: str
    """A sentence, stored and shown."""
    news: tuple[News, ...] = ()
    possibly: tuple[str, ...] = ()
    """Ids of other stories that may be the same, likeliest first: to show, never to suppress."""
    likely: str = ""
    """The first of them where it had better be told with the entry, else empty; not stored."""
    partly_of: str | None = None
    """The entry of another outlet in which a part of its text stands, too little for a copy."""
    trace: bytes = field(default=b"", repr=False)
    """What the story book needs to remember this entry after a restart; opaque to everybody else."""


class EditKind(StrEnum):
    """What a person did to stories."""

    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"
    FORGET = "forget"
    """Of one entry nothing but a tombstone is left; it is never undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEdit:
    """Entries that a person moved from one story to another, and why."""

    number: int
    """Counts up; 0 for one not yet stored."""
    kind: EditKind
    at: datetime
    author: str
    why: str
    source: str
    """Id of the story that the entries left."""
    target: str
    entries: tuple[str, ...]
    undone_by: int | None = None
    """Number of the edit that took it back, None while it is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entry of a story as shown to people."""

    entry: str
    outlet: str
    title: str
    link: str | None
    lang: str | None
    at: datetime
    """First seen."""
    placement: Placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """A claim with the entry that first told of it."""

    claim: Claim
    entry: str
    outlet: str
    at: datetime
    """When the entry was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One happening and who reports it."""

    id: str
    title: str
    opened_at: datetime
    updated_at: datetime
    entries: int
    """Articles, revisions not counted."""
    outlets: tuple[str, ...]
    """Distinct outlets in order of appearance; those of one owner are one: `rt (rt.com, ruptly.tv)`."""
    texts: int
    """Independent texts: copies of one text count once."""
    languages: tuple[str, ...]
    entities: tuple[str, ...]
    sources: tuple[Source, ...]
    """The first source of each outlet and the latest ones, at most 50."""
    claims: tuple[Attributed, ...] = ()
    """Who claimed, denied or confirmed it, each once and as first told; at most 12."""
    partly: int = 0
    """Texts of the window that stand in part in another of the story: not among the independent ones."""
