"""With users, what is done is signed by who is logged in, and who may only look gets no buttons."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.core.models import DeliveryState
from monitor.core.settings import WebSettings
from monitor.store import Store
from monitor.web import desk as desk_pages
from monitor.web.access import Access
from monitor.web.ports import World
from monitor.web.server import application
from tests.store.samples import FEED, NOW, claim
from tests.web.conftest import Desk, clock, read
from tests.web.keeping import kept
from tests.web.test_deliveries_page import kept as letters
from tests.web.test_silences_page import a_silence

A = "a" * 32
EDITOR = {"Authorization": "Bearer olena-token-of-many-characters"}
VIEWER = {"Authorization": "Bearer guest-token-of-many-characters"}
SETTINGS = WebSettings.model_validate(
    {
        "users": [
            {"name": "olena", "token": "olena-token-of-many-characters"},
            {"name": "guest", "token": "guest-token-of-many-characters", "role": "viewer"},
        ]
    }
)


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    """The pages of a team."""
    made = application(desk_pages.routes(world), Access(SETTINGS, clock=clock))
    async with TestClient(TestServer(made)) as client:
        yield client


async def test_what_is_done_is_signed_by_who_is_logged_in(desk: Desk, store: Store) -> None:
    """Whatever name the browser remembers; none is asked for."""
    await kept(store, A)
    remembered = {**EDITOR, "Cookie": "desk-name=somebody"}
    await desk.post(f"/stories/{A}/alerts/{A}/acknowledge", headers=remembered)
    [alert] = await store.alerts_of_story(A)
    assert alert.record.acknowledged_by == "olena (desk)"
    page = await (await desk.get(f"/stories/{A}", headers=EDITOR)).text()
    assert "/name" not in read(page).xpath("//form/@action")


async def test_who_may_only_look_sees_everything_and_no_button(desk: Desk, store: Store) -> None:
    """On no page; what they send all the same changes nothing."""
    await kept(store, A)
    await store.add_silence(a_silence())
    await letters(store, DeliveryState.PARKED)
    await claim(store, FEED)
    list_of_feeds = read(await (await desk.get("/feed-health", headers=VIEWER)).text())
    [feed] = list_of_feeds.xpath("//tbody//a/@href")
    for address in (f"/stories/{A}", "/silences", "/deliveries", feed):
        answer = await desk.get(address, headers=VIEWER)
        assert answer.status == 200
        tree = read(await answer.text())
        assert set(tree.xpath("//form[@method='post']/@action")) <= {"/logout", f"/stories/{A}/undo"}
        assert tree.xpath("//main//button") == []
        editors = read(await (await desk.get(address, headers=EDITOR)).text())
        assert editors.xpath("//main//button")
    assert (await desk.post(f"/silences/{A}/end", headers=VIEWER)).status == 403
    assert await store.silences(NOW)
