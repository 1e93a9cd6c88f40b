"""Matches: what rules find in an entry, with the proof."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TextField(StrEnum):
    """The fields of an entry that rules read."""

    TITLE = "title"
    SUMMARY = "summary"
    CONTENT = "content"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hit:
    """One occurrence of one term: `text` stands at [start, end) of the field, in code points."""

    field: TextField
    start: int
    end: int
    text: str
    term: str
    """The alias or phrase of the rule file that it stands for."""
    entity: str | None = None
    """Id of the entity whose alias it is, None for a plain phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that an entry satisfies, with the proof."""

    rule: str
    hits: tuple[Hit, ...]


class Stance(StrEnum):
    """What somebody does with what is told."""

    CLAIM = "claimed"
    DENIAL = "denied"
    CONFIRMATION = "confirmed"
    STATEMENT = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who is said to have claimed, denied, confirmed or said something, and the sentence that says so."""

    stance: Stance
    speaker: str
    """As the sentence names them, without article."""
    entity: str | None = None
    """Id of the entity that the speaker is, None if they are none of the rule files."""
    sentence: str
    """Of the entry, at most 240 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that matching found in one entry: the rules satisfied, the entities mentioned, who claims what."""

    matches: tuple[Match, ...] = ()
    entities: tuple[str, ...] = ()
    """Ids of every entity mentioned, sorted, whether or not a rule asked for it."""
    claims: tuple[Claim, ...] = ()
    """In reading order, one for each speaker and stance."""


class Severity(StrEnum):
    """How much a rule's alerts matter, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
