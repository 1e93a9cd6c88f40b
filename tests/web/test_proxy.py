"""A proxy in front of the desk says who somebody is: believed from its own address alone."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from monitor.core.settings import WebSettings
from monitor.web.access import Access, person_of
from monitor.web.server import application
from monitor.web.sessions import COOKIE
from tests.web.conftest import Desk, clock

TOKEN = "scraper-token-of-many-characters"
HOST = {"Host": "desk.example.org"}
OLENA = HOST | {"X-Forwarded-User": "olena"}


async def told(request: web.Request) -> web.Response:
    """Say how the request looks to a page."""
    person = person_of(request)
    origin = request.url.origin()
    return web.Response(text=f"{person.name} {person.may_change} {request.remote} {origin}")


@asynccontextmanager
async def behind(**proxy: Any) -> AsyncIterator[Desk]:
    """Serve a desk behind a proxy on this machine."""
    settings = WebSettings.model_validate(
        {
            "hosts": ["desk.example.org"],
            "users": [{"name": "scraper", "token": TOKEN, "role": "viewer"}],
            "proxy": {"trusted": ["127.0.0.1"], "roles": {"olena": "editor"}} | proxy,
        }
    )
    made = application([web.get("/", told), web.post("/do", told)], Access(settings, clock=clock))
    async with TestClient(TestServer(made)) as client:
        yield client


async def test_whom_the_proxy_names_is_let_in_with_the_role_of_the_settings() -> None:
    """By name, by group, else as `role` says."""
    async with behind(roles={"olena": "editor", "@night": "editor", "@guests": "viewer"}) as desk:
        assert (await (await desk.get("/", headers=OLENA)).text()).startswith("olena True")
        assert (await (await desk.get("/", headers=OLENA | {"X-Forwarded-User": "taras"})).text()).startswith(
            "taras False"
        )
        night = OLENA | {"X-Forwarded-User": "taras@example.org", "X-Forwarded-Groups": "guests, night"}
        assert (await desk.post("/do", headers=night)).status == 200
        guest = OLENA | {"X-Forwarded-User": "taras", "X-Forwarded-Groups": "guests"}
        assert (await desk.post("/do", headers=guest)).status == 403


async def test_whom_the_settings_do_not_name_can_be_kept_out() -> None:
    """With `role: none`, and told where they are to be named."""
    async with behind(role="none") as desk:
        refused = await desk.get("/", headers=OLENA | {"X-Forwarded-User": "taras"})
        assert (refused.status, "web: proxy: roles" in await refused.text()) == (403, True)
        assert (await desk.get("/", headers=OLENA)).status == 200


async def test_the_header_is_believed_from_the_proxy_alone(caplog: pytest.LogCaptureFixture) -> None:
    """From elsewhere the request is refused, and the log says who tried and who may."""
    async with behind(trusted=["192.0.2.0/24", "2001:db8::1"]) as desk:
        with caplog.at_level(logging.WARNING, "monitor.web"):
            refused = await desk.get("/", headers=OLENA, allow_redirects=False)
        assert refused.status == 403
        [record] = [one for one in caplog.records if one.getMessage() == "web.proxy_not_believed"]
        assert "127.0.0.1 says X-Forwarded-User, and is none of web.proxy.trusted (192.0.2.0/24" in str(
            vars(record)
        )
        shown = await desk.get("/", headers=HOST | {"Authorization": f"Bearer {TOKEN}"})
        assert (await shown.text()).startswith("scraper False")


@pytest.mark.parametrize("name", ["olena\tx", "a|b", "x" * 65, "olena, admin", "<b>"])
async def test_a_name_that_cannot_sign_is_refused(name: str) -> None:
    """What somebody does bears their name."""
    async with behind() as desk:
        refused = await desk.get("/", headers=OLENA | {"X-Forwarded-User": name}, allow_redirects=False)
        assert refused.status == 403


async def test_without_the_header_a_token_opens_the_desk_and_nothing_else() -> None:
    """Prometheus does not come through a login page."""
    async with behind() as desk:
        assert (await desk.get("/", headers=HOST, allow_redirects=False)).status == 303
        shown = await desk.get("/", headers=HOST | {"Authorization": f"Bearer {TOKEN}"})
        assert (await shown.text()).startswith("scraper False")


async def test_address_scheme_and_host_are_those_of_the_browser() -> None:
    """The last address that is no proxy of ours: what a browser wrote itself comes before it."""
    sent = OLENA | {
        "Host": "127.0.0.1:8800",
        "X-Forwarded-For": "10.9.9.9, 198.51.100.7, 127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "desk.example.org",
    }
    async with behind() as desk:
        shown = await (await desk.get("/", headers=sent)).text()
        assert shown == "olena True 198.51.100.7 https://desk.example.org"
        posted = await desk.post("/do", headers=sent | {"Origin": "https://desk.example.org"})
        assert posted.status == 200
        assert (await desk.post("/do", headers=sent | {"Origin": "https://evil.example"})).status == 403
        elsewhere = sent | {"X-Forwarded-Host": "evil.example"}
        assert (await desk.get("/", headers=elsewhere)).status == 421


async def test_headers_of_the_way_are_believed_from_the_proxy_alone() -> None:
    """Else anybody could choose the address by which guesses are counted."""
    sent = HOST | {"X-Forwarded-For": "198.51.100.7", "Authorization": f"Bearer {TOKEN}"}
    async with behind(trusted=["192.0.2.1"]) as desk:
        shown = await (await desk.get("/", headers=sent | {"X-Forwarded-Proto": "https"})).text()
        assert shown == "scraper False 127.0.0.1 http://desk.example.org"


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
async def test_the_cookie_keeps_to_https_where_the_proxy_speaks_it(scheme: str, secure: bool) -> None:
    """As the proxy says."""
    async with behind() as desk:
        answer = await desk.post(
            "/login",
            data={"secret": TOKEN},
            headers=HOST | {"X-Forwarded-Proto": scheme},
            allow_redirects=False,
        )
        assert bool(answer.cookies[COOKIE]["secure"]) is secure


async def test_who_logs_out_leaves_the_session_of_the_proxy_too() -> None:
    """It began there."""
    async with behind(logout="/oauth2/sign_out") as desk:
        answer = await desk.post("/logout", headers=OLENA, allow_redirects=False)
        assert answer.headers["Location"] == "/oauth2/sign_out"


async def test_where_nobody_can_log_in_the_door_says_so() -> None:
    """Without users there is no form to fill in."""
    settings = WebSettings.model_validate({"proxy": {"trusted": ["127.0.0.1"]}})
    made = application([web.get("/", told)], Access(settings, clock=clock))
    async with TestClient(TestServer(made)) as desk:
        shown = await (await desk.get("/login")).text()
    assert "A proxy says who you are" in shown
    assert '<form method="post" action="/login"' not in shown


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        ({"trusted": []}, "at least 1 item"),
        ({"trusted": ["localhost"]}, "'localhost' is no address or network; write numbers"),
        ({"trusted": ["10.0.0.1/8"]}, "write 10.0.0.0/8 for the network, or the address"),
        ({"trusted": ["0.0.0.0/0"]}, "is everybody, who could then call themselves anything"),
        ({"trusted": ["127.0.0.1"], "user_header": "X User"}, "'X User' is no name of a header"),
        ({"trusted": ["127.0.0.1"], "logout": "https://evil.example"}, "is no path"),
        ({"trusted": ["127.0.0.1"], "logout": "//evil.example"}, "is no path"),
        ({"trusted": ["127.0.0.1"], "roles": {"olena": "admin"}}, "'viewer' or 'editor'"),
    ],
)
def test_settings_that_would_believe_anybody_are_refused(proxy: dict[str, Any], said: str) -> None:
    """With the remedy, before the desk is served."""
    with pytest.raises(ValidationError) as refused:
        WebSettings.model_validate({"proxy": proxy})
    assert said in str(refused.value)


def test_a_desk_behind_a_proxy_may_listen_where_the_proxy_reaches_it() -> None:
    """The proxy is the login."""
    found = WebSettings.model_validate({"listen": "0.0.0.0:8800", "proxy": {"trusted": ["10.0.0.2"]}})
    assert found.wants_login
