"""An entry forgotten: its text is nowhere in the database, and its feed never brings it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.actor import acting
from monitor.core.errors import ForgettingError, StoriesEditedError, StoryEditError
from monitor.core.models import (
    Act,
    Actor,
    Assembled,
    Claim,
    Delivery,
    DeliveryState,
    EditKind,
    Entry,
    Findings,
    Forgotten,
    Hit,
    Keep,
    Match,
    Message,
    NewEntry,
    PollRecord,
    Reason,
    Rejected,
    Sent,
    Stance,
    TextField,
    Verdict,
    Via,
)
from monitor.core.stories import StoryBook
from monitor.store import Store
from tests.store.samples import (
    FEED,
    LEASE,
    MINUTE,
    NOW,
    a_delivery,
    alerted,
    an_alert,
    an_entry,
    assembled,
    guid,
    poll,
)

SECRET = "Zxqvlenko"
MUCH_LATER = NOW + timedelta(days=91)
ANNA = Actor(at=NOW, name="anna", via=Via.TERMINAL)
HIT = Hit(field=TextField.TITLE, start=0, end=9, text=SECRET, term=SECRET)
FOUND = Findings(
    matches=(Match(rule="raids", hits=(HIT,)),),
    claims=(Claim(stance=Stance.DENIAL, speaker=SECRET, sentence=f"{SECRET} denied the flood of Karst."),),
)
TITLE = f"{SECRET} denies the flood of the mountain village of Karst"
TOLD = Message(title=TITLE, text=TITLE, html=TITLE, blocks=({"text": TITLE},), link=None)


async def forget(store: Store, entry: str = "a") -> Forgotten:
    """Have an entry forgotten as the command does."""
    return await store.forget_entry(entry, at=NOW + MINUTE, author="anna", owners={})


def naming(name: str, *, revision: int = 0) -> Entry:
    """Return an entry whose every text names somebody."""
    made = an_entry(name, revision=revision, title=f"{TITLE} {'again ' * revision}")
    texts = {"summary": SECRET, "content": f"About {SECRET}.", "author": SECRET}
    return replace(made, categories=(SECRET,), **texts)  # type: ignore[arg-type]


async def brought(store: Store, *items: Entry) -> None:
    """Let FEED bring entries with what was found in them."""
    await store.sync_feeds([FEED], NOW)
    await store.make_due(FEED.url, NOW)
    [state] = await store.claim_due_feeds(NOW, lease=LEASE, limit=1)
    new = tuple(NewEntry(entry=one, findings=FOUND) for one in items)
    await store.commit_polls([PollRecord(state=state, entries=new)])


async def placed(store: Store, book: StoryBook, *deliveries: Delivery) -> None:
    """Let the book place what waits; what is told of each names it, as does the alert."""
    known, _ = await store.edited_stories(-1)
    batch: list[Assembled] = []
    for waiting in await store.pending_entries(limit=10):
        assignment, story = book.assign(waiting.entry, waiting.findings)
        item = assembled(waiting, story=assignment.story, deliveries=deliveries)
        [decision] = item.decisions
        record = replace(an_alert(assignment.story), hits=(HIT,))
        told = replace(decision, story=story.id, detail=SECRET if SECRET in waiting.entry.title else "")
        batch.append(replace(item, assignment=assignment, story=story, decisions=(told,), alerts=(record,)))
    await store.commit_assembled(batch, edits_known=known)


async def sent(store: Store) -> None:
    """Let every delivery arrive."""
    for delivery in await store.claim_deliveries(NOW, lease=LEASE, limit=10):
        await store.settle(delivery, Sent(remote_id="ts"), now=NOW, retry_at=NOW)


async def everything(store: Store, folder: Path) -> str:
    """Every row of every table, as an export has it."""
    target = folder / f"{len(list(folder.iterdir()))}.jsonl"
    await store.export_to(target, lambda _table, _rows: None)
    return target.read_text(encoding="utf-8")


@pytest.fixture
async def told(store: Store) -> Store:
    """A story of one entry in two revisions, alerted, its message sent."""
    await brought(store, naming("a"))
    book = StoryBook()
    await placed(store, book, replace(a_delivery("d"), message=TOLD))
    await brought(store, naming("a", revision=1))
    await placed(store, book)
    await sent(store)
    return store


async def test_the_text_of_a_forgotten_entry_is_in_no_table(told: Store, tmp_path: Path) -> None:
    """Text, former text, story, claims, proof of the alert, details of decisions, message; all else stays."""
    assert (await everything(told, tmp_path)).count(SECRET) > 10
    assert await forget(told) == Forgotten(entry="a", texts=2, stories=1, decisions=2, alerts=1, deliveries=1)
    assert SECRET not in await everything(told, tmp_path)
    assert await told.entry("a") is None
    [story] = await told.list_stories()
    assert (story.title, story.sources, story.claims) == ("(forgotten)", (), ())
    [alert] = await told.list_alerts()
    assert (alert.record.state, alert.record.hits) == (Verdict.ALERT, ())
    [delivery] = await told.deliveries()
    assert (delivery.state, delivery.message.title) == (DeliveryState.SENT, "(forgotten)")
    assert [one.reason for one in await told.decisions()] == [Reason.NEW_STORY] * 2
    assert await told.faults(NOW) == []


async def test_an_sqlite_file_holds_no_trace_of_it(told: Store, url: str, tmp_path: Path) -> None:
    """What is freed is overwritten: the bytes are not there once the log of writes is taken in."""
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL frees rows when it vacuums")
    await forget(told)
    await told.close()
    files = [file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith("news.db")]
    assert files
    assert not any(SECRET.encode() in file for file in files)


async def test_its_feed_does_not_bring_it_back(told: Store) -> None:
    """Neither as it was nor with a later text; nothing waits for a story."""
    await forget(told)
    assert await poll(told, naming("a", revision=1)) == 0
    [known] = await told.known_entries(FEED.url, [guid("guid-a")])
    assert known.text_hash == "hash-a-1"
    later = replace(naming("a"), revision=known.revision + 1, text_hash="hash-of-another-text")
    assert await poll(told, later) == 0
    assert await told.pending_entries(limit=10) == []
    assert await told.entry("a") is None


async def test_what_retention_took_can_still_be_forgotten(told: Store, tmp_path: Path) -> None:
    """Named by id or address though its text is gone; then a later text of it does not come back either."""
    purged = await told.purge(MUCH_LATER, Keep(entries=timedelta(days=90), deliveries=timedelta(days=900)))
    assert purged.entries == 1
    assert await told.buried_like("a") == ["a"]
    assert await told.buried_at("https://bbc.example/a?utm_source=x") == ["a"]
    assert await told.buried_at("https://bbc.example/b") == []
    assert (await forget(told)).texts == 0
    assert SECRET not in await everything(told, tmp_path)
    assert await poll(told, naming("a", revision=7)) == 0


async def test_the_other_articles_of_its_story_stay(store: Store, tmp_path: Path) -> None:
    """The story is told by them alone, and takes their title."""
    await brought(store, naming("a"))
    book = StoryBook()
    await placed(store, book)
    other = replace(an_entry("b", title="Flood of the mountain village of Karst denied"), outlet="x.example")
    await poll(store, replace(other, summary="", content=""))
    await placed(store, book)
    assert len(await store.entries_of_story("a")) == 2
    assert (await forget(store)).stories == 1
    story = await store.story("a")
    assert story is not None
    assert (story.title, [one.entry for one in story.sources]) == (other.title, ["b"])
    assert story.outlets == ("x.example",)
    assert SECRET not in await everything(store, tmp_path)


async def test_a_keeper_that_remembers_it_is_refused_and_told(told: Store) -> None:
    """A batch placed beside the entry changes nothing; the keeper learns why, and reads its stories anew."""
    known, _ = await told.edited_stories(-1)
    await poll(told, an_entry("b"))
    [waiting] = await told.pending_entries(limit=10)
    await forget(told)
    with pytest.raises(StoriesEditedError):
        await told.commit_assembled([assembled(waiting)], edits_known=known)
    assert await told.forgot_since(known)
    now_known, _ = await told.edited_stories(known)
    assert not await told.forgot_since(now_known)


async def test_forgetting_is_a_line_of_the_audit_log_and_is_not_undone(told: Store) -> None:
    """With the id alone; the edit that told the keeper of it cannot be taken back."""
    with acting(ANNA):
        await forget(told)
    [deed] = await told.page_of_audit(limit=5)
    assert (deed.act, deed.what, deed.by, deed.detail) == (Act.FORGET, "a", "anna", "")
    [edit] = await told.story_edits()
    assert (edit.kind, edit.entries) == (EditKind.FORGET, ("a",))
    back = replace(edit, number=0, kind=EditKind.UNDO)
    with pytest.raises(StoryEditError, match="nothing left to bring back"):
        await told.undo_edit(edit, back, {})


async def test_a_dead_letter_about_it_is_given_up(store: Store) -> None:
    """Else a person could send it once more."""
    await alerted(store, a_delivery("d"))
    [delivery] = await store.claim_deliveries(NOW, lease=LEASE, limit=1)
    await store.settle(delivery, Rejected(why="no"), now=NOW, retry_at=NOW)
    assert (await forget(store)).deliveries == 1
    [after] = await store.deliveries()
    assert (after.state, after.message.link) == (DeliveryState.DROPPED, None)


async def test_what_is_still_to_be_told_or_decided_is_not_forgotten(store: Store) -> None:
    """Each refusal says what to do, and changes nothing."""
    with pytest.raises(ForgettingError, match="there is no entry a any more"):
        await forget(store)
    await poll(store, an_entry("a"))
    with pytest.raises(ForgettingError, match="still waits for its story"):
        await forget(store)
    await placed_as(store, Verdict.ALERT, [a_delivery("d")])
    with pytest.raises(ForgettingError, match=r"a message to slack .* `news-monitor alerts drop d`"):
        await forget(store)
    await sent(store)
    await poll(store, an_entry("h"))
    await placed_as(store, Verdict.HELD, [])
    with pytest.raises(ForgettingError, match=r"its alert alert-h is held until 2026-03-01 12:01"):
        await forget(store, "h")
    assert await store.page_of_audit(limit=5) == []
    assert (await forget(store)).texts == 1


async def test_entries_are_listed_the_latest_first_and_named_by_their_ids(store: Store) -> None:
    """Of one feed or all; by the beginning of an id."""
    await poll(store, an_entry("ab"), replace(an_entry("ac"), first_seen=NOW + MINUTE))
    listed = [one.entry.id for one in await store.list_entries(since=NOW)]
    assert listed == ["ac", "ab"]
    assert [one.entry.id for one in await store.list_entries(since=NOW, limit=1)] == ["ac"]
    assert [one.entry.id for one in await store.list_entries(since=NOW + MINUTE, feed=FEED.url)] == ["ac"]
    assert await store.list_entries(since=NOW, feed="https://none.example") == []
    assert [one.entry.id for one in await store.entries_like("a")] == ["ab", "ac"]
    assert [one.entry.id for one in await store.entries_like("ab")] == ["ab"]


async def placed_as(store: Store, verdict: Verdict, deliveries: Sequence[Delivery]) -> None:
    """Place what waits in a story of its own."""
    [waiting] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(waiting, verdict=verdict, deliveries=deliveries)])
