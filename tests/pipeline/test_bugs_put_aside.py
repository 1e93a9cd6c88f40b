"""A bug that one entry meets costs that entry, is recorded, and stops nobody else."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import replace

import pytest

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Assembled, Entry, Findings, Placement, Reason, Verdict
from monitor.core.stories import StoryBook
from monitor.pipeline.judge import Judge
from tests.pipeline.rig import Rig
from tests.pipeline.test_stages import KARST, ORLA, ROSA, until


@pytest.fixture
def guilty(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the story book break on every text about the river Orla."""
    assign = StoryBook.assign

    def breaking(book: StoryBook, entry: Entry, findings: Findings) -> object:
        if "Orla" in entry.title:
            raise ZeroDivisionError("a bug that one text brings out")
        return assign(book, entry, findings)

    monkeypatch.setattr(StoryBook, "assign", breaking)
    return "Orla"


async def test_an_entry_that_meets_a_bug_is_put_aside_and_the_others_go_on(
    rig: Rig, guilty: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The stage lives, nobody is in line for ever, and the reason can be looked up."""
    await rig.serve("one", ORLA, ROSA)
    await rig.poller.run_once()
    running = asyncio.create_task(rig.assembler.run())

    async def line_is_empty() -> bool:
        return not await rig.store.store.pending_entries(limit=9)

    await until(line_is_empty)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await rig.deliver()
    assert len(rig.channel.got) == 1
    assert guilty not in rig.channel.got[0].message.title
    counts = await rig.store.store.counts()
    assert (counts.pending, counts.stories, counts.alerts) == (0, 2, 1)
    [bug] = [record for record in caplog.records if record.message == "assemble.bug"]
    [decision] = await rig.store.store.decisions(entry=bug.__dict__["fields"]["entry"])
    assert (decision.verdict, decision.reason) == (Verdict.SUPPRESSED, Reason.OUR_ERROR)
    stored = await rig.store.store.entry(decision.entry)
    assert stored is not None
    assert stored.assignment is not None
    assert stored.assignment.placement is Placement.OPENS
    assert stored.assignment.reason == "an error of news-monitor itself: ZeroDivisionError"


async def test_a_machine_without_descriptors_puts_no_entry_aside(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no entry's fault: the same is tried again, and alerts then."""

    def exhausted(*_: object) -> object:
        raise OSError(errno.EMFILE, "Too many open files")

    await rig.serve("one", ROSA)
    await rig.poller.run_once()
    with monkeypatch.context() as broken:
        broken.setattr(StoryBook, "assign", exhausted)
        with pytest.raises(StoreUnavailableError, match="nothing left to decide with"):
            await rig.assembler.run_once()
    await rig.through()
    assert len(rig.channel.got) == 1


async def test_a_revision_that_meets_a_bug_keeps_its_story(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided on the former text stands; after a restart later articles still find the story."""
    await rig.serve("one", ROSA)
    await rig.through()

    def breaking(book: StoryBook, entry: Entry, findings: Findings) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(StoryBook, "assign", breaking)
        await rig.serve("one", ("rosa", "President inaugurates Santa Rosa bridge in the far south today"))
        await rig.through()
    rig.assembler = rig.new_assembler()
    await rig.serve("two", ("rosa", "Santa Rosa bridge in the south: president inaugurates it"))
    await rig.through()
    counts = await rig.store.store.counts()
    assert (counts.pending, counts.stories, counts.alerts) == (0, 1, 1)


async def test_an_entry_that_cannot_even_be_put_aside_is_passed_over(
    rig: Rig, guilty: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug that recording meets too is told once, and those behind go on."""
    commit = rig.store.store.commit_assembled

    async def breaking(batch: tuple[Assembled, ...], *, edits_known: int | None = None) -> None:
        if any(guilty in one.entry.title for one in batch):
            raise ZeroDivisionError
        await commit(batch, edits_known=edits_known)

    monkeypatch.setattr(rig.store.store, "commit_assembled", breaking)
    await rig.serve("one", ORLA, ROSA)
    await rig.through()
    await rig.through()
    assert len(rig.channel.got) == 1
    assert [record.message for record in caplog.records].count("assemble.bug_unrecorded") == 1


async def test_a_held_alert_that_meets_a_bug_at_its_deadline_is_closed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not hold up the others every quarter of a minute for ever."""
    await rig.serve("one", KARST)
    await rig.through()

    async def breaking(_judge: Judge, _record: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(Judge, "overdue", breaking)
    rig.later(minutes=31)
    assert len(await rig.assembler.release_overdue()) == 1
    assert await rig.assembler.release_overdue() == ()


async def test_a_match_whose_rule_was_removed_meanwhile_says_so(rig: Rig) -> None:
    """Between matching and assembling, and between holding and the deadline."""
    await rig.serve("one", KARST)
    await rig.through()
    await rig.serve("one", KARST, ORLA)
    await rig.poller.run_once()
    rig.in_force.rulebook = replace(rig.in_force.rulebook, rules={})
    await rig.assemble()
    rig.later(minutes=31)
    assert len(await rig.assembler.release_overdue()) == 1
    reasons = [one.reason for one in await rig.store.store.decisions()]
    assert reasons == [Reason.AWAITING_OUTLETS, Reason.RULE_GONE, Reason.RULE_GONE]
