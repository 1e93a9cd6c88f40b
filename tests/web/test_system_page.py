"""The page of the machine itself: what runs, what waits, what is loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.core.models import Ailment, DeliveryState
from monitor.core.settings import Settings
from monitor.store import Store
from monitor.web.metrics import own_version
from monitor.web.ports import World
from tests.store.samples import NOW, a_delivery, alerted, an_entry, poll
from tests.web.conftest import Around, Desk, read
from tests.web.test_story_actions import text_of


async def test_a_daemon_without_work_says_what_it_is_and_what_it_lacks(desk: Desk) -> None:
    """Version, database, rules by file; no channel is said with the remedy."""
    page = await text_of(desk, "/system")
    assert f"news-monitor {own_version()} on Python 3" in page
    assert "SQLite" in page
    assert "Every stage turns." in page
    assert "told to nobody" in page
    assert "2 rules 2 in" in page


async def test_what_waits_is_counted_by_channel_with_the_oldest(
    desk: Desk, store: Store, world: World
) -> None:
    """A channel that the configuration lost is shown while messages wait for it."""
    world.in_force.settings = Settings.model_validate({"channels": {"night": {"type": "console"}}})
    states = (DeliveryState.READY, DeliveryState.READY, DeliveryState.UNSURE, DeliveryState.PARKED)
    made = [replace(a_delivery(str(n), ordinal=n), state=state) for n, state in enumerate(states)]
    await alerted(store, *made)
    await poll(store, an_entry("b"), now=NOW + timedelta(minutes=1))
    tree = read(await (await desk.get("/system")).text())
    rows = [one.xpath("td/text()") for one in tree.xpath("//tbody/tr")]
    assert rows == [
        ["night", "console", "0", "0", "0"],
        ["slack", "no longer in config.yaml", "2", "0", "1"],
    ]
    page = " ".join(tree.text_content().split())
    assert "entries that wait for their story 1, the oldest came" in page
    assert "messages that wait 3, the oldest was made" in page
    assert "1 refused for good" in page


async def test_stages_that_stand_still_are_said_first(desk: Desk, around: Around) -> None:
    """By name."""
    around.stuck.append("assemble")
    tree = read(await (await desk.get("/system")).text())
    assert "Standing still: assemble." in tree.xpath("string(//*[@role='alert'])")


async def test_what_the_ops_channels_were_told_is_shown_until_it_is_over(
    desk: Desk, store: Store, world: World
) -> None:
    """Title, since when, and what to do; without `ops` the page says that nobody is told."""
    assert "name a channel under ops: of config.yaml" in await text_of(desk, "/system")
    world.in_force.settings = Settings.model_validate(
        {"channels": {"night": {"type": "console"}}, "ops": ["night"]}
    )
    assert "ops:" not in await text_of(desk, "/system")
    full = Ailment(
        key="disk",
        title="The disk of the database is nearly full",
        said="The disk of the database is nearly full: 12 MiB free.",
        over="The disk of the database has room again",
        since=NOW,
    )
    await store.tell_ailments([full], [], [])
    page = await text_of(desk, "/system")
    assert "What is wrong The disk of the database is nearly full since" in page
    assert "12 MiB free." in page
    await store.tell_ailments([], [full], [])
    assert "What is wrong" not in await text_of(desk, "/system")
