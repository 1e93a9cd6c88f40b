"""Rules with `spike` and `first_seen` in virtual time, through the real store and the real decisions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.models import Assembled, Decision, Fetched, ParsedFeed, ParseResult, Reason, Verdict
from monitor.core.rates import Judgement, seen_again, surge
from monitor.core.rules.tree import FirstSeen, Spike
from monitor.pipeline.archive import texts_since
from monitor.pipeline.replay import Replay
from monitor.store import Store, open_store
from tests.rules_history.conftest import NOW, Told, bring, in_force, told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPIKE = Spike(factor=5, window=HOUR, baseline=7 * DAY, at_least=4)
RULES = """
entities:
  bulava: {name: Bulava, aliases: [Bulava missile]}
rules:
  surge:
    any: [evacuation]
    spike: {factor: 5, window: 1h, baseline: 7d, at_least: 4}
  sight:
    entity: bulava
    where: {sources: {exclude: [two.example]}}
    first_seen: {quiet: 30d}
"""
TOWNS = ("Leeds", "Perm", "Oslo", "Quito", "Hanoi", "Dakar", "Tartu", "Malmo", "Basra", "Osaka", "Lagos")
TITLES = (
    "{cause} in {town}: evacuation of the hospital begins",
    "Evacuation ordered around {town} after {cause}",
    "Schools of {town} shut, evacuation by bus because of {cause}",
    "{town} council defends evacuation over {cause}",
    "No evacuation from {town} prison despite {cause}, says warden",
)
CAUSES = ("flood", "gas leak", "fire", "quake", "storm", "bomb", "mudslide", "spill", "lava", "riot", "heat")


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """An empty store in memory."""
    opened = await open_store("sqlite://", owner="one", exclusive=False)
    yield opened
    await opened.close()


def evacuation(number: int, *, days: float = 0, minutes: float = 0) -> Told:
    """Let a town tell of its own evacuation: each is a story of its own, in words of its own."""
    town, cause = TOWNS[number % len(TOWNS)], CAUSES[number * 3 % len(CAUSES)]
    title = TITLES[number % len(TITLES)].format(town=town, cause=cause)
    return told(title, outlet=f"{town}.example".lower(), days=days, minutes=minutes)


async def decided(store: Store, folder: Path, articles: Sequence[Told]) -> list[Assembled]:
    """Bring articles in order of time under the rules above."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return await bring(store, in_force(folder), sorted(articles, key=lambda one: -one.ago))


def decisions(came: Sequence[Assembled]) -> list[Decision]:
    """Return what was decided, in order."""
    return [decision for one in came for decision in one.decisions]


QUIET_WEEK = [evacuation(n, days=8 - n) for n in range(7)]
BURST = [evacuation(7 + n, minutes=50 - 10 * n) for n in range(5)]


async def test_a_burst_alerts_once_when_it_is_large_and_fast_enough(store: Store, tmp_path: Path) -> None:
    """One a day is usual; the fourth in an hour alerts, the fifth finds the alert sent."""
    came = await decided(store, tmp_path, [*QUIET_WEEK, *BURST])
    found = [(one.verdict, one.reason) for one in decisions(came)]
    assert found[:10] == [(Verdict.SUPPRESSED, Reason.NOT_FASTER)] * 10
    assert found[10:] == [(Verdict.ALERT, Reason.FASTER), (Verdict.SUPPRESSED, Reason.COOLDOWN)]
    assert decisions(came)[9].detail == "3 in 1h, usually 0.036"
    assert decisions(came)[10].detail == "4 in 1h, usually 0.036"


async def test_the_message_lists_the_matches_of_the_window(store: Store, tmp_path: Path) -> None:
    """The other three, the latest first, and the figures; matches of last week are not in it."""
    came = await decided(store, tmp_path, [*QUIET_WEEK, *BURST])
    [delivery] = [delivery for one in came for delivery in one.deliveries]
    head, _, listed = delivery.message.text.partition("\n\nAlso matched\n")
    assert "matches come faster than usual: 4 in 1h, usually 0.036" in head
    titles = [line[2:].split(": ", 1)[1] for line in listed.splitlines() if line.startswith("- ")]
    assert titles == [one.title for one in (BURST[2], BURST[1], BURST[0])]
    assert "Also matched" in delivery.message.html
    assert "Also matched" in str(delivery.message.blocks)


async def test_many_matches_a_day_raise_the_bar(store: Store, tmp_path: Path) -> None:
    """Where two an hour are usual, five in an hour are not five times faster."""
    usual = [evacuation(n, minutes=90 + 30 * n) for n in range(60)]
    came = await decided(store, tmp_path, [*usual, *BURST])
    last = decisions(came)[-1]
    assert (last.verdict, last.reason) == (Verdict.SUPPRESSED, Reason.NOT_FASTER)
    assert last.detail == "5 in 1h, usually 2"


async def test_a_burst_that_goes_on_is_told_again_after_a_window(store: Store, tmp_path: Path) -> None:
    """An hour later the pace is still unusual: a second alert, not one for each match."""
    burst = [evacuation(n, minutes=150 - 10 * n) for n in range(14)]
    came = await decided(store, tmp_path, [*QUIET_WEEK, *burst])
    alerts = [one for one in decisions(came) if one.verdict is Verdict.ALERT]
    assert [one.at - alerts[0].at for one in alerts] == [timedelta(0), HOUR]


async def test_a_revised_match_counts_once(store: Store, tmp_path: Path) -> None:
    """Three articles, one of them edited twice, are three matches."""
    edited = [
        told(f"Fire forces evacuation in Leeds{extra}", guid="a", minutes=40 - number)
        for number, extra in enumerate(("", ", twelve hurt", ", twelve hurt and two dead"))
    ]
    came = await decided(store, tmp_path, [*QUIET_WEEK, *edited, BURST[3], BURST[4]])
    assert decisions(came)[-1].detail.startswith("3 in 1h")
    assert decisions(came)[-1].verdict is Verdict.SUPPRESSED


async def test_a_name_not_seen_for_long_alerts_and_is_then_known(store: Store, tmp_path: Path) -> None:
    """First sight, seen lately, and after more than thirty days of silence again."""
    articles = [
        told("Bulava missile test in the White Sea", days=60),
        told("Parliament debates the cost of the Bulava missile", days=50),
        told("A Bulava missile went astray over Kamchatka", days=15),
        told("Museum shows a Bulava missile to children", days=1),
    ]
    came = await decided(store, tmp_path, articles)
    assert [(one.verdict, one.reason, one.detail) for one in decisions(came)] == [
        (Verdict.ALERT, Reason.SEEN_AGAIN, "Bulava: never seen before"),
        (Verdict.SUPPRESSED, Reason.SEEN_LATELY, f"Bulava: last seen {NOW - 60 * DAY:%Y-%m-%d %H:%M} UTC"),
        (Verdict.ALERT, Reason.SEEN_AGAIN, f"Bulava: last seen {NOW - 50 * DAY:%Y-%m-%d %H:%M} UTC"),
        (Verdict.SUPPRESSED, Reason.SEEN_LATELY, f"Bulava: last seen {NOW - 15 * DAY:%Y-%m-%d %H:%M} UTC"),
    ]


async def test_a_mention_that_no_rule_wanted_counts_as_seen(store: Store, tmp_path: Path) -> None:
    """An excluded outlet had it a week ago: the name is not new."""
    articles = [
        told("Bulava missile test in the White Sea", outlet="two.example", days=7),
        told("A Bulava missile went astray over Kamchatka", days=1),
    ]
    came = await decided(store, tmp_path, articles)
    assert [one.reason for one in decisions(came)] == [Reason.SEEN_LATELY]
    assert await store.last_seen(["bulava", "other"]) == {"bulava": NOW - DAY}


class NothingToParse:
    """An archive holds no documents."""

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Find nothing."""
        return ParsedFeed()


async def test_a_replay_of_the_archive_decides_the_same(store: Store, tmp_path: Path) -> None:
    """In batches and in virtual time: what counts is when matches came, not how they are read."""
    sight = told("Bulava missile test in the White Sea", minutes=5)
    came = await decided(store, tmp_path, [*QUIET_WEEK, *BURST, sight])
    other = await open_store("sqlite://", owner="two", exclusive=False)
    replay = Replay(other, in_force(tmp_path), parser=NothingToParse())
    again = [
        one.assembled
        async for batch in replay.archived(texts_since(store, datetime(2000, 1, 1, tzinfo=UTC)))
        for one in batch
        if one.assembled is not None
    ]
    await other.close()
    assert decisions(again) == decisions(came)


@pytest.mark.parametrize(
    ("recent", "earlier", "watched", "unusual"),
    [
        (4, 0, 30 * DAY, True),
        (3, 0, 30 * DAY, False),
        (5, 167, 30 * DAY, True),
        (5, 168, 30 * DAY, False),
        (5, 10, 10 * HOUR, True),
        (5, 11, 10 * HOUR, False),
        (4, 1, timedelta(0), False),
        (5, 1, timedelta(0), True),
    ],
)
def test_the_pace_is_measured_against_what_was_watched(
    recent: int, earlier: int, watched: timedelta, unusual: bool
) -> None:
    """Over the baseline where so much is known, else over what is, and at least over one window."""
    assert surge(SPIKE, recent=recent, earlier=earlier, watched=watched).unusual is unusual


def test_one_name_of_several_that_is_new_is_enough() -> None:
    """And it is the one that is named."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    found = seen_again(FirstSeen(quiet=DAY), {"a": now - HOUR, "b": now - DAY}, names={"b": "Bee"}, now=now)
    detail = "Bee: last seen 2026-02-28 00:00 UTC"
    assert found == Judgement(unusual=True, reason=Reason.SEEN_AGAIN, detail=detail)
