"""Where something goes wrong a reader gets a page in words, under the same policy, and a program a line."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from monitor.core.errors import StoreUnavailableError
from monitor.web import desk as desk_pages
from monitor.web.access import Access
from monitor.web.ports import World
from monitor.web.server import application
from tests.web.conftest import Desk, clock, open_desk, read
from tests.web.test_viewers import SETTINGS, VIEWER

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def broken(request: web.Request) -> web.Response:
    """Has a fault."""
    raise ZeroDivisionError(request.path)


async def unavailable(request: web.Request) -> web.Response:
    """Has no database."""
    raise StoreUnavailableError(request.path)


@pytest.fixture
async def desk(world: World) -> AsyncIterator[Desk]:
    """A desk with two pages that go wrong."""
    wrong = [web.get("/broken", broken), web.get("/unavailable", unavailable)]
    async with TestClient(TestServer(open_desk([*desk_pages.routes(world), *wrong]))) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/nowhere", 404, "No such page."),
        ("GET", "/stories/ffffffff", 404, "There is no such story"),
        ("GET", "/name", 405, "A form sends here"),
        ("POST", "/rules", 405, "A form sends here"),
        ("GET", "/broken", 500, "the log of the daemon describes"),
        ("GET", "/unavailable", 503, "cannot be read just now"),
    ],
)
async def test_what_goes_wrong_is_a_page_of_ours(
    desk: Desk, method: str, path: str, status: int, says: str
) -> None:
    """With the bar above it and the way back; for a program it is one line of text."""
    answer = await desk.request(method, path, headers=BROWSER)
    assert answer.status == status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    tree = read(await answer.text())
    assert says in tree.xpath("string(//main)")
    assert tree.xpath("//main//a/@href") == ["/"]
    plain = await desk.request(method, path)
    assert (plain.status, plain.content_type) == (status, "text/plain")
    assert says in await plain.text()
    assert "default-src 'none'" in plain.headers["Content-Security-Policy"]


async def test_a_form_that_is_too_long_is_refused_with_a_page(desk: Desk) -> None:
    """Not with an answer of the framework, which has no policy."""
    form = BytesIO(b"text=" + b"x" * 2**21)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await desk.post("/try", data=form, headers=BROWSER | kind)
    assert answer.status == 413
    assert "more than this form takes" in read(await answer.text()).xpath("string(//main)")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_a_fault_is_in_the_log_with_its_trace(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """And nothing of it in the page."""
    with caplog.at_level(logging.ERROR):
        page = await (await desk.get("/broken", headers=BROWSER)).text()
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in page


async def test_who_may_not_change_anything_is_told_so_in_a_page(world: World) -> None:
    """A viewer who sends a form all the same; the address that is refused is not repeated as markup."""
    made = application(desk_pages.routes(world), Access(SETTINGS, clock=clock))
    async with TestClient(TestServer(made)) as desk:
        answer = await desk.post("/silences", headers={**VIEWER, **BROWSER})
        assert answer.status == 403
        assert "ask for the role editor" in read(await answer.text()).xpath("string(//main)")


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/metrics/x", "/feeds/x"])
async def test_programs_get_no_page_whatever_they_accept(desk: Desk, path: str) -> None:
    """They read none."""
    answer = await desk.get(path, headers=BROWSER)
    assert answer.status == 404
    assert answer.content_type != "text/html"
