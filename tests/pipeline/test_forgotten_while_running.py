"""An entry forgotten beside a running daemon: what it remembers of it is stored and sent by nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.pipeline.rig import Rig

ORLA = ("orla", "Zxqvlenko blames a collapsed bridge over the river Orla on a coal train")
ORLA_TOO = ("orla2", "Collapsed bridge over the river Orla blamed on a coal train")
ORLA_LATE = ("orla3", "Collapsed bridge over the river Orla blamed on a coal train, report says")


async def forget(rig: Rig, *, title: str) -> str:
    """Forget the entry of a title as the command does, beside the daemon."""
    store = rig.store.store
    listed = await store.list_entries(since=rig.clock() - timedelta(days=1))
    [entry] = [one.entry.id for one in listed if one.entry.title == title]
    await store.forget_entry(entry, at=rig.clock(), author="anna", owners={})
    return entry


async def test_the_daemon_does_not_tell_a_forgotten_title_again(rig: Rig) -> None:
    """Its story goes on by its other articles; the feed that still serves it brings it back no more."""
    store = rig.store.store
    await rig.serve("one", ORLA)
    await rig.through()
    await rig.serve("two", ORLA_TOO)
    await rig.through()
    [story] = await store.list_stories()
    assert story.entries == 2
    before = len(rig.channel.got)
    gone = await forget(rig, title=ORLA[1])
    await rig.serve("one", ORLA)
    await rig.serve("three", ORLA_LATE)
    await rig.through()
    [told] = await store.list_stories()
    assert [source.title for source in told.sources] == [ORLA_TOO[1], ORLA_LATE[1]]
    assert "Zxqvlenko" not in told.title
    assert await store.entry(gone) is None
    for delivery in rig.channel.got[before:]:
        assert "Zxqvlenko" not in repr(delivery.message)


async def test_a_lone_story_is_not_joined_after_its_entry_is_forgotten(rig: Rig) -> None:
    """What the book remembered of it is gone: the next article opens a story of its own."""
    store = rig.store.store
    await rig.serve("one", ORLA)
    await rig.through()
    gone = await forget(rig, title=ORLA[1])
    await rig.serve("two", ORLA_TOO)
    await rig.through()
    titles = {story.id: story.title for story in await store.list_stories()}
    assert titles[gone] == "(forgotten)"
    assert sorted(titles.values()) == ["(forgotten)", ORLA_TOO[1]]


async def test_a_batch_placed_a_moment_before_is_placed_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book that placed it still knew the entry."""
    store = rig.store.store
    await rig.serve("one", ORLA)
    await rig.through()
    commit, to_forget = store.commit_assembled, [ORLA[1]]

    async def late(*args: Any, **known: Any) -> None:
        if to_forget:
            await forget(rig, title=to_forget.pop())
        await commit(*args, **known)

    monkeypatch.setattr(store, "commit_assembled", late)
    await rig.serve("two", ORLA_TOO)
    await rig.through()
    assert sorted(story.title for story in await store.list_stories()) == ["(forgotten)", ORLA_TOO[1]]
