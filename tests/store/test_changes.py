"""What a look at the store says has changed, on both databases."""

from __future__ import annotations

from dataclasses import replace

from monitor.core.models import Mark
from monitor.store import Store
from tests.store.samples import an_entry, assembled, poll


async def assemble(store: Store, name: str, *, story: str | None = None) -> None:
    """Bring an entry into a story, alerted."""
    await poll(store, an_entry(name))
    [waiting] = await store.pending_entries(limit=10)
    done = assembled(waiting, story=story)
    alerts = tuple(replace(one, id=f"{name:0>32}") for one in done.alerts)
    await store.commit_assembled([replace(done, alerts=() if story else alerts)])


async def test_nothing_new_is_nothing_changed(store: Store) -> None:
    """The mark stays as it is."""
    await assemble(store, "a")
    mark = await store.mark()
    found = await store.changes(mark)
    assert found.mark == mark
    assert found.stories == ()


async def test_a_story_that_opened_or_grew_is_named_once_with_rules_and_alert(store: Store) -> None:
    """Whatever came before the mark is left out."""
    await assemble(store, "a")
    mark = await store.mark()
    await assemble(store, "b")
    await assemble(store, "c", story="a")
    found = await store.changes(mark)
    assert sorted(found.stories) == ["a", "b"]
    assert found.rules == {"a": {"raids"}, "b": {"raids"}}
    assert found.alerted == {"a", "b"}
    assert found.complete
    assert (await store.changes(found.mark)).stories == ()


def test_a_mark_is_read_as_it_was_written() -> None:
    """And nothing else is."""
    mark = Mark(placements=3, decisions=40, edits=5, deeds=6)
    assert Mark.read(str(mark)) == mark
    assert Mark.read("3.4") is None
    assert Mark.read("a.b.c.d") is None
