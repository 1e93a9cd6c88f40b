"""Entries: items of feeds in plain text, and the keys by which they are known again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyKind(StrEnum):
    """By what an entry may be recognised again, strongest first."""

    GUID = "guid"
    URL = "url"
    TITLE = "title"
    """Feed, folded title and day or description: the last resort for feeds with neither guid nor link."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EntryKey:
    """One alias under which an entry of a feed is known."""

    kind: KeyKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item of a feed in plain text, ready to be matched: what the rest of the daemon works on."""

    id: str
    """32 hex digits, derived from the feed and the strongest key; the same for ever."""
    feed: str
    outlet: str
    keys: tuple[EntryKey, ...] = ()
    guid: str | None = None
    url: str | None = None
    """Canonical address (tracking parameters gone), for comparing."""
    link: str | None = None
    """The address as published, for opening; http or https only."""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    lang: str | None = None
    tags: tuple[str, ...] = ()
    """The feed's tags, for rules and routes."""
    published: datetime | None = None
    """None where the feed gave no date or an absurd one."""
    fetched: datetime
    first_seen: datetime
    text_hash: str = ""
    """Of the folded title, summary and content: equal texts have equal hashes."""
    revision: int = 0
    """0 as first seen, n for the n-th changed text under the same id."""
    sample: bool = False
    first_read: bool = False
    """Whether it came with the very first read of its feed."""
    full_text: bool = False
    """Whether `content` is the text of the page behind the link, not of the feed."""
    page_texts: int = 0
    """How many of its revisions were the text of its page: those are no changes of the article."""

    @property
    def changes(self) -> int:
        """How often its feed has changed the text."""
        return self.revision - self.page_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What the store remembers of an entry that a poll may bring again."""

    id: str
    keys: tuple[EntryKey, ...]
    text_hash: str
    revision: int
    first_seen: datetime
    title: str = ""
    """Empty where retention has taken the entry."""
    url: str | None = None
    page_texts: int = 0
