"""A story that is likely one alerted before is told in its thread: no second bell for one happening."""

from __future__ import annotations

import pytest

from monitor.core.models import DeliveryKind, News, Reason, Verdict
from tests.pipeline.rig import Rig

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
