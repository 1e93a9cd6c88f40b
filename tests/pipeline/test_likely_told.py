"""A story that is likely one alerted before is told in its thread: no second bell for one happening."""

from __future__ import annotations

import pytest

from monitor.core.models import AlertPolicy, Corroboration, DeliveryKind, FollowUp, News, Reason, Verdict
from tests.pipeline.rig import Rig
from tests.pipeline.timelines import Timeline, minutes, silence

FIRST = "Bridge over the Orla collapses under a coal train"
LIKELY = "Collapsed bridge over the Orla, officials say, had cracks"
OTHER = "Festival of song opens on the old bridge in Harbin"
POST, THREAD, EDIT = DeliveryKind.POST, DeliveryKind.THREAD, DeliveryKind.UPDATE


@pytest.fixture(autouse=True)
def _unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the book be half sure of what is alike, whatever its weights are at the time."""
    monkeypatch.setattr("monitor.core.stories.book.JOIN_AT", 1.1)
    monkeypatch.setattr("monitor.core.stories.joining._NEARLY", 1e-6)


async def test_a_story_that_is_likely_told_is_a_line_in_the_thread(rig: Rig) -> None:
    """With the command that makes the two one; what is not alike rings."""
    await rig.serve("one", ("a", FIRST))
    await rig.through()
    await rig.serve("two", ("b", LIKELY))
    await rig.through()
    await rig.serve("three", ("c", OTHER))
    await rig.through()
    first, second, third = rig.channel.got
    assert [one.kind for one in rig.channel.got] == [POST, THREAD, POST]
    assert (second.alert, second.ordinal) == (first.alert, 1)
    assert third.alert != first.alert
    assert f"“{FIRST}” (one.example)" in second.message.text
    assert "news-monitor stories merge" in second.message.text
    decided = [(one.verdict, one.reason) for one in await rig.store.store.decisions()]
    assert decided.count((Verdict.ALERT, Reason.POSSIBLY_TOLD)) == 1
    assert decided.count((Verdict.ALERT, Reason.NEW_STORY)) == 2


async def test_the_second_article_of_such_a_story_rings(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be another happening after all, of which nobody was rung yet."""
    await rig.serve("one", ("a", FIRST))
    await rig.through()
    await rig.serve("two", ("b", LIKELY))
    await rig.through()
    monkeypatch.setattr("monitor.core.stories.book.JOIN_AT", 0.0)
    await rig.serve("three", ("c", "Officials: the collapsed bridge over the Orla had cracks"))
    await rig.through()
    assert [one.kind for one in rig.channel.got] == [POST, THREAD, POST]
    assert rig.channel.got[2].alert != rig.channel.got[0].alert
    assert News.NOVELTY.value not in rig.channel.got[2].message.title


@pytest.mark.parametrize("way", [FollowUp.NEW, FollowUp.SILENT])
def test_a_rule_that_wants_no_thread_is_rung(way: FollowUp) -> None:
    """It says that it possibly was told already."""
    line = Timeline(AlertPolicy(follow_up=way))
    line.at(0).publish("a").want(Verdict.ALERT, Reason.NEW_STORY, POST)
    line.at(1).publish("b", nearly="a").want(Verdict.ALERT, Reason.POSSIBLY_TOLD, POST)


def test_what_nobody_hears_of_takes_no_new_story_along() -> None:
    """A story that is held, or silenced, has no thread in which another could be told."""
    held = Timeline(AlertPolicy(corroboration=Corroboration(outlets=2, within=minutes(30))))
    held.at(0).publish("a").want(Verdict.HELD, Reason.AWAITING_OUTLETS)
    held.at(1).publish("b", nearly="a").want(Verdict.HELD, Reason.AWAITING_OUTLETS)
    silenced = Timeline(silences=[silence(of={"story": "a"}, first=1, last=10)])
    silenced.at(0).publish("a").want(Verdict.ALERT, Reason.NEW_STORY, POST)
    silenced.at(2).publish("b", nearly="a").want(Verdict.ALERT, Reason.POSSIBLY_TOLD, POST)


def test_the_first_story_keeps_its_alert_and_counts_the_line() -> None:
    """Follow-ups of the first story come after it, in order."""
    line = Timeline()
    line.at(0).publish("a")
    line.at(1).publish("b", nearly="a").want(Verdict.ALERT, Reason.POSSIBLY_TOLD, THREAD)
    assert line.ruling is not None
    assert line.ruling.record is not None
    assert (line.ruling.record.story, line.ruling.record.follow_ups) == ("a", 1)
    assert line.ruling.decision.story == "b"
