"""Feeds at the desk: those that need a look first, an account of one, asked now, OPML."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.core.models import Feed, FeedHealth, FeedState, FeedStatus, Health, Noted, PollRecord, Why
from monitor.opml import read_opml
from monitor.store import Store
from monitor.web import desk as desk_pages
from monitor.web.feeds import PAGE
from monitor.web.ports import World
from tests.store.samples import FEED, NOW, a_feed, claim
from tests.web.conftest import SECRET, Around, Desk, open_desk, read
from tests.web.test_story_actions import sent, text_of

HOUR = timedelta(hours=1)
SICK = Feed(url=f"https://sick.example/feed?key={SECRET}", name="Sick", outlet="sick.example", tags=("war",))


async def met(world: World, store: Store, *feeds: Feed) -> list[FeedState]:
    """Let the daemon know these feeds, and claim them."""
    world.in_force.feeds = {feed.url: feed for feed in feeds}
    return await claim(store, *feeds)


async def sick(world: World, store: Store, *, noted: Noted | None = None) -> str:
    """Let one feed be well and another fail; return the address of the page of that one."""
    states = await met(world, store, FEED, SICK)
    records = []
    for state in states:
        done = replace(state, last_polled_at=NOW, next_poll_at=NOW + HOUR, status=FeedStatus.OK)
        if state.url == SICK.url:
            reason = f"status 404 at {SICK.url}"
            health = FeedHealth(state=Health.FAILING, since=NOW - HOUR, reason=reason)
            done = replace(done, status=FeedStatus.FAILING, failures=3, error="status 404", health=health)
            done = replace(done, noted=noted or Noted(status=404))
        records.append(PollRecord(state=done, entries=()))
    await store.commit_polls(records)
    return first_feed(await page_of(world))


async def page_of(world: World) -> str:
    """The list as one more reader gets it."""
    async with TestClient(TestServer(open_desk(desk_pages.routes(world)))) as client:
        return await (await client.get("/feed-health")).text()


def first_feed(page: str) -> str:
    """The address of the first feed in the list."""
    return str(read(page).xpath("//tbody//a/@href")[0])


async def test_without_feeds_the_page_says_where_to_write_them(desk: Desk) -> None:
    """An empty list is a beginning."""
    assert "No feed is configured" in await text_of(desk, "/feed-health")


async def test_what_needs_a_look_comes_first_with_reason_and_remedy(
    desk: Desk, store: Store, world: World
) -> None:
    """And alone, where that is asked for."""
    await sick(world, store)
    page = await text_of(desk, "/feed-health")
    assert "2 feeds, 1 in need of a look" in page
    assert page.index("Sick failing") < page.index("BBC")
    assert "look on the site for the feed's new address" in page
    assert "BBC" not in await text_of(desk, "/feed-health?only=unwell")


async def test_an_account_of_one_feed_says_what_feeds_why_says(
    desk: Desk, store: Store, world: World
) -> None:
    """Health, reason, remedy, what was asked and when it is next."""
    where = await sick(world, store)
    tree = read(await (await desk.get(where)).text())
    labels = tree.xpath("//main//dt/text()")
    assert labels == ["health", "reason", "remedy", "asked", "came", "last read", "next", "learned"]
    assert "outlet sick.example · tags war" in tree.text_content()


async def test_no_secret_of_an_address_is_shown(desk: Desk, store: Store, world: World) -> None:
    """Nor in a link, nor in the address of the page."""
    where = await sick(world, store)
    for address in ("/feed-health", where):
        assert SECRET not in address + await (await desk.get(address)).text()


async def test_a_feed_is_asked_now(desk: Desk, store: Store, world: World, around: Around) -> None:
    """It is due, and the page shows it."""
    where = await sick(world, store)
    around.now += HOUR / 2
    assert await sent(desk, f"{where}/poll") == where
    due = {state.url: state.next_poll_at for state in await store.feed_states()}
    assert due == {FEED.url: NOW + HOUR, SICK.url: around.now}


@pytest.mark.parametrize(
    ("later", "noted", "reason"),
    [
        (timedelta(seconds=5), Noted(), "It was asked 5 s ago"),
        (HOUR / 2, Noted(why=Why.ASKED), "Its server asked not to come before"),
    ],
)
async def test_a_feed_is_not_asked_where_that_is_rude(
    desk: Desk, store: Store, world: World, around: Around, later: timedelta, noted: Noted, reason: str
) -> None:
    """With the reason; it stays due when it was."""
    where = await sick(world, store, noted=noted)
    around.now += later
    assert reason in await sent(desk, f"{where}/poll", status=409)
    assert all(state.next_poll_at == NOW + HOUR for state in await store.feed_states())


async def test_the_opml_is_what_the_configuration_names(desk: Desk) -> None:
    """As a file to keep."""
    answer = await desk.get("/feed-health.opml")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="feeds.opml"'
    assert [one.url for one in read_opml(await answer.read()).outlines] == [FEED.url]


async def test_many_feeds_come_page_by_page_each_once(desk: Desk, store: Store, world: World) -> None:
    """Following the link shows all; a page that is no number is the first."""
    await met(world, store, *(a_feed(number) for number in range(PAGE + 3)))
    seen: list[str] = []
    address: str | None = "/feed-health?page=x"
    while address:
        tree = read(await (await desk.get(address)).text())
        seen += tree.xpath("//tbody//a/@href")
        address = next(iter(tree.xpath("//a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == PAGE + 3


async def test_a_feed_that_is_not_there_is_said(desk: Desk) -> None:
    """For its page and its button."""
    for answer in (
        await desk.get(f"/feed-health/{'0' * 16}"),
        await desk.post(f"/feed-health/{'0' * 16}/poll"),
    ):
        assert answer.status == 404
        assert "There is no such feed" in await answer.text()
