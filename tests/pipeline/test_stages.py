"""Poll, assemble, deliver: what each stage does when the world, the store or we ourselves fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Absent, Deferred, DeliveryKind, DeliveryState, Rejected, Sent, Unknown, Unsure
from monitor.pipeline import deliver
from tests.feeds.zoo import Zoo, silent
from tests.pipeline.rig import Rig, Scripted, joined

READY, SENDING, UNSURE, SENT, PARKED = (
    DeliveryState.READY,
    DeliveryState.SENDING,
    DeliveryState.UNSURE,
    DeliveryState.SENT,
    DeliveryState.PARKED,
)
ORLA = ("orla", "Collapsed bridge over the river Orla")
ROSA = ("rosa", "President inaugurates Santa Rosa bridge in the south")
KARST = ("karst", "Cracks found in the Karst dam after earthquake")


async def until(true: Callable[[], object | Awaitable[object]]) -> None:
    """Wait for a condition, and fail when it never comes true."""
    async with asyncio.timeout(40):
        while not (  # noqa: ASYNC110 - what is waited for is the state of another stage
            await found if isinstance(found := true(), Awaitable) else found
        ):
            await asyncio.sleep(0.01)


# ------------------------------------------------------------------------------------------ polling


async def test_one_round_polls_each_due_feed_and_commits_all(rig: Rig) -> None:
    """Many more feeds than slots or a batch holds; none is left behind by the end of the round."""
    for number in range(150):
        await rig.serve(f"f{number}", (f"a{number}", f"Market report number {number}"))
    await rig.poller.run_once()
    assert (await rig.store.store.counts()).entries == 150
    assert len(rig.zoo.requests) == 150
    await rig.poller.run_once()
    assert len(rig.zoo.requests) == 150


@pytest.mark.parametrize("method", ["claim_due_feeds", "known_entries", "commit_polls", "next_poll_at"])
async def test_a_store_that_fails_while_polling_costs_nothing(rig: Rig, method: str) -> None:
    """Whatever step it is: the same entries in the end, no feed called failing for it."""
    rig.store.before[method] = 3
    for number in range(3):
        await rig.serve(f"f{number}", (f"a{number}", f"Market report number {number}"))
    running = asyncio.create_task(rig.poller.run())
    await until(lambda: rig.poller.entries == 3)
    await until(lambda: rig.store.before[method] == 0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [one.failures for one in await rig.store.store.feed_states()] == [0, 0, 0]


async def test_a_commit_whose_answer_is_lost_is_not_done_twice(rig: Rig) -> None:
    """The repeat changes nothing, since the claim is spent."""
    await rig.serve("one", ORLA)
    rig.store.crash_after = "commit_polls"
    running = asyncio.create_task(rig.poller.run())
    await until(lambda: rig.store.crash_after is None)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await rig.store.store.counts()).entries == 1
    assert await rig.assemble() == 1


async def test_one_round_says_that_the_store_cannot_serve(rig: Rig) -> None:
    """From cron nobody waits: the error is raised, and what was fetched is polled again next time."""
    await rig.serve("one", ORLA)
    rig.store.before["claim_due_feeds"] = 1
    with pytest.raises(StoreUnavailableError):
        await rig.poller.run_once()
    await rig.poller.run_once()
    assert (await rig.store.store.counts()).entries == 1


async def test_a_bug_in_one_poll_costs_that_poll(rig: Rig) -> None:
    """In reading, or in what the store makes of it: the others go on, the next poll mends it."""
    for name, item in (("one", ORLA), ("two", ROSA)):
        await rig.serve(name, item)
    rig.store.bugs.append(("known_entries", RuntimeError("a bug")))
    await rig.poller.run_once()
    assert sorted(one.failures for one in await rig.store.store.feed_states()) == [0, 1]
    rig.store.bugs.extend([("commit_polls", RuntimeError("a bug"))] * 2)
    for name in ("one", "two"):
        await rig.serve(name, ORLA, ROSA)
    await rig.poller.run_once()
    errors = [one.error for one in await rig.store.store.feed_states() if one.error]
    assert errors == ["an error of news-monitor itself: RuntimeError"]
    rig.later(minutes=20)
    await rig.poller.run_once()
    assert [one.failures for one in await rig.store.store.feed_states()] == [0, 0]
    assert (await rig.store.store.counts()).entries == 4


async def test_a_stop_commits_what_was_fetched(rig: Rig) -> None:
    """Polls under way are given up, polls that have answered are kept."""
    for number in range(12):
        await rig.serve(f"f{number}", (f"a{number}", f"Market report number {number}"))
    await rig.serve("slow")
    rig.zoo.answers["/slow"] = silent
    running = asyncio.create_task(rig.poller.run())
    await until(lambda: rig.poller.polls == 12)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await rig.store.store.counts()).entries == 12


# --------------------------------------------------------------------------------------- assembling


@pytest.mark.parametrize("way", ["before", "after"])
async def test_a_failed_commit_of_stories_rebuilds_the_book(rig: Rig, way: str) -> None:
    """What the book knew and the store did not is forgotten: no entry is lost, none is placed twice."""
    await rig.serve("one", ORLA)
    await rig.poller.run_once()
    await rig.assemble()
    await rig.serve("two", ("orla", "Bridge over the river Orla has collapsed"))
    await rig.poller.run_once()
    if way == "before":
        rig.store.before["commit_assembled"] = 1
    else:
        rig.store.crash_after = "commit_assembled"
    with pytest.raises(StoreUnavailableError):
        await rig.assembler.run_once()
    await rig.assemble()
    counts = await rig.store.store.counts()
    assert (counts.stories, counts.alerts, counts.pending) == (1, 1, 0)
    await rig.deliver()
    assert rig.channel.got[0].kind is DeliveryKind.POST
    assert len(rig.channel.got) <= 2


async def test_a_restart_places_the_next_entry_in_the_same_story(rig: Rig) -> None:
    """The book is read from the store."""
    await rig.serve("one", ORLA)
    await rig.through()
    rig.assembler, rig.deliverer = rig.new_assembler(), rig.new_deliverer()
    await rig.serve("two", ("orla", "Bridge over the river Orla has collapsed"))
    await rig.through()
    assert [one.kind for one in rig.channel.got] == [DeliveryKind.POST, DeliveryKind.UPDATE]
    assert (await rig.store.store.counts()).stories == 1


async def test_updates_of_one_batch_become_one(rig: Rig) -> None:
    """Three more outlets while nobody looked: one post, one edit that names them all."""
    await rig.serve("one", ORLA)
    await rig.through()
    for name, title in (
        ("two", "Bridge over the river Orla has collapsed"),
        ("three", "River Orla: bridge collapsed"),
        ("four", "Orla river bridge collapsed"),
    ):
        await rig.serve(name, ("orla", title))
    await rig.through()
    assert [one.kind for one in rig.channel.got] == [DeliveryKind.POST, DeliveryKind.UPDATE]
    assert rig.channel.got[1].root_remote_id == "m1"


async def test_a_held_alert_is_sent_once_two_outlets_tell_it(rig: Rig) -> None:
    """Not before."""
    await rig.serve("one", KARST)
    await rig.through()
    assert rig.channel.got == []
    await rig.serve("two", ("karst", "Earthquake leaves cracks in Karst dam, inspectors found on Sunday"))
    await rig.through()
    assert len(rig.channel.got) == 1
    rig.later(minutes=31)
    assert await rig.assembler.release_overdue() == ()


@pytest.mark.parametrize(("otherwise", "sent"), [("drop", 0), ("send", 1)])
async def test_a_held_alert_ends_at_its_deadline(zoo: Zoo, tmp_path: Path, otherwise: str, sent: int) -> None:
    """Dropped with a reason, or sent as unconfirmed; looked at twice, decided once."""
    async with joined(tmp_path, zoo, otherwise=otherwise) as rig:
        await rig.serve("one", KARST)
        await rig.through()
        rig.later(minutes=29)
        assert await rig.assembler.release_overdue() == ()
        rig.later(minutes=1)
        decided = await asyncio.gather(*(rig.assembler.release_overdue() for _ in range(3)))
        assert sorted(map(len, decided)) == [0, 0, 1]
        await rig.deliver()
        assert len(rig.channel.got) == sent


# --------------------------------------------------------------------------------------- delivering


async def alerted(rig: Rig, *items: tuple[str, str]) -> None:
    """Queue one alert for each item."""
    await rig.serve("one", *items)
    await rig.poller.run_once()
    await rig.assemble()


async def test_a_channel_that_asks_for_a_pause_is_given_it(rig: Rig) -> None:
    """What waits behind the deferred one costs no attempt, keeps its order, and is not held up by it."""
    await alerted(rig, ORLA, ROSA, ("glass", "Footpath and bridge of glass win award in Tokyo"))
    order = [one.id for one in reversed(await rig.store.store.deliveries())]
    rig.channel.outcomes.append(Deferred(why="too many requests", retry_after=timedelta(seconds=30)))
    await rig.deliver()
    rig.later(seconds=29)
    await rig.deliver()
    assert len(rig.channel.got) == 1
    rig.later(seconds=1)
    await rig.deliver()
    assert [(one.id, one.attempts) for one in rig.channel.got] == [
        (order[0], 1),
        (order[1], 1),
        (order[2], 1),
        (order[0], 2),
    ]


async def test_a_dead_letter_stops_nobody(rig: Rig) -> None:
    """The refused one is parked, the next one sent."""
    await alerted(rig, ORLA, ROSA)
    rig.channel.outcomes.append(Rejected(why="not in channel"))
    await rig.deliver()
    assert sorted(await rig.states()) == [PARKED, SENT]


@pytest.mark.parametrize(
    ("lookup", "on_doubt", "sends", "repeat", "state"),
    [
        (Sent(remote_id="found"), "repeat", 1, False, SENT),
        (Absent(), "repeat", 2, False, SENT),
        (Unknown(why="no scope"), "repeat", 2, True, SENT),
        (Unknown(why="no scope"), "hold", 1, False, PARKED),
    ],
)
async def test_what_is_in_doubt_is_looked_up_first(
    rig: Rig, lookup: Sent | Absent | Unknown, on_doubt: str, sends: int, repeat: bool, state: DeliveryState
) -> None:
    """Not before the channel can tell; then as it answers, and where it cannot, as `on_doubt` says."""
    await alerted(rig, ORLA)
    rig.channel.on_doubt = on_doubt  # type: ignore[assignment]
    rig.channel.outcomes.append(Unsure(why="no answer"))
    rig.channel.lookups.append(lookup)
    await rig.deliver()
    rig.later(seconds=59)
    await rig.deliver()
    assert rig.channel.asked == 0
    rig.later(seconds=2)
    await rig.deliver()
    assert (rig.channel.asked, len(rig.channel.got)) == (1, sends)
    assert rig.channel.got[-1].repeat is repeat
    assert await rig.states() == [state]


async def test_a_look_up_that_may_help_later_is_asked_again(rig: Rig) -> None:
    """History that is rate limited is no licence to repeat."""
    await alerted(rig, ORLA)
    rig.channel.outcomes.append(Unsure(why="no answer"))
    rig.channel.lookups.extend(
        [Unknown(why="ratelimited", retry_after=timedelta(seconds=10)), Sent(remote_id="m")]
    )
    await rig.deliver()
    rig.later(seconds=61)
    await rig.deliver()
    assert await rig.states() == [UNSURE]
    rig.later(seconds=10)
    await rig.deliver()
    assert (await rig.states(), len(rig.channel.got)) == ([SENT], 1)


async def test_what_is_never_answered_is_sent_three_times_and_parked(rig: Rig) -> None:
    """Each repeat waits longer, is written down before it leaves, and says that it may be one."""
    await alerted(rig, ORLA)
    rig.channel.settle = timedelta(0)
    rig.channel.outcomes.extend([Unsure(why="cut off")] * 1000)
    await rig.deliver()
    moments = [0]
    for second in range(5, 7201, 5):
        rig.later(seconds=5)
        if await rig.deliverer.run_once():
            moments.append(second)
    assert [later - earlier for earlier, later in pairwise(moments)] == [5, 300, 900]
    assert [(one.attempts, one.repeat) for one in rig.channel.got] == [(1, False), (2, True), (3, True)]
    [parked] = await rig.store.store.deliveries()
    assert (parked.state, parked.attempts) == (PARKED, 3)
    assert parked.error == "it may have arrived 3 times; nobody can tell"


async def test_a_crash_in_the_middle_of_a_repeat_counts_as_one(rig: Rig) -> None:
    """SENDING is committed before a repeat leaves too: crash after crash comes to an end."""
    await alerted(rig, ORLA)
    rig.channel.outcomes.append(Unsure(why="cut off"))
    await rig.deliver()
    rig.later(seconds=61)
    rig.channel.gate = asyncio.Event()
    turn = asyncio.create_task(rig.deliverer.run_once())
    await until(lambda: len(rig.channel.got) > 1)
    [under_way] = await rig.store.store.deliveries()
    assert (under_way.state, under_way.attempts, under_way.doubts) == (SENDING, 2, 1)
    assert await rig.store.store.recover_deliveries(rig.clock()) == 1
    [doubtful] = await rig.store.store.deliveries()
    assert (doubtful.state, doubtful.doubts) == (UNSURE, 2)
    turn.cancel()
    rig.channel.gate.set()
    await asyncio.gather(turn, return_exceptions=True)


async def test_a_repeat_put_off_is_still_marked_as_one(rig: Rig) -> None:
    """It may have arrived before, whatever came between."""
    await alerted(rig, ORLA)
    rig.channel.outcomes.extend([Unsure(why="cut off"), Deferred(why="busy")])
    for _ in range(3):
        await rig.deliver()
        rig.later(seconds=61)
    assert [one.repeat for one in rig.channel.got] == [False, True, True]
    assert await rig.states() == [SENT]


async def test_a_bug_in_one_delivery_costs_that_delivery(rig: Rig) -> None:
    """It is in doubt, since nobody knows how far it came; the next one is sent."""
    await alerted(rig, ORLA, ROSA)
    rig.channel.outcomes.append(RuntimeError("a bug"))
    await rig.deliver()
    assert sorted(await rig.states()) == sorted([UNSURE, SENT])


async def test_an_outcome_is_written_down_before_anything_else_is_sent(rig: Rig) -> None:
    """A store that fails to settle holds the channel; nothing is sent twice."""
    await alerted(rig, ORLA, ROSA)
    rig.store.before["settle"] = 3
    await rig.deliver()
    assert (await rig.states(), len(rig.channel.got)) == ([SENT, SENT], 2)


async def test_a_stop_lets_the_message_under_way_finish(rig: Rig) -> None:
    """What was begun is settled, what was not is untouched: no doubt is left for the next start."""
    await alerted(rig, ORLA, ROSA)
    rig.channel.gate = asyncio.Event()
    running = asyncio.create_task(rig.deliverer.run())
    await until(lambda: rig.channel.got)
    running.cancel()
    await asyncio.sleep(0)
    rig.channel.gate.set()
    await asyncio.gather(running, return_exceptions=True)
    assert sorted(await rig.states()) == [READY, SENT]
    assert await rig.store.store.recover_deliveries(rig.clock()) == 0


async def test_a_message_cut_off_by_a_reload_is_in_doubt_at_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for its lease: the new channel looks it up as soon as an answer can be had."""
    monkeypatch.setattr(deliver, "_DRAIN", 0.01)
    await alerted(rig, ORLA)
    rig.channel.gate = asyncio.Event()
    running = asyncio.create_task(rig.deliverer.run())
    await until(lambda: rig.channel.got)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await rig.states() == [UNSURE]
    rig.channel.gate.set()
    rig.channel.lookups.append(Sent(remote_id="found"))
    rig.later(seconds=61)
    assert await rig.new_deliverer().run_once() == 1
    assert (await rig.states(), len(rig.channel.got)) == ([SENT], 1)


async def test_a_crash_leaves_one_message_of_a_channel_in_doubt(rig: Rig) -> None:
    """Of many that wait only the one under way; the next start looks it up."""
    await alerted(rig, ORLA, ROSA)
    rig.channel.gate = asyncio.Event()
    turn = asyncio.create_task(rig.deliverer.run_once())
    await until(lambda: rig.channel.got)
    assert sorted(await rig.states()) == [READY, SENDING]
    assert await rig.store.store.recover_deliveries(rig.clock()) == 1
    rig.channel.gate.set()
    await turn


async def test_a_slow_channel_delays_no_other(rig: Rig) -> None:
    """Each channel has its own queue."""
    quick = Scripted(name="quick")
    rig.in_force.settings = rig.in_force.settings.model_copy(
        update={"channels": dict.fromkeys(("desk", "quick"), rig.in_force.settings.channels["desk"])}
    )
    rig.in_force.channels = {"desk": rig.in_force.channels["desk"], "quick": quick}
    await alerted(rig, ORLA)
    rig.channel.gate = asyncio.Event()
    slow = asyncio.create_task(rig.deliverer.run_once())
    await until(lambda: rig.channel.got)
    assert await rig.new_deliverer(quick).run_once() == 1
    assert len(quick.got) == 1
    rig.channel.gate.set()
    await slow
