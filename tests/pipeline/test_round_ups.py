"""A briefing or a digest: it tells what others told, and rings only for who was told nothing."""

from __future__ import annotations

import pytest

from monitor.core.models import AlertPolicy, DeliveryKind, Reason, Verdict
from monitor.core.stories.identity import sums_up
from tests.pipeline.rig import Rig
from tests.pipeline.timelines import Timeline

HOURS = 60
BRIEFING = "Your Monday Briefing"
ALERT, POST = Verdict.ALERT, DeliveryKind.POST


@pytest.mark.parametrize(
    ("title", "so"),
    [
        ("Russia-Ukraine war: List of key events, day 448", True),
        ("Russia-Ukraine war at a glance: what we know on day 447 of the invasion", True),
        ("Your Wednesday Briefing", True),
        ("Monday Afternoon Update: three things that happened", True),
        ("What happened in the war this week? Catch up with the must-read news", True),
        ("The week in classical: two operas", True),
        ("Главное за неделю", True),
        ("Підсумки дня", True),
        ("White House Press Secretary abruptly ends briefing", False),
        ("Military briefing: how the frontline is fortified", False),
        ("Live: explosion heard in the port", False),
        ("The Latest: Flames reach the harbour", False),
        ("Software update breaks phones weekly, users say", False),
        ("Итоги выборов отменены", False),
    ],
)
def test_a_round_up_is_known_by_its_title(title: str, *, so: bool) -> None:
    """A live page is none: it may be the first to tell."""
    assert sums_up(title) is so


def test_a_round_up_does_not_ring_while_its_rule_alerts() -> None:
    """The reason says when the rule alerted; half a day without an alert, and it is told."""
    line = Timeline()
    line.at(0).publish("a", title=BRIEFING).want(ALERT, Reason.NEW_STORY, POST)
    line.at(1).publish("b", title="Bridge collapses").want(ALERT, Reason.NEW_STORY, POST)
    line.at(11 * HOURS).publish("c", title=BRIEFING).want(Verdict.SUPPRESSED, Reason.ROUND_UP)
    assert line.ruling is not None
    assert line.ruling.decision.detail == "the rule alerted at 2026-03-01 12:01 UTC"
    line.at(13 * HOURS).publish("d", title=BRIEFING).want(ALERT, Reason.NEW_STORY, POST)


def test_what_the_round_up_opened_rings_with_its_first_article() -> None:
    """A round-up that was kept back leaves no alert that could swallow an article."""
    line = Timeline(AlertPolicy())
    line.at(0).publish("a", title="Bridge collapses")
    line.at(1).publish("b", title=BRIEFING).want(Verdict.SUPPRESSED, Reason.ROUND_UP)
    line.at(2).publish("b", title="Dam bursts").want(ALERT, Reason.NEW_STORY, POST)


async def test_a_rule_without_cooldown_knows_when_it_alerted(rig: Rig) -> None:
    """From the database, not only from the batch at hand."""
    await rig.serve("one", ("a", "Bridge over the Orla collapses under a coal train"))
    await rig.through()
    await rig.serve("two", ("b", "A festival, the harvest, a bridge: evening digest"))
    await rig.through()
    reasons = [one.reason for one in await rig.store.store.decisions()]
    assert sorted(reasons) == sorted([Reason.NEW_STORY, Reason.ROUND_UP])
    assert len(rig.channel.got) == 1
