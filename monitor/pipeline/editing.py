"""Stories put right by hand, for whoever asks: a person at a terminal, or one at the desk.

Nothing is sent for an edit; whoever keeps the stories takes it over before the next article is placed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from monitor.core.errors import StoryEditError
from monitor.core.models import EditKind, StoredEntry, Story, StoryEdit

SHORT: Final = 12
"""Digits of an id in a sentence."""


class EditingStore(Protocol):
    """What edits of stories ask of the store."""

    async def story(self, prefix: str) -> Story | None:
        """The story of that id, or the only one whose id begins so."""

    async def merged_into(self, story: str) -> str | None:
        """The story that this one was made part of, None if it stands by itself."""

    async def entries_of_story(self, story: str) -> list[StoredEntry]:
        """The entries of a story, in order of arrival."""

    async def edit_stories(self, edit: StoryEdit, owners: Mapping[str, str]) -> StoryEdit:
        """Move entries from one story to another, and log it."""

    async def undo_edit(self, edit: StoryEdit, by: StoryEdit, owners: Mapping[str, str]) -> StoryEdit:
        """Take an edit back by another one, which is logged as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who edits, when, and why."""

    at: datetime
    author: str
    why: str = ""


async def whole(store: EditingStore, story: Story) -> Story:
    """Follow a story to the one it was made part of, however often.

    Raises:
        StoryEditError: that one is no longer kept.
    """
    seen = {story.id}
    while (target := await store.merged_into(story.id)) is not None and target not in seen:
        seen.add(target)
        merged = await store.story(target)
        if merged is None:
            message = (
                f"the story {story.id[:SHORT]} was made part of {target[:SHORT]}, which is no longer kept"
            )
            raise StoryEditError(message)
        story = merged
    return story


async def merge(
    store: EditingStore, *, into: Story, part: Story, signed: Signed, owners: Mapping[str, str]
) -> StoryEdit:
    """Make one story part of another; both by what they are part of now.

    Raises:
        StoryEditError: they are one already, or one of them is no longer kept.
    """
    into, part = await whole(store, into), await whole(store, part)
    if into.id == part.id:
        message = f"{into.id[:SHORT]} is one story already"
        raise StoryEditError(message)
    return await store.edit_stories(_edit(EditKind.MERGE, part.id, into.id, signed), owners)


async def split(
    store: EditingStore, *, story: str, leaving: Collection[str], signed: Signed, owners: Mapping[str, str]
) -> StoryEdit:
    """Take entries, by their ids, out of a story, together, into one of their own.

    Raises:
        StoryEditError: none is in the story, nothing would stay, or the one that names the story would go.
    """
    inside = await store.entries_of_story(story)
    chosen = [one.entry.id for one in inside if one.entry.id in leaving]
    _may_leave(chosen, inside, story)
    return await store.edit_stories(_edit(EditKind.SPLIT, story, chosen[0], signed, chosen), owners)


async def undo(
    store: EditingStore, edit: StoryEdit, *, signed: Signed, owners: Mapping[str, str]
) -> StoryEdit:
    """Take an edit back; articles that came since stay where they joined.

    Raises:
        StoryEditError: it was taken back before, or nothing of it is left.
    """
    back = _edit(EditKind.UNDO, edit.target, edit.source, signed, edit.entries)
    return await store.undo_edit(edit, back, owners)


def _may_leave(chosen: Sequence[str], inside: Sequence[StoredEntry], story: str) -> None:
    if not chosen:
        message = "choose the articles that are to leave the story"
        raise StoryEditError(message)
    if len(chosen) == len(inside):
        message = "these are all entries of the story: name those that are to leave it"
        raise StoryEditError(message)
    if story in chosen:
        message = f"{story[:SHORT]} opened the story and gives it its name: split off the others instead"
        raise StoryEditError(message)


def _edit(kind: EditKind, source: str, target: str, signed: Signed, entries: Sequence[str] = ()) -> StoryEdit:
    return StoryEdit(
        number=0,
        kind=kind,
        at=signed.at,
        author=signed.author,
        why=signed.why.strip(),
        source=source,
        target=target,
        entries=tuple(entries),
    )
