"""Matches: what rules find in an entry, with the proof, and how a rule wants to alert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that matching found in one entry: the rules satisfied and the entities mentioned."""

    matches: tuple[Match, ...] = ()
    entities: tuple[str, ...] = ()
    """Ids of every entity mentioned, sorted, whether or not a rule asked for it."""


class Severity(StrEnum):
    """How much a rule's alerts matter, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FollowUp(StrEnum):
    """What later articles of a story do to the alert already sent."""

    UPDATE = "update"
    THREAD = "thread"
    NEW = "new"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corroboration:
    """Hold an alert until this many independent outlets tell the story, for at most `within`."""

    outlets: int
    within: timedelta
    otherwise: str = "drop"
    """At the deadline: `drop` (recorded, listable) or `send` (marked unconfirmed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """How a rule's matches become alerts."""

    channels: tuple[str, ...] = ()
    """Channel names; empty means: as the routes say."""
    follow_up: FollowUp = FollowUp.UPDATE
    corroboration: Corroboration | None = None
    cooldown: timedelta = timedelta(0)
    """At least this long between two alerts of the rule, whatever their stories."""
    max_age: timedelta | None = None
    """Entries older than this when first seen do not alert; None means the configured default."""
