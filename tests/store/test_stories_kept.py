"""What assembly keeps: places, stories, decisions, alerts, and what a repeat must not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.models import (
    DeliveryKind,
    DeliveryState,
    ListedSilence,
    Placement,
    Reason,
    Released,
    Silence,
    Verdict,
)
from monitor.core.stories import StoryBook
from monitor.store import Store
from tests.store.samples import (
    MINUTE,
    NOW,
    a_delivery,
    a_story,
    an_alert,
    an_entry,
    assembled,
    poll,
)


async def test_an_assembled_entry_waits_no_more_and_everything_is_stored(store: Store) -> None:
    """Place, story, decision, alert and delivery come back as they were written."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    done = assembled(waiting, deliveries=[a_delivery("d")])
    await store.commit_assembled([done])
    assert await store.pending_entries(limit=10) == []
    stored = await store.entry("a")
    assert stored is not None
    assert stored.assignment == done.assignment
    assert await store.story("a") == done.story
    assert await store.decisions(entry="a") == list(done.decisions)
    assert await store.alert_records([("raids", "a"), ("raids", "b")]) == list(done.alerts)
    assert await store.deliveries(alert="alert-a") == [a_delivery("d")]
    assert [item.entry.id for item in await store.entries_of_story("a")] == ["a"]


async def test_assembling_twice_enqueues_once(store: Store) -> None:
    """After a crash between commit and the next step the pipeline may hand in the same work again."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    done = assembled(waiting, deliveries=[a_delivery("d")])
    await store.commit_assembled([done, done])
    again = replace(done, deliveries=(a_delivery("another"),), story=replace(done.story, title="changed"))
    await store.commit_assembled([again])
    assert [delivery.id for delivery in await store.deliveries()] == ["d"]
    assert len(await store.decisions(entry="a")) == 1
    story = await store.story("a")
    assert story is not None
    assert story.title == done.story.title


async def test_a_revision_that_comes_in_between_is_assembled_later(store: Store) -> None:
    """The older text's alert is kept, and the newer text still waits."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    await poll(store, an_entry("a", revision=1))
    await store.commit_assembled([assembled(waiting, deliveries=[a_delivery("d")])])
    [still] = await store.pending_entries(limit=10)
    assert still.entry.revision == 1
    assert [delivery.id for delivery in await store.deliveries()] == ["d"]
    await store.commit_assembled([assembled(still, placement=Placement.REVISION)])
    assert await store.pending_entries(limit=10) == []


async def test_a_revised_entry_keeps_its_place_and_gets_the_new_trace(store: Store) -> None:
    """An article that opened a story still opens it after its headline was mended."""
    await poll(store, an_entry("a"))
    [first] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(first)])
    await poll(store, an_entry("a", revision=1, title="Mended"))
    [second] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(second, placement=Placement.REVISION)])
    [[kept]] = [part async for part in store.remembered(NOW)]
    assert (kept.source.placement, kept.source.title) == (Placement.OPENS, "Mended")
    assert kept.trace == b"\x00\x011"


async def test_what_is_remembered_comes_in_order_of_assembly(store: Store) -> None:
    """Only the window, in the order in which the story book saw it."""
    old = replace(an_entry("old"), first_seen=NOW - timedelta(days=4))
    await poll(store, old, an_entry("a"), an_entry("b"))
    waiting = {item.entry.id: item for item in await store.pending_entries(limit=10)}
    for name in ("b", "old", "a"):
        await store.commit_assembled([assembled(waiting[name])])
    [kept] = [part async for part in store.remembered(NOW - timedelta(days=3))]
    assert [item.source.entry for item in kept] == ["b", "a"]
    assert (kept[0].story, kept[0].source.at, kept[0].trace) == ("b", NOW, b"\x00\x010")


async def test_an_entry_without_a_trace_is_remembered_too(store: Store) -> None:
    """A copy leaves none: it must not end the start of the next assembler."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    item = assembled(waiting)
    await store.commit_assembled([replace(item, assignment=replace(item.assignment, trace=b""))])
    [[kept]] = [part async for part in store.remembered(NOW)]
    assert (kept.source.entry, kept.trace) == ("a", b"")


async def test_of_two_states_of_a_story_in_one_batch_the_later_counts(store: Store) -> None:
    """A batch in which one entry opens a story and the next one joins it."""
    await poll(store, an_entry("a"), an_entry("b"))
    first, second = await store.pending_entries(limit=10)
    joined = replace(assembled(second, story="a", placement=Placement.JOINS), alerts=())
    joined = replace(joined, story=replace(joined.story, entries=2, updated_at=NOW + MINUTE))
    await store.commit_assembled([assembled(first), joined])
    story = await store.story("a")
    assert story is not None
    assert (story.entries, story.updated_at) == (2, NOW + MINUTE)


async def test_the_last_alert_of_a_rule_is_the_last_decided(store: Store) -> None:
    """Updates and suppressed matches do not count."""
    assert await store.last_alert_at("raids") is None
    await poll(store, an_entry("a"), an_entry("b"))
    first, second = await store.pending_entries(limit=10)
    quiet = assembled(second, verdict=Verdict.SUPPRESSED)
    quiet = replace(quiet, decisions=(replace(quiet.decisions[0], at=NOW + MINUTE),))
    await store.commit_assembled([assembled(first), quiet])
    assert await store.last_alert_at("raids") == NOW
    assert await store.last_alert_at("other") is None


async def test_a_held_alert_is_released_once(store: Store) -> None:
    """When its deadline comes it is found; two releases of it enqueue one delivery."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(waiting, verdict=Verdict.HELD)])
    assert await store.held_alerts(due=NOW) == []
    [held] = await store.held_alerts(due=NOW + MINUTE)
    [decision] = await store.decisions(entry="a")
    sent = replace(held, state=Verdict.ALERT, deadline=None)
    told = replace(decision, verdict=Verdict.ALERT, reason=Reason.UNCONFIRMED, at=NOW + MINUTE)
    await store.commit_released(Released(alerts=(sent,), decisions=(told,), deliveries=(a_delivery("d"),)))
    await store.commit_released(Released(alerts=(sent,), decisions=(told,), deliveries=(a_delivery("e"),)))
    assert await store.held_alerts(due=NOW + MINUTE) == []
    assert [delivery.id for delivery in await store.deliveries()] == ["d"]
    assert [one.reason for one in await store.decisions(story="a")] == [Reason.NEW_STORY, Reason.UNCONFIRMED]


async def test_a_deadline_that_a_clock_ahead_has_set_has_passed(store: Store) -> None:
    """Held in the year to come, and the clock is set right."""
    await poll(store, an_entry("a"))
    [waiting] = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(waiting, verdict=Verdict.HELD)])
    assert await store.held_alerts(due=NOW - timedelta(minutes=4)) == []
    [held] = await store.held_alerts(due=NOW - timedelta(days=365))
    assert held.entry == "a"


async def test_a_later_update_overtakes_one_still_waiting(store: Store) -> None:
    """Of two READY updates on one channel the older is dropped; posts, threads and other lines stay."""
    await poll(store, an_entry("a"), an_entry("b"), an_entry("c"))
    first, second, third = await store.pending_entries(limit=10)
    update = DeliveryKind.UPDATE
    await store.commit_assembled([assembled(first, deliveries=[a_delivery("post")])])
    older = [
        a_delivery("u1", kind=update, ordinal=1),
        a_delivery("thread", kind=DeliveryKind.THREAD, ordinal=2),
        a_delivery("else", kind=update, ordinal=1, recipient="x@example.org"),
    ]
    await store.commit_assembled([assembled(second, story="a", deliveries=older)])
    newer = [a_delivery("u3", kind=update, ordinal=3)]
    await store.commit_assembled([assembled(third, story="a", deliveries=newer)])
    dropped = await store.deliveries(state=DeliveryState.DROPPED)
    assert [(one.id, one.error) for one in dropped] == [("u1", "overtaken by a later update")]
    assert len(await store.deliveries(state=DeliveryState.READY)) == 4


async def test_silences_hold_from_start_to_end(store: Store) -> None:
    """In force from `starts_at` on, until just before `ends_at`; one ended early is over at once."""
    silence = Silence(
        id="s",
        matchers={"rule": "raids", "outlet": "bbc.example"},
        starts_at=NOW,
        ends_at=NOW + MINUTE,
        author="ann",
        comment="known",
    )
    await store.add_silence(silence)
    assert await store.silences(NOW - MINUTE) == []
    assert await store.silences(NOW) == [silence]
    assert await store.silences(NOW + MINUTE) == []
    assert await store.end_silence("s", NOW + MINUTE / 2)
    assert not await store.end_silence("s", NOW + MINUTE / 2)
    assert await store.silences(NOW + MINUTE / 2) == []
    [listed] = await store.listed_silences()
    assert listed.silence == replace(silence, ends_at=NOW + MINUTE / 2)
    assert await store.listed_silences(ending_after=NOW + MINUTE) == []


async def test_stories_are_found_by_the_start_of_their_id(store: Store) -> None:
    """An exact id wins over longer ones; an ambiguous start finds none."""
    await poll(store, an_entry("ab"), an_entry("abc"), an_entry("abd"))
    await store.commit_assembled([assembled(item) for item in await store.pending_entries(limit=10)])
    assert await store.story("abc") == a_story("abc")
    assert await store.story("ab") == a_story("ab")
    assert await store.story("a") is None
    assert await store.story("x") is None
    assert [story.id for story in await store.stories_like("a")] == ["ab", "abc", "abd"]


async def test_alerts_and_deliveries_are_found_by_the_start_of_their_id(store: Store) -> None:
    """In order of id; deliveries only in the states asked for."""
    await poll(store, an_entry("ab"), an_entry("ac"))
    items = [assembled(item) for item in await store.pending_entries(limit=10)]
    items[0] = replace(items[0], deliveries=(a_delivery("d1", alert="alert-ab"), a_delivery("d2")))
    await store.commit_assembled(items)
    assert [one.record.id for one in await store.alerts_like("alert-a")] == ["alert-ab", "alert-ac"]
    [alert] = await store.alerts_like("alert-ab")
    assert alert.deliveries == {DeliveryState.READY: 1}
    assert await store.alerts_like("b") == []
    assert await store.drop_delivery("d2")
    assert [one.id for one in await store.deliveries_like("d", {DeliveryState.READY})] == ["d1"]
    assert len(await store.deliveries_like("d", {DeliveryState.READY, DeliveryState.DROPPED})) == 2
    assert await store.deliveries_like("d1", {DeliveryState.PARKED}) == []


async def test_silences_are_listed_with_what_they_held(store: Store) -> None:
    """Decisions and stories; nothing of another silence, nothing of another reason."""
    silence = Silence(id="s1", matchers={"rule": "raids"}, starts_at=NOW, ends_at=NOW + MINUTE, author="desk")
    other = replace(silence, id="s2", ends_at=NOW + 2 * MINUTE)
    for one in (silence, other):
        await store.add_silence(one)
    await poll(store, an_entry("a"), an_entry("b"))
    first, second = (assembled(item) for item in await store.pending_entries(limit=10))
    held = replace(
        first.decisions[0], verdict=Verdict.SUPPRESSED, reason=Reason.SILENCED, detail=silence.label
    )
    later = replace(held, at=NOW + MINUTE / 2)
    await store.commit_assembled([replace(first, decisions=(held, later)), second])
    assert await store.listed_silences() == [
        ListedSilence(silence=other, decisions=0, stories=0),
        ListedSilence(silence=silence, decisions=2, stories=1, last_at=NOW + MINUTE / 2),
    ]
    assert await store.listed_silences(ending_after=NOW + 2 * MINUTE) == []
    assert [one.id for one in await store.silences_like("s")] == ["s1", "s2"]


async def test_lists_are_limited_and_filtered(store: Store) -> None:
    """Stories by time and rule, alerts by rule and state, with where they went."""
    await poll(store, *(an_entry(f"e{number}") for number in range(5)))
    items = [assembled(item) for item in await store.pending_entries(limit=10)]
    items = [
        replace(item, story=replace(item.story, updated_at=NOW + number * MINUTE))
        for number, item in enumerate(items)
    ]
    items[0] = replace(items[0], deliveries=(a_delivery("d", alert="alert-e0"),))
    await store.commit_assembled(items)
    assert [story.id for story in await store.list_stories(limit=2)] == ["e4", "e3"]
    assert [story.id for story in await store.list_stories(since=NOW + 4 * MINUTE)] == ["e4"]
    assert len(await store.list_stories(rule="raids")) == 5
    assert await store.list_stories(rule="other") == []
    alerts = await store.list_alerts(rule="raids", state=Verdict.ALERT)
    assert {one.record.id for one in alerts} == {f"alert-e{number}" for number in range(5)}
    [first] = [one for one in alerts if one.record.id == "alert-e0"]
    assert first.record == an_alert("e0")
    assert (first.title, first.outlet) == (an_entry("e0").title, "bbc.example")
    assert first.deliveries == {DeliveryState.READY: 1}
    assert await store.list_alerts(state=Verdict.HELD) == []


async def test_statistics_count_matches_and_alerts_by_day(store: Store) -> None:
    """An entry counts once a day and rule, whatever was decided on it how often."""
    await poll(store, an_entry("a"), an_entry("b"))
    first, second = (assembled(item) for item in await store.pending_entries(limit=10))
    tomorrow = NOW + timedelta(days=1)
    again = replace(second.decisions[0], verdict=Verdict.SUPPRESSED, reason=Reason.COOLDOWN)
    later = replace(second.decisions[0], at=tomorrow, verdict=Verdict.UPDATE)
    second = replace(second, decisions=(*second.decisions, again, later))
    await store.commit_assembled([first, second])
    [raids] = await store.rule_statistics()
    assert [(day.day, day.matches, day.alerts) for day in raids.days] == [
        (NOW.date(), 2, 2),
        (tomorrow.date(), 1, 0),
    ]
    assert (raids.last_match_at, raids.last_alert_at) == (tomorrow, NOW)
    assert len((await store.rule_statistics(since=tomorrow))[0].days) == 1


async def test_counts_tell_how_much_there_is(store: Store) -> None:
    """Everything that doctor and the status lines show."""
    await poll(store, an_entry("a"), an_entry("b"))
    first, _ = await store.pending_entries(limit=10)
    await store.commit_assembled([assembled(first, deliveries=[a_delivery("d")])])
    counts = await store.counts()
    assert (counts.feeds, counts.failing, counts.entries, counts.pending) == (1, 0, 2, 1)
    assert (counts.stories, counts.alerts, counts.held) == (1, 1, 0)
    assert counts.deliveries[DeliveryState.READY] == 1
    assert counts.oldest_unsent_at == NOW


async def test_what_is_remembered_comes_in_parts_in_the_order_of_the_book(store: Store) -> None:
    """A revised entry keeps its row, but the book has it at the end: its trace says so, across all parts."""
    names = [f"e{number}" for number in range(300)]
    await poll(store, *map(an_entry, names))
    book = StoryBook()
    await _kept(store, book)
    await poll(store, an_entry("e3", revision=1, title="Another title"))
    await _kept(store, book)
    parts = [part async for part in store.remembered(NOW)]
    order = [*names[:3], *names[4:], "e3"]
    assert len(parts) > 1
    for part in parts:
        told, order = order[: len(part)], order[len(part) :]
        assert {row.source.entry for row in part} == set(told)


async def _kept(store: Store, book: StoryBook) -> None:
    """Place all that waits, each by a trace of its own."""
    items = []
    for one in await store.pending_entries(limit=400):
        assignment, _ = book.assign(replace(one.entry, url=None), one.findings)
        item = assembled(one, verdict=Verdict.SUPPRESSED)
        items.append(replace(item, assignment=replace(item.assignment, trace=assignment.trace)))
    await store.commit_assembled(items)
