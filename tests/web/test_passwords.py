"""Passwords of the desk: what is typed once opens a session, and guessing does not get faster by them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from pydantic import ValidationError

from monitor.core.settings import WebSettings
from monitor.web.access import Access
from monitor.web.passwords import Passwords
from monitor.web.server import application
from monitor.web.sessions import COOKIE
from tests.web.conftest import Desk
from tests.web.test_access import HandClock, who

TOKEN = "olena-token-of-many-characters"
PASSWORD = "правильний кінь 🐎"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Tests need not wait for what makes guessing dear."""


def settings(password: str = PASSWORD, **more: Any) -> WebSettings:
    """Two users: one with a password, one with a token alone."""
    users = [
        {"name": "olena", "password_hash": CHEAP.hash(password), "token": TOKEN},
        {"name": "taras", "token": "taras-token-of-many-characters"},
    ]
    return WebSettings.model_validate({"users": users} | more)


SETTINGS = settings()


@pytest.fixture
def time() -> HandClock:
    """A clock for these tests."""
    return HandClock()


@pytest.fixture
async def desk(time: HandClock) -> AsyncIterator[Desk]:
    """A desk with a login."""
    made = application([web.get("/", who)], Access(SETTINGS, clock=time))
    async with TestClient(TestServer(made)) as client:
        yield client


async def tried(desk: Desk, name: str, secret: str) -> int:
    """Type into the form; say the status."""
    answer = await desk.post("/login", data={"name": name, "secret": secret}, allow_redirects=False)
    return answer.status


@pytest.mark.parametrize(
    ("name", "secret", "status"),
    [
        ("olena", PASSWORD, 303),
        ("olena", TOKEN, 303),
        ("", TOKEN, 303),
        ("", f" {TOKEN} ", 303),
        ("olena", PASSWORD + " ", 403),
        ("olena", "", 403),
        ("", PASSWORD, 403),
        ("taras", PASSWORD, 403),
        ("taras", TOKEN, 403),
        ("nobody", PASSWORD, 403),
        ("olena", "x" * 5000, 403),
    ],
)
async def test_a_name_and_its_password_or_a_token_opens_the_desk(
    desk: Desk, name: str, secret: str, status: int
) -> None:
    """Nothing else does; the password counts to the last space."""
    assert await tried(desk, name, secret) == status
    assert (await desk.get("/", allow_redirects=False)).status == (200 if status == 303 else 303)


async def test_the_form_asks_for_a_name_where_somebody_has_a_password(desk: Desk) -> None:
    """And lets a password manager fill it in."""
    form = await (await desk.get("/login")).text()
    assert 'name="name" autocomplete="username"' in form
    assert 'name="secret" required autocomplete="current-password"' in form


async def test_a_changed_password_ends_the_sessions_of_the_old_one(time: HandClock) -> None:
    """So does one that is taken away, though the token stayed."""
    cookie = Access(SETTINGS, clock=time).sessions.begun(SETTINGS.users[0])
    for changed in (settings("another one"), settings(PASSWORD)):
        made = application([web.get("/", who)], Access(changed, clock=time))
        async with TestClient(TestServer(made), cookies={COOKIE: cookie}) as client:
            assert (await client.get("/", allow_redirects=False)).status == 303
    assert Access(SETTINGS, clock=time).sessions.user_of(cookie) == SETTINGS.users[0]


async def test_each_login_makes_a_session_of_its_own(desk: Desk) -> None:
    """Whatever the browser brought along: nobody can be given a session that somebody else knows."""
    cookies = set()
    for _ in range(2):
        answer = await desk.post(
            "/login",
            data={"name": "olena", "secret": PASSWORD},
            cookies={COOKIE: "planted|1|x|y"},
            allow_redirects=False,
        )
        cookies.add(answer.cookies[COOKIE].value)
        assert answer.cookies[COOKIE]["httponly"]
        assert answer.cookies[COOKIE]["samesite"] == "Lax"
    assert len(cookies) == 2


async def test_who_logs_out_ends_every_copy_of_the_session(desk: Desk) -> None:
    """A cookie that was copied is worth nothing then; another session of the same user goes on."""
    sessions = []
    for _ in range(2):
        form = {"name": "olena", "secret": PASSWORD}
        answer = await desk.post("/login", data=form, allow_redirects=False)
        sessions.append({COOKIE: answer.cookies[COOKIE].value})
        desk.session.cookie_jar.clear()
    await desk.post("/logout", cookies=sessions[0])
    statuses = [(await desk.get("/", cookies=one, allow_redirects=False)).status for one in sessions]
    assert statuses == [303, 200]


async def test_many_guesses_at_once_are_no_more_than_one_after_the_other(desk: Desk) -> None:
    """Each is counted before it is tried, and a right one is not counted."""
    for _ in range(12):
        assert await tried(desk, "olena", PASSWORD) == 303
    found = await asyncio.gather(*(tried(desk, "olena", f"guess {number}") for number in range(15)))
    assert sorted(found) == [403] * 10 + [429] * 5


async def test_a_name_of_nobody_costs_as_much_as_one_of_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash is compared in either case: the time tells nobody who has a password."""
    compared = []

    def fits(user: object, password: str) -> bool:
        compared.append((user, password))
        return True

    monkeypatch.setattr("monitor.web.passwords._fits", fits)
    passwords = Passwords(SETTINGS.users)
    assert await passwords.user_of("olena", "x") == SETTINGS.users[0]
    assert await passwords.user_of("nobody", "x") is None
    assert await passwords.user_of("taras", "x") is None
    assert [user for user, _ in compared] == [SETTINGS.users[0]] * 3


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"password_hash": "hunter2"}, "is no argon2 hash: `news-monitor users password`"),
        ({"password_hash": "$2b$12$abcdefghijklmnopqrstuv"}, "is no argon2 hash"),
        ({"password_hash": "$argon2id$v=19$m=99999999,t=3,p=4$c29tZXNhbHQ$aGFzaA"}, "more than 1 GiB"),
        ({"password_hash": "$argon2id$v=19$m=65536,t=200,p=4$c29tZXNhbHQ$aGFzaA"}, "20 passes"),
        ({}, "'olena' has nothing to log in with; give `token:` or `password_hash:`"),
    ],
)
def test_what_no_password_can_fit_is_refused_before_the_desk_is_served(
    user: dict[str, str], said: str
) -> None:
    """With the remedy; the value itself is never shown."""
    with pytest.raises(ValidationError) as refused:
        WebSettings.model_validate({"users": [{"name": "olena"} | user]})
    assert said in str(refused.value)
    assert "argon2id" not in repr(SETTINGS)
