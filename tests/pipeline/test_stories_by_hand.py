"""Stories merged and split while the daemon works: nothing is sent for it, and the next article knows."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.models import DeliveryKind, EditKind, StoryEdit
from tests.pipeline.rig import Rig

ORLA = ("orla", "Collapsed bridge over the river Orla traps a coal train")
SILT = ("silt", "Engineers blame silt for failed bridge near Tarn mill")
SILT_AGAIN = ("silt2", "Engineers blame silt for failed bridge near Tarn mill, report says")


async def merge(rig: Rig, source: str, target: str) -> StoryEdit:
    """Merge as the command does, beside the daemon."""
    edit = StoryEdit(
        number=0,
        kind=EditKind.MERGE,
        at=rig.clock(),
        author="alice",
        why="",
        source=source,
        target=target,
        entries=(),
    )
    found: StoryEdit = await rig.store.store.edit_stories(edit, {})
    return found


async def two_stories(rig: Rig) -> tuple[str, str]:
    """Let two outlets tell two stories; the ids in the order told."""
    await rig.serve("one", ORLA)
    await rig.through()
    await rig.serve("two", SILT)
    await rig.through()
    by_title = {story.title: story.id for story in await rig.store.store.list_stories()}
    return by_title[ORLA[1]], by_title[SILT[1]]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_merge_sends_nothing_and_the_next_article_edits_the_living_message(
    rig: Rig, restarted: object
) -> None:
    """With the daemon running on, or started anew in between."""
    orla, silt = await two_stories(rig)
    assert len(rig.channel.got) == 2
    await merge(rig, silt, orla)
    if restarted:
        rig.assembler = rig.new_assembler()
    await rig.through()
    assert len(rig.channel.got) == 2
    await rig.serve("three", SILT_AGAIN)
    await rig.through()
    [story] = await rig.store.store.list_stories()
    assert (story.id, story.entries) == (orla, 3)
    last = rig.channel.got[-1]
    assert (len(rig.channel.got), last.kind, last.story) == (3, DeliveryKind.UPDATE, orla)
    assert last.message.title == ORLA[1]


async def test_an_edit_a_moment_before_the_commit_is_not_overrun(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch was placed with the old book: it is placed again."""
    orla, silt = await two_stories(rig)
    commit = rig.store.store.commit_assembled
    edits = [1]

    async def late(*args: Any, **known: Any) -> None:
        if edits:
            edits.pop()
            await merge(rig, silt, orla)
        await commit(*args, **known)

    monkeypatch.setattr(rig.store.store, "commit_assembled", late)
    await rig.serve("three", SILT_AGAIN)
    await rig.through()
    [story] = await rig.store.store.list_stories()
    assert (story.id, story.entries) == (orla, 3)
    assert len(rig.channel.got) == 3
