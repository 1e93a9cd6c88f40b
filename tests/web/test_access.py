"""Users of the desk: who is let in, how, for how long, and what each may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from monitor.core.settings import WebSettings
from monitor.web.access import Access, person_of
from monitor.web.server import application
from monitor.web.sessions import COOKIE, SESSION
from tests.web.conftest import Desk

OLENA = "olena-token-of-many-characters"
SCRAPER = "scraper-token-of-many-characters"
SETTINGS = WebSettings.model_validate(
    {
        "listen": "0.0.0.0:8800",
        "hosts": ["desk.example.org"],
        "users": [
            {"name": "olena", "token": OLENA},
            {"name": "scraper", "token": SCRAPER, "role": "viewer"},
        ],
    }
)


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Say what time it was made to be."""
        return self.now


async def who(request: web.Request) -> web.Response:
    """Say whom the guard let in."""
    return web.Response(text=person_of(request).name)


async def well(_request: web.Request) -> web.Response:
    """Say that all is well, to anybody."""
    return web.Response()


@pytest.fixture
def time() -> HandClock:
    """A clock for these tests."""
    return HandClock()


@pytest.fixture
async def desk(time: HandClock) -> AsyncIterator[Desk]:
    """A desk with two users, before nobody in particular."""
    routes = [web.get("/", who), web.post("/do", who), web.get("/metrics", who), web.get("/healthz", well)]
    made = application(routes, Access(SETTINGS, clock=time))
    async with TestClient(TestServer(made)) as client:
        yield client


async def logged_in(desk: Desk, token: str, target: str = "/") -> tuple[int, str]:
    """Type a token into the form; say the status and where it leads."""
    answer = await desk.post("/login", data={"secret": token, "next": target}, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "")


async def test_a_stranger_is_led_to_the_door_and_back_to_what_was_asked_for(desk: Desk) -> None:
    """A link in a message opens what it names, after the login."""
    asked = await desk.get("/?rule=raids", allow_redirects=False)
    assert (asked.status, asked.headers["Location"]) == (303, "/login?next=/%3Frule%3Draids")
    form = await (await desk.get("/?rule=raids")).text()
    assert 'name="next" value="/?rule=raids"' in form
    assert await logged_in(desk, OLENA, "/?rule=raids") == (303, "/?rule=raids")
    assert await (await desk.get("/")).text() == "olena"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "",
    ],
)
async def test_a_login_never_leads_to_another_site(desk: Desk, target: str) -> None:
    """Else the form would lend its name to whoever writes a link."""
    assert await logged_in(desk, OLENA, target) == (303, "/")


@pytest.mark.parametrize(
    "shown", [{"Authorization": f"Bearer {SCRAPER}"}, {"Authorization": encode_basic_auth("any", SCRAPER)}]
)
async def test_a_program_shows_its_token_with_every_request(desk: Desk, shown: dict[str, str]) -> None:
    """Basic, too: feed readers can do nothing else."""
    answer = await desk.get("/metrics", headers=shown)
    assert (answer.status, await answer.text()) == (200, "scraper")


@pytest.mark.parametrize("header", ["Bearer ", "Bearer wrong", "Basic %%%", "Digest x", "Bearer \u00e9"])
async def test_a_program_without_a_token_is_told_how(desk: Desk, header: str) -> None:
    """And asked in a way that makes a feed reader show its form."""
    answer = await desk.get("/metrics", headers={"Authorization": header}, allow_redirects=False)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_viewer_looks_and_an_editor_changes(desk: Desk) -> None:
    """The role stands in config.yaml."""
    viewer = {"Authorization": f"Bearer {SCRAPER}"}
    editor = {"Authorization": f"Bearer {OLENA}"}
    assert (await desk.get("/", headers=viewer)).status == 200
    refused = await desk.post("/do", headers=viewer)
    assert refused.status == 403
    assert "role editor" in await refused.text()
    assert await (await desk.post("/do", headers=editor)).text() == "olena"


async def test_a_session_ends_with_its_time_or_by_hand(desk: Desk, time: HandClock) -> None:
    """After two weeks, or at the button."""
    await logged_in(desk, OLENA)
    time.now += SESSION - timedelta(seconds=1)
    assert (await desk.get("/", allow_redirects=False)).status == 200
    time.now += timedelta(seconds=1)
    assert (await desk.get("/", allow_redirects=False)).status == 303
    await logged_in(desk, OLENA)
    await desk.post("/logout")
    assert (await desk.get("/", allow_redirects=False)).status == 303


async def test_a_forged_or_changed_cookie_opens_nothing(desk: Desk, time: HandClock) -> None:
    """Name, end and signature belong together."""
    good = Access(SETTINGS, clock=time).sessions.begun(SETTINGS.users[1])
    name, ends, number, signature = good.split("|")
    later = f"{int(ends) + 1}"
    for cookie in (
        f"olena|{ends}|{number}|{signature}",
        f"{name}|{later}|{number}|{signature}",
        f"{name}|{ends}|x{number}|{signature}",
        f"{name}|{ends}|{number}|",
        "|||",
        "",
        "x" * 99,
    ):
        answer = await desk.get("/", cookies={COOKIE: cookie}, allow_redirects=False)
        assert answer.status == 303, cookie


async def test_a_new_token_ends_the_sessions_of_the_old_one(time: HandClock) -> None:
    """A token that leaked is replaced, and that is all there is to do."""
    cookie = Access(SETTINGS, clock=time).sessions.begun(SETTINGS.users[0])
    changed = WebSettings.model_validate({"users": [{"name": "olena", "token": OLENA[::-1]}]})
    made = application([web.get("/", who)], Access(changed, clock=time))
    async with TestClient(TestServer(made), cookies={COOKIE: cookie}) as client:
        assert (await client.get("/", allow_redirects=False)).status == 303


async def test_who_guesses_is_slowed_down_and_then_let_in_again(desk: Desk, time: HandClock) -> None:
    """Ten at once, then one every ten seconds."""
    for _ in range(10):
        assert (await logged_in(desk, "guess"))[0] == 403
    assert (await logged_in(desk, OLENA))[0] == 429
    time.now += timedelta(seconds=11)
    assert (await logged_in(desk, OLENA))[0] == 303


async def test_health_is_told_without_a_token(desk: Desk) -> None:
    """What watches over the daemon needs no secret for it."""
    assert (await desk.get("/healthz", allow_redirects=False)).status == 200


@pytest.mark.parametrize(
    "host", ["desk.example.org", "DESK.example.org:443", "192.0.2.7:8800", "[2001:db8::1]"]
)
async def test_names_of_the_settings_and_numbers_are_answered(desk: Desk, host: str) -> None:
    """A rebound name is no number, and a login stands behind."""
    shown = {"Authorization": f"Bearer {OLENA}", "Host": host}
    assert (await desk.get("/", headers=shown)).status == 200
    assert (await desk.get("/", headers={**shown, "Host": "evil.example"})).status == 421


@pytest.mark.parametrize(
    ("users", "said"),
    [
        ([{"name": "olena", "token": "short"}], "openssl rand"),
        ([{"name": "a", "token": OLENA}, {"name": "a", "token": SCRAPER}], "each their own"),
        ([{"name": "a", "token": OLENA}, {"name": "b", "token": OLENA}], "each their own"),
        ([{"name": "a|b", "token": OLENA}], "no name of a user"),
    ],
)
def test_users_who_cannot_be_told_apart_are_refused(users: list[dict[str, str]], said: str) -> None:
    """Before the desk is served."""
    with pytest.raises(ValidationError, match=said):
        WebSettings.model_validate({"users": users})


def test_a_token_is_never_shown() -> None:
    """Not in a log, not in a traceback."""
    assert OLENA not in repr(SETTINGS)
