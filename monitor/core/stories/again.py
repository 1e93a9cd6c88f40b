"""Re-posts: an outlet publishes a text of its own again, weeks later, under another address."""

from __future__ import annotations

from monitor.core.models import Assignment, Entry, Placement

_TELLING = 160
"""Characters of text from which two equal ones are no accident. A weekly column has only its title in common
with the last one."""


def is_telling(entry: Entry) -> bool:
    """Whether an entry has enough text to be known again by it."""
    return len(entry.summary) + len(entry.content) >= _TELLING


def posted_again(entry: Entry, first: Entry, placed: Assignment) -> Assignment:
    """Place a re-post as a copy in the story of the first post; the window learns nothing of it.

    Args:
        entry: the new entry.
        first: the entry of the same outlet that had the same text before.
        placed: where that one was placed.
    """
    return Assignment(
        entry=entry.id,
        story=placed.story,
        placement=Placement.COPY,
        of=first.id,
        reason=f"re-post of the outlet's own text of {first.first_seen:%Y-%m-%d}",
    )
