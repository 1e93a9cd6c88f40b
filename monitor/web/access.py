"""Who asks, and what they may do.

Without users in config.yaml everyone on this machine is an editor. With users, a program shows its token
(`Authorization: Bearer TOKEN`, or as the password of Basic, which is all that feed readers can), and a person
types name and password, or the token, once at /login and gets a session. A proxy that is trusted may say who
it is instead.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web

from monitor.core.settings.web import WebSettings, WebUser
from monitor.web.forwarded import Named, NotBelieved, Proxy
from monitor.web.passwords import Passwords
from monitor.web.sessions import COOKIE, Sessions, same

_OPEN = frozenset({"/login", "/healthz", "/readyz"})
_SELF_PROVING = ("/static/", "/websub/")
"""What nobody need log in for: what is no secret, and addresses that nobody can guess."""
_FOR_PROGRAMS = ("/api/", "/feeds/", "/metrics")
_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
_CHANGING_NOTHING = frozenset({"/logout", "/try", "/try/rule"})
"""Forms that are for everybody: nothing is kept of what they bring."""
_ALLOWANCE = 10
_REFILL = timedelta(seconds=10)
_REMEMBERED = 1000
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who was let in."""

    name: str
    may_change: bool


NAME: ContextVar[str] = ContextVar("name", default="")
"""Who is logged in while a request is answered; empty for nobody."""
MAY_CHANGE: ContextVar[bool] = ContextVar("may_change", default=True)
"""Whether whoever asks may change anything: pages leave the buttons out where not."""
_PERSON = web.RequestKey("person", Person)
ANYONE = Person(name="desk", may_change=True)
"""Whoever uses a desk without users."""


def person_of(request: web.Request) -> Person:
    """Say who sent a request that passed the guard."""
    return request[_PERSON]


class Attempts:
    """Wrong logins by address: ten at once, then one every ten seconds; right ones cost nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._full_at: dict[str, datetime] = {}

    def wait(self, address: str) -> timedelta:
        """How long the address must wait before its next try; zero if it need not."""
        over = self._full_at.get(address, self._clock()) - self._clock() - (_ALLOWANCE - 1) * _REFILL
        return max(over, timedelta(0))

    def failed(self, address: str) -> None:
        """Count a wrong login, or one that is not known to be right yet."""
        now = self._clock()
        if len(self._full_at) >= _REMEMBERED:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now}
        if len(self._full_at) < _REMEMBERED or address in self._full_at:
            self._full_at[address] = max(self._full_at.get(address, now), now) + _REFILL

    def succeeded(self, address: str) -> None:
        """Take back what was counted of a login that turned out to be right."""
        if address in self._full_at:
            self._full_at[address] -= _REFILL


class Access:
    """What the settings say of users, proxies and hosts, asked of requests."""

    def __init__(self, settings: WebSettings, *, clock: Clock) -> None:
        self._users = {user.name: user for user in settings.users}
        reached = [urlsplit(settings.websub.callback).hostname or ""] if settings.websub else []
        self._names = frozenset(host.casefold() for host in (*settings.hosts, *reached))
        self.clock, self.wants_login = clock, settings.wants_login
        self.attempts = Attempts(clock)
        self.sessions = Sessions(self._users, clock=clock)
        self.passwords = Passwords(settings.users)
        self.proxy = Proxy(settings.proxy) if settings.proxy else None
        self.logout = settings.proxy.logout if settings.proxy else "/login"
        """Where whoever ends their session is sent; one that the proxy began, it ends."""

    @property
    def has_users(self) -> bool:
        """Whether anybody is named who may log in here."""
        return bool(self._users)

    def has_user(self, name: str) -> bool:
        """Say whether a user is called so."""
        return name in self._users

    def is_secure(self, request: web.Request) -> bool:
        """Say whether the browser speaks https; without `proxy` in the settings any proxy's word is taken."""
        said = request.headers.get("X-Forwarded-Proto") == "https"
        return request.secure or (self.proxy is None and said)

    def knows_host(self, host: str) -> bool:
        """Say whether a Host header is one of ours: a name of the settings, or, with users, any number.

        What a rebound name cannot do is pretend to be a number; a login stands behind it besides.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        is_number = name.replace(".", "").isdecimal() or ":" in name
        return name.casefold() in self._names or (self.wants_login and is_number)

    def who(self, request: web.Request, named: Named | None = None) -> Person | None:
        """Say who sends a request, of whom a proxy may have said who it is; None if nobody we know."""
        if not self.wants_login:
            return ANYONE
        if named is not None and self.proxy is not None:
            role = self.proxy.role_of(named)
            return None if role == "none" else Person(name=named.name, may_change=role == "editor")
        shown = _shown_token(request.headers.get(hdrs.AUTHORIZATION, ""))
        cookie = request.cookies.get(COOKIE, "")
        user = self.sessions.user_of(cookie) if shown is None else self.user_of(shown)
        return None if user is None else Person(name=user.name, may_change=user.role == "editor")

    def user_of(self, token: str) -> WebUser | None:
        """Find the user of a token; each is compared in full, so that time tells nothing."""
        users = self._users.values()
        found = [user for user in users if user.token and same(user.token.get_secret_value(), token)]
        return found[0] if found else None


def refusal(
    access: Access, request: web.Request, named: Named | NotBelieved | None = None
) -> web.StreamResponse | None:
    """Note who sends a request; answer it here if they may not have what they ask for."""
    if isinstance(named, NotBelieved):
        return web.Response(status=403, text="Only the proxy says who somebody is; the log says more.\n")
    person = access.who(request, named)
    NAME.set(person.name if person and access.wants_login else "")
    if person is not None:
        MAY_CHANGE.set(person.may_change)
        request[_PERSON] = person
        if person.may_change or request.method in _READING or request.path in _CHANGING_NOTHING:
            return None
        return web.Response(
            status=403, text=f"{person.name} may look, not change: ask for the role editor.\n"
        )
    if named is not None and request.path not in _OPEN:
        text = f"{named.name} is known to the proxy, not to this desk: `web: proxy: roles:` says who may.\n"
        return web.Response(status=403, text=text)
    return _sent_to_the_door(request)


def is_for_programs(path: str) -> bool:
    """Say whether programs ask for this address, which read no pages."""
    return path.startswith(_FOR_PROGRAMS)


def _sent_to_the_door(request: web.Request) -> web.StreamResponse | None:
    if request.path in _OPEN or request.path.startswith(_SELF_PROVING):
        return None
    if is_for_programs(request.path) or request.method not in _READING:
        text = "Show a token of config.yaml: `Authorization: Bearer TOKEN`.\n"
        return web.Response(
            status=401, text=text, headers={hdrs.WWW_AUTHENTICATE: 'Basic realm="news-monitor"'}
        )
    target = quote(request.path_qs, safe="/")
    return web.Response(status=303, headers={hdrs.LOCATION: f"/login?next={target}"})


def _shown_token(header: str) -> str | None:
    """Read a token from an Authorization header; None if there is no such header."""
    scheme, _, value = header.partition(" ")
    if scheme.casefold() == "bearer":
        return value.strip()
    if scheme.casefold() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (ValueError, binascii.Error):
            return ""
    return None
