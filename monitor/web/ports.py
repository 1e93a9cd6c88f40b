"""What the desk needs of the world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from monitor.core.models import Counts, Decision, ListedAlert, StoredEntry, Story

Clock = Callable[[], datetime]
RuleNames = Callable[[], Sequence[str]]
"""Names of the rules in force."""


class StoryReader(Protocol):
    """Reads stories and what became of them."""

    async def page_of_stories(
        self, *, before: tuple[datetime, str] | None = None, limit: int = 50, rule: str | None = None
    ) -> list[Story]:
        """Stories that a rule matched, the last changed first: those after (changed, id) of a walk."""

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so."""

    async def merged_into(self, story: str) -> str | None:
        """The story that this one was made part of, None if it stands by itself."""

    async def entries_of_story(self, story: str) -> list[StoredEntry]:
        """The entries of a story, in order of arrival."""

    async def decisions_on(self, entries: Sequence[str]) -> list[Decision]:
        """What was decided on these entries; the latest last."""

    async def alerts_of_story(self, story: str) -> list[ListedAlert]:
        """The alerts on a story, with where they went; the oldest first."""


class DeskStore(StoryReader, Protocol):
    """All that the pages read."""

    async def counts(self) -> Counts:
        """How much there is of everything."""
