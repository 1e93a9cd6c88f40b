"""Every page for everybody: nothing serious for axe, nothing scrolls sideways, both themes and a phone.

With NEWS_MONITOR_SCREENSHOTS naming a folder, each page is kept there as a picture (`make screenshots`).
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from monitor.core.errors import StoreUnavailableError
from monitor.store import Store
from monitor.web import desk as desk_pages
from monitor.web.access import Access
from monitor.web.feeds import feed_id
from monitor.web.live import Live
from monitor.web.ports import World
from monitor.web.server import application
from tests.web.browser import PHONE, WIDE, Reader, reading
from tests.web.conftest import Desk, clock, open_desk
from tests.web.gallery import FEEDS, RULES, hang
from tests.web.test_passwords import SETTINGS as TEAM

GRAVE = {"serious", "critical"}
SENT = {"try", "draft"}
"""Pages of which the answer to their form is looked at."""
OPENED = {"feeds", "story"}
"""Pages of which something folded is opened."""


@pytest.fixture
def rules() -> str:
    """Rules of every severity."""
    return RULES


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that is looked at."""

    path: str
    status: int = HTTPStatus.OK


def pages(story: str) -> dict[str, Shown]:
    """Every page by the name of its picture."""
    return {
        "now": Shown("/"),
        "now-nothing": Shown("/?rule=markets"),
        "story": Shown(f"/stories/{story}"),
        "rules": Shown("/rules"),
        "rule": Shown("/rules/raids"),
        "try": Shown(f"/try?entry={story}&rule=raids"),
        "silences": Shown("/silences"),
        "silence": Shown(f"/silences/{1:032x}"),
        "feeds": Shown("/feed-health"),
        "feed": Shown(f"/feed-health/{feed_id(FEEDS[2].url)}"),
        "draft": Shown("/try/rule?rule=raids"),
        "deliveries": Shown("/deliveries"),
        "deliveries-nothing": Shown("/deliveries?state=dropped"),
        "system": Shown("/system"),
        "audit": Shown("/audit"),
        "missing": Shown("/stories/ffffffff", HTTPStatus.NOT_FOUND),
        "no-page": Shown("/name", HTTPStatus.METHOD_NOT_ALLOWED),
        "broken": Shown("/broken", HTTPStatus.INTERNAL_SERVER_ERROR),
        "unavailable": Shown("/unavailable", HTTPStatus.SERVICE_UNAVAILABLE),
        "keys": Shown("/rules?"),
        "lost": Shown("/?tag=war"),
    }


async def broken(request: web.Request) -> web.Response:
    """A page with a fault."""
    raise ZeroDivisionError(request.path)


async def unavailable(request: web.Request) -> web.Response:
    """A page without its database."""
    raise StoreUnavailableError(request.path)


@pytest.fixture
async def desk(world: World, live: Live) -> AsyncIterator[Desk]:
    """The desk, with two pages that go wrong."""
    wrong = [web.get("/broken", broken), web.get("/unavailable", unavailable)]
    routes = [*desk_pages.routes(world), *live.routes(), *wrong]
    async with TestClient(TestServer(open_desk(routes, closing=live.close))) as client:
        yield client


@pytest.fixture
async def team(world: World) -> AsyncIterator[Desk]:
    """The desk of a team, which asks for a login."""
    async with TestClient(
        TestServer(application(desk_pages.routes(world), Access(TEAM, clock=clock)))
    ) as one:
        yield one


async def violations(reader: Reader, name: str) -> list[str]:
    """What axe finds that keeps people out; all that it finds is kept beside the pictures."""
    answered = (await Axe().run(reader.page)).response
    found = answered["violations"]
    if folder := os.environ.get("NEWS_MONITOR_SCREENSHOTS"):
        lesser = ", ".join(f"{one['id']} ({one['impact']})" for one in found) or "nothing"
        with (Path(folder) / "axe.txt").open("a", encoding="utf-8") as report:
            report.write(f"{name}: {len(answered['passes'])} rules pass, found {lesser}\n")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


async def keep(reader: Reader, name: str) -> None:
    """Keep a picture, if a folder for them is named."""
    if folder := os.environ.get("NEWS_MONITOR_SCREENSHOTS"):
        await reader.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def prepared(reader: Reader, name: str, live: Live) -> None:
    """Bring a page into the state that is looked at."""
    page = reader.page
    if name in SENT:
        await page.locator("main form").get_by_role("button", name="Try", exact=True).click()
        await page.locator("main h2").first.wait_for()
    if name in OPENED:
        await page.locator("main details").first.evaluate("one => one.open = true")
    if name == "login":
        await page.get_by_label("Password or token").fill("a wrong guess")
        await page.get_by_role("button", name="Log in").click()
        await page.get_by_role("alert").wait_for()
    if name == "keys":
        await page.keyboard.press("?")
        await page.get_by_role("dialog").wait_for()
    if name == "lost":
        await expect(page.locator("#line")).to_have_text("live")
        live.close()
        await expect(page.locator("#line")).to_have_text("connection lost")


@pytest.mark.parametrize(
    ("size", "dark"), [(WIDE, False), (WIDE, True), (PHONE, False), (PHONE, True)], ids=str
)
async def test_every_page_is_for_everybody(
    desk: Desk, team: Desk, live: Live, world: World, store: Store, size: tuple[int, int], *, dark: bool
) -> None:
    """Contrast, names, landmarks, headings; nothing is wider than the window or against the policy."""
    story = await hang(world, store)
    await desk.post(f"/feed-health/{feed_id(FEEDS[0].url)}/poll")  # a line of the audit log
    found = {}
    async with reading(size=size, dark=dark) as reader:
        shown = {f"http://127.0.0.1:{desk.port}{one.path}": (name, one) for name, one in pages(story).items()}
        login = f"http://127.0.0.1:{team.port}/login?next=/rules"
        for address, (name, one) in (shown | {login: ("login", Shown(""))}).items():
            answer = await reader.page.goto(address)
            assert answer is not None
            assert (name, answer.status) == (name, one.status)
            await prepared(reader, name, live)
            await keep(reader, f"{name}-{'dark' if dark else 'light'}-{size[0]}")
            said = await violations(reader, f"{name}, {size[0]} px, {'dark' if dark else 'light'}")
            said += [] if await reader.is_within_width() else ["scrolls sideways"]
            if said:
                found[name] = said
        complaints = [one for one in reader.complaints if "Failed to load resource" not in one]
    assert found == {}
    assert complaints == []
