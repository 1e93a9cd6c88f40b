"""Killed at random moments: no entry, no alert and no message is lost or told twice."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.acceptance.daemon import Condition, Desk
from tests.acceptance.test_channels_end_to_end import to_slack
from tests.channels.slack_double import SlackDouble

FEEDS, ITEMS, EVERY = 30, 10, 25
SYLLABLES = ("ka", "ro", "vi", "ten", "mu", "sal", "dor", "pi", "gan", "leth", "os", "bra")


def invented(dice: random.Random, number: int) -> str:
    """Make up a headline that has no word in common with another; each so many-th names a bridge."""
    words = ["".join(dice.choices(SYLLABLES, k=7)).title() for _ in range(8)]
    return f"{'Bridge' if number % EVERY == 0 else 'Market'} {' '.join(words)}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20260301])
async def test_ten_kills_lose_nothing_and_repeat_nothing(desk: Desk, slack: SlackDouble, seed: int) -> None:
    """Six while feeds are read for the first time, four while alerts are sent; Slack has each alert once."""
    dice = random.Random(seed)
    to_slack(desk, slack)
    titles: list[str] = []
    for feed in range(FEEDS):
        items = [(str(item), invented(dice, feed * ITEMS + item)) for item in range(ITEMS)]
        titles += [title for _, title in items]
        desk.feed(f"/f{feed}", items, interval=3600)
    alerts = sorted(title for title in titles if title.startswith("Bridge"))
    for moment in _moments(dice, desk, slack, len(alerts)):
        await _killed_when(desk, moment, dice.uniform(0, 0.05))
    async with desk.running() as daemon:
        await daemon.until(lambda: _done(desk, alerts=len(alerts)))
        assert await daemon.stop() == 0
    assert sorted(title for (title,) in desk.rows("select title from entries")) == sorted(titles)
    assert [count for (count,) in desk.rows("select count(*) from decisions")] == [len(alerts)]
    assert sorted(_told(slack)) == alerts


def _moments(dice: random.Random, desk: Desk, slack: SlackDouble, alerts: int) -> list[Condition]:
    served = sorted(dice.sample(range(1, FEEDS), 6))
    posted = sorted(dice.sample(range(1, alerts), 4))
    return [
        *((lambda least=least: len(desk.zoo.requests) >= least) for least in served),
        *((lambda least=least: len(slack.messages) >= least) for least in posted),
    ]


async def _killed_when(desk: Desk, moment: Condition, later: float) -> None:
    """Start the daemon and kill it at a moment, a little later."""
    desk.write()
    daemon = await desk.launch()
    try:
        await daemon.until(moment)
        await asyncio.sleep(later)
    finally:
        await daemon.kill()


def _done(desk: Desk, *, alerts: int) -> bool:
    return desk.rows("select count(*) from entries") == [(FEEDS * ITEMS,)] and desk.rows(
        "select count(*), count(distinct alert) from deliveries where state = 'sent'"
    ) == [(alerts, alerts)]


def _told(slack: SlackDouble) -> list[str]:
    """Return the headline of each message in the channel."""
    return [message.text.partition("Bridges: ")[2].split("\n")[0] for message in slack.messages]
