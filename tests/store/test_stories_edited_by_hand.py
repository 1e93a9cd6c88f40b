"""Stories edited by hand: rows move in one transaction, alerts go along, everything can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitor.core.errors import StoriesEditedError, StoryEditError
from monitor.core.models import (
    Assembled,
    Claim,
    EditKind,
    Findings,
    PendingEntry,
    Reason,
    Stance,
    StoryEdit,
    Verdict,
)
from monitor.core.stories import StoryBook
from monitor.store import Store
from tests.store.samples import MINUTE, NOW, an_entry, assembled, poll

CLAIM = Claim(stance=Stance.DENIAL, speaker="Moscow", entity="moscow", sentence="Moscow denied it.")
TITLES = {
    "a": "Glacier lake above the village of Karst drained within an hour",
    "b": "Orchestra strike ends after seven weeks of silence in Orla",
    "c": "Counterfeit stamps flood the island of Mirabel",
}


async def told(store: Store, *names: str, verdicts: Sequence[Verdict] = ()) -> StoryBook:
    """Bring entries that open a story each, with an alert of rule `raids` in the state given, if any."""
    await poll(store, *(an_entry(name, title=TITLES[name]) for name in names))
    book = StoryBook()
    done = []
    for waiting, verdict in zip(await store.pending_entries(limit=10), [*verdicts, *names], strict=False):
        done.append(placed(book, waiting, verdict if isinstance(verdict, Verdict) else Verdict.SUPPRESSED))
    await store.commit_assembled(done, edits_known=0)
    return book


def placed(book: StoryBook, waiting: PendingEntry, verdict: Verdict) -> Assembled:
    """Let the book place an entry."""
    entry = replace(waiting.entry, content="", summary="", url=None)
    assignment, story = book.assign(entry, Findings(claims=(CLAIM,)))
    item = assembled(waiting, verdict=verdict)
    return replace(item, assignment=assignment, story=story)


def an_edit(kind: EditKind, source: str, target: str, *entries: str) -> StoryEdit:
    """Return an edit as a command makes it."""
    return StoryEdit(
        number=0,
        kind=kind,
        at=NOW + MINUTE,
        author="alice",
        why="one event",
        source=source,
        target=target,
        entries=entries,
    )


async def merged(store: Store, source: str, target: str) -> StoryEdit:
    """Make one story part of another."""
    return await store.edit_stories(an_edit(EditKind.MERGE, source, target), {})


async def test_a_merge_moves_entries_tells_the_story_anew_and_is_logged(store: Store) -> None:
    """Who, when, why, from where to where; the story that was left points to the other and is not listed."""
    await told(store, "a", "b")
    done = await merged(store, "b", "a")
    assert (done.number, done.entries) == (1, ("b",))
    [story] = await store.list_stories()
    assert (story.id, story.entries, story.texts) == ("a", 2, 2)
    assert [source.title for source in story.sources] == [TITLES["a"], TITLES["b"]]
    assert [one.claim for one in story.claims] == [CLAIM]
    assert [one.entry.id for one in await store.entries_of_story("a")] == ["a", "b"]
    assert await store.merged_into("b") == "a"
    [logged] = await store.story_edits("b")
    assert logged == replace(an_edit(EditKind.MERGE, "b", "a", "b"), number=1)


async def test_a_merge_taken_back_leaves_everything_as_it_was(store: Store) -> None:
    """Stories, entries, alerts; once only."""
    await told(store, "a", "b", verdicts=[Verdict.ALERT, Verdict.HELD])
    before = await state(store)
    done = await merged(store, "b", "a")
    assert await state(store) != before
    back = an_edit(EditKind.UNDO, "a", "b", *done.entries)
    await store.undo_edit(done, back, {})
    assert await state(store) == before
    assert [edit.undone_by for edit in await store.story_edits("a")] == [2, None]
    with pytest.raises(StoryEditError, match="edit 1 was undone before, by edit 2"):
        await store.undo_edit(done, back, {})


async def state(store: Store) -> object:
    """Return stories, places and alerts."""
    records = [
        replace(one.record, updated_at=NOW) for one in await store.list_alerts()
    ]  # when an alert was touched is history
    stories = sorted(await store.list_stories(), key=lambda story: story.id)
    places = [[one.entry.id for one in await store.entries_of_story(name)] for name in "ab"]
    return stories, places, sorted(records, key=lambda record: record.id)


@pytest.mark.parametrize(
    ("verdicts", "kept", "closed"),
    [
        ((Verdict.SUPPRESSED, Verdict.ALERT), {"alert-b": "a"}, []),
        ((Verdict.ALERT, Verdict.ALERT), {"alert-a": "a", "alert-b": "b"}, []),
        ((Verdict.ALERT, Verdict.HELD), {"alert-a": "a"}, ["alert-b"]),
        ((Verdict.HELD, Verdict.ALERT), {"alert-b": "a"}, ["alert-a"]),
        ((Verdict.HELD, Verdict.HELD), {"alert-a": "a"}, ["alert-b"]),
    ],
)
async def test_no_story_is_alerted_twice_for_a_merge(
    store: Store, verdicts: tuple[Verdict, Verdict], kept: dict[str, str], closed: list[str]
) -> None:
    """The one alert that was sent goes on under the story that is left; what is still held elsewhere ends."""
    await told(store, "a", "b", verdicts=verdicts)
    await merged(store, "b", "a")
    records = [one.record for one in await store.list_alerts()]
    assert {one.id: one.story for one in records if one.state is not Verdict.SUPPRESSED} == kept
    assert [one.id for one in records if one.state is Verdict.SUPPRESSED] == closed
    reasons = [one.reason for one in await store.decisions()]
    assert reasons.count(Reason.MERGED) == len(closed)
    assert await store.deliveries() == []


async def test_split_entries_leave_their_alert_behind(store: Store) -> None:
    """A split posts nothing; the new story is told when an article of its own comes."""
    await told(store, "a", "b", "c", verdicts=[Verdict.ALERT])
    await merged(store, "b", "a")
    await merged(store, "c", "a")
    done = await store.edit_stories(an_edit(EditKind.SPLIT, "a", "b", "b", "c"), {})
    assert {story.id: story.entries for story in await store.list_stories()} == {"a": 1, "b": 2}
    assert done.entries == ("b", "c")
    assert [one.record.story for one in await store.list_alerts()] == ["a"]
    with pytest.raises(StoryEditError, match="none of the entries is in the story a"):
        await store.edit_stories(an_edit(EditKind.SPLIT, "a", "b", "b"), {})


async def test_the_keeper_is_refused_until_it_knows_the_last_edit(store: Store) -> None:
    """A batch placed with an older book changes nothing; what was edited is read with its number."""
    book = await told(store, "a", "b")
    await poll(store, an_entry("c", title=TITLES["b"]), now=NOW + MINUTE)
    [waiting] = await store.pending_entries(limit=10)
    await merged(store, "b", "a")
    item = placed(book, waiting, Verdict.SUPPRESSED)
    assert item.assignment.story == "b"
    with pytest.raises(StoriesEditedError):
        await store.commit_assembled([item], edits_known=0)
    assert len(await store.pending_entries(limit=10)) == 1
    known, rows = await store.edited_stories(0)
    assert (known, {row.source.entry: row.story for row in rows}) == (1, {"a": "a", "b": "a"})
    assert await store.edited_stories(1) == (1, [])
    fresh = StoryBook()
    async for part in store.remembered(NOW - MINUTE):
        fresh.restore(part)
    again = placed(fresh, waiting, Verdict.SUPPRESSED)
    assert again.assignment.story == "a"
    await store.commit_assembled([again], edits_known=known)
    [story] = await store.list_stories()
    assert story.entries == 3


async def test_stories_are_found_by_the_beginnings_of_their_words(store: Store) -> None:
    """Titles, outlets, speakers; what was merged is found under the story that is left."""
    await told(store, "a", "b", "c")
    assert [story.id for story in await store.search_stories(["ORCHESTRA", "strik"])] == ["b"]
    assert len(await store.search_stories(["moscow"])) == 3
    assert len(await store.search_stories(["moscow"], limit=2)) == 2
    assert await store.search_stories(["glacier", "orchestra"]) == []
    await merged(store, "b", "a")
    assert [story.id for story in await store.search_stories(["glacier", "orchestra"])] == ["a"]
    assert await store.search_stories(["glacier"], since=NOW + MINUTE) == []
