"""With users, what is done is signed by who is logged in, and who may only look gets no buttons."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.core.models import DeliveryState
from monitor.core.settings import WebSettings
from monitor.opml import read_opml
from monitor.store import Store
from monitor.telemetry import Redactor
from monitor.web import desk as desk_pages
from monitor.web.access import Access
from monitor.web.api.endpoints import InForceNow
from monitor.web.api.routes import routes
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


KEYED = "https://keyed.example/feed?key=of-the-newsroom"
ANOTHER = "https://keyed.example/feed?key=of-another"


async def walked(desk: Desk, who: dict[str, str]) -> list[tuple[str, str]]:
    """Walk the feeds of the API one by one; the address of each, and the cursor that came with it."""
    seen: list[tuple[str, str]] = []
    while not seen or seen[-1][1]:
        cursor = f"&cursor={seen[-1][1]}" if seen else ""
        said = await (await desk.get(f"/api/v1/feeds?limit=1{cursor}", headers=who)).json()
        seen += [(one["url"], said["next"] or "") for one in said["items"]]
    return seen


async def test_keys_in_addresses_of_feeds_are_for_editors(world: World, store: Store) -> None:
    """In pages, the API, its cursors and the OPML file; who may only look needs none of them."""
    feeds = [FEED, *(replace(FEED, url=url, name="Keyed") for url in (KEYED, ANOTHER))]
    await claim(store, *feeds)
    world.in_force.feeds = {one.url: one for one in feeds}
    hide = Redactor(set()).for_people
    team = replace(world, feeds=lambda: feeds, hide=hide)
    api = routes(store, InForceNow(rules=dict, feeds=lambda: world.in_force.feeds, hide=hide))
    made = application([*desk_pages.routes(team), *api], Access(SETTINGS, clock=clock))
    async with TestClient(TestServer(made)) as desk:
        paths = ["/feed-health", "/feed-health.opml", "/api/v1/feeds"]
        for path in paths:
            assert "of-the-newsroom" not in await (await desk.get(path, headers=VIEWER)).text()
        for path in paths[1:]:
            assert "of-the-newsroom" in await (await desk.get(path, headers=EDITOR)).text()
        listed = read_opml(await (await desk.get("/feed-health.opml", headers=VIEWER)).read())
        assert [one.url for one in listed.outlines] == [FEED.url]
        seen = await walked(desk, VIEWER)
        assert len(seen) == len(feeds)
        assert all("of-" not in urlsafe_b64decode(f"{cursor}===").decode() for _, cursor in seen)
        assert KEYED in dict(await walked(desk, EDITOR))


async def test_who_may_only_look_may_try_texts_and_rules(desk: Desk) -> None:
    """Nothing is kept of them; the page shows a form, so the form works."""
    tried = await desk.post("/try", data={"title": "A raid"}, headers=VIEWER)
    assert tried.status == 200
    assert read(await tried.text()).xpath("//mark/text()") == ["raid"]
    drafted = await desk.post("/try/rule", data={"rule": "x:\n  any: [raid]\n", "days": "3"}, headers=VIEWER)
    assert drafted.status == 200


async def test_no_other_form_is_for_who_may_only_look(desk: Desk) -> None:
    """Whatever is added to the desk: each route that takes something refuses them."""
    routes_of = desk.server.app.router.routes()  # type: ignore[attr-defined]
    taking = {
        one.resource.canonical
        for one in routes_of
        if one.method not in {"GET", "HEAD"} and one.resource is not None
    }
    assert len(taking) > 15
    for path in taking - {"/login", "/logout", "/try", "/try/rule"}:
        filled = re.sub(r"\{(\w+)\}", lambda name: "acknowledge" if name[1] == "press" else A, path)
        answer = await desk.post(filled, headers=VIEWER)
        assert answer.status == 403, path
