"""Rules kept in the database: versions that people push, and that daemons take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSource:
    """One rule file of a version."""

    name: str
    """Relative to the folder that was pushed, with `/` between folders."""
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """What is known of a version without reading its files."""

    number: int
    """From 1 on; the greatest is the one in force."""
    at: datetime
    author: str
    note: str
    """Why it was pushed; may be empty."""
    fingerprint: str
    """Of what the rules mean, as core.fingerprint has it."""
    rules: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBundle:
    """A version with its files."""

    version: RuleVersion
    sources: tuple[RuleSource, ...] = field(repr=False)
    """In the order of their names."""

    def path_of(self, source: RuleSource) -> str:
        """Say where a mistake in one of its files is: `database/12/border.yaml`."""
        return f"database/{self.version.number}/{source.name}"

    def text_at(self, path: str) -> str | None:
        """Return the text of the file that `path_of` calls so; None if it is none of these."""
        return next((one.text for one in self.sources if self.path_of(one) == path), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """What somebody wants to be the next version."""

    at: datetime
    author: str
    note: str
    fingerprint: str
    rules: int
    sources: tuple[RuleSource, ...] = field(repr=False)
    after: int | None = None
    """The number that the newest version must have; None: whatever it has."""
