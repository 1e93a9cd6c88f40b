"""The audit log at the desk: logins and what each button did, shown to editors."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from monitor.actor import acting
from monitor.core.models import Act, Actor, Via
from monitor.store import Store
from monitor.web import desk as desk_pages
from monitor.web.access import Access
from monitor.web.api.endpoints import InForceNow
from monitor.web.api.routes import ROOT, routes
from monitor.web.audit_page import PAGE
from monitor.web.ports import World
from monitor.web.server import application
from tests.store.samples import NOW
from tests.web.conftest import Desk, clock, read
from tests.web.keeping import kept
from tests.web.test_pages import EVIL
from tests.web.test_viewers import EDITOR, SETTINGS, VIEWER

A = "a" * 32


@pytest.fixture
async def desk(world: World, store: Store) -> AsyncIterator[Desk]:
    """The pages and the API of a team."""
    api = routes(store, InForceNow(rules=dict, feeds=dict), wants_login=True)
    made = application([*desk_pages.routes(world), *api], Access(SETTINGS, clock=clock), audit=store)
    async with TestClient(TestServer(made)) as client:
        yield client


async def shown(desk: Desk, address: str = "/audit") -> list[list[str]]:
    """The lines of the page: who, from where, what, object."""
    answer = await desk.get(address, headers=EDITOR)
    assert answer.status == 200
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td")][1:]
        for row in read(await answer.text()).xpath("//tbody/tr")
    ]


async def test_logins_are_lines_and_so_are_those_refused(desk: Desk) -> None:
    """By name where it is one of ours: what a stranger types may be a password."""
    for form in (
        {"name": "olena", "secret": "wrong"},
        {"name": "hunter2-my-password", "secret": "wrong"},
        {"secret": EDITOR["Authorization"].removeprefix("Bearer ")},
    ):
        await desk.post("/login", data=form, allow_redirects=False)
    await desk.post("/logout")
    assert await shown(desk) == [
        ["olena (desk)", "desk 127.0.0.1", "logout", ""],
        ["olena (desk)", "desk 127.0.0.1", "login", ""],
        ["unknown (desk)", "desk 127.0.0.1", "login refused", ""],
        ["olena (desk)", "desk 127.0.0.1", "login refused", ""],
    ]


async def test_what_a_button_does_is_a_line(desk: Desk, store: Store) -> None:
    """With who pressed it; the object leads to its page."""
    await kept(store, A)
    await desk.post(f"/stories/{A}/alerts/{A}/acknowledge", headers=EDITOR)
    await desk.post(f"/stories/{A}/mute", data={"token": "x"}, headers=EDITOR)
    await desk.post(f"/stories/{A}/mute", data={"token": "x"}, headers=EDITOR)
    await desk.post(f"/stories/{A}/mute", data={"token": "y"}, headers=VIEWER)
    lines = await shown(desk)
    assert [line[:3] for line in lines] == [
        ["olena (desk)", "desk 127.0.0.1", "silence"],
        ["olena (desk)", "desk 127.0.0.1", "acknowledge alert"],
    ]
    page = read(await (await desk.get("/audit", headers=EDITOR)).text())
    [silence] = await store.silences(NOW)
    assert page.xpath("//tbody//a/@href") == [f"/silences/{silence.id}"]
    assert await shown(desk, "/audit?by=taras") == []
    assert len(await shown(desk, "/audit?by=OLENA&act=silence")) == 1


async def test_only_editors_are_shown_who_did_what(desk: Desk) -> None:
    """On the page and in the API."""
    assert (await desk.get("/audit", headers=VIEWER)).status == 403
    refused = await desk.get(f"{ROOT}/audit", headers=VIEWER)
    assert (refused.status, refused.content_type) == (403, "application/problem+json")
    assert (await desk.get(f"{ROOT}/audit", headers=EDITOR)).status == 200


async def test_older_lines_are_on_further_pages(desk: Desk, store: Store) -> None:
    """Each once, though all are of one moment; the filter goes along."""
    with acting(Actor(at=NOW, name="olena", via=Via.TERMINAL)):
        for number in range(PAGE + 3):
            await store.note(Act.ADD_FEED, f"https://{number}.example")
    first = read(await (await desk.get("/audit?by=ole", headers=EDITOR)).text())
    [older] = first.xpath("//a[@rel='next']/@href")
    objects = [line[3] for line in await shown(desk, "/audit?by=ole") + await shown(desk, older)]
    assert len(objects) == len(set(objects)) == PAGE + 3
    assert "by=ole" in older


@pytest.mark.parametrize("evil", EVIL)
async def test_nothing_a_name_says_runs(desk: Desk, store: Store, evil: str) -> None:
    """Names come from Slack, addresses of feeds from anywhere."""
    with acting(Actor(at=NOW, name=evil, via=Via.SLACK)):
        await store.note(Act.ADD_FEED, evil, evil)
    page = read(await (await desk.get("/audit", headers=EDITOR)).text())
    assert page.xpath("//main//script | //main//img | //main//svg | //main//*[@onerror]") == []
    assert " ".join(evil.split()) in " ".join(page.text_content().split())
