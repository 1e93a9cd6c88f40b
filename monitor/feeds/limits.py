"""How much of a document is kept."""

from __future__ import annotations

from dataclasses import dataclass

TITLE = 2**10
SUMMARY = 8 * 2**10
CONTENT = 256 * 2**10
ADDRESS = 2 * 2**10
AUTHOR = 256
CATEGORY = 128
CATEGORIES = 32
DATE_TEXT = 128
LANGUAGE = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a document came from and how much of it counts; sizes here are characters."""

    url: str
    content_type: str | None = None
    max_entries: int = 500
    known: frozenset[bytes] = frozenset()
    """Hashes of items that need not be read again."""
