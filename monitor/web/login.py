"""The door: a password or token typed once becomes a session."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from monitor.actor import acting
from monitor.core.models import Act, Actor, Person, Via
from monitor.core.settings.web import WebUser
from monitor.pipeline.acting import author_of
from monitor.telemetry import fields
from monitor.web.access import Access
from monitor.web.forms import own_path
from monitor.web.rendering import page
from monitor.web.sessions import COOKIE, SESSION

log = logging.getLogger(__name__)

_NOBODY = "unknown (desk)"


class AuditLog(Protocol):
    """Keeps who did what."""

    async def note(self, act: Act, what: str = "", detail: str = "") -> None:
        """Write down what whoever acts just now did elsewhere."""


class Door:
    """Answers /login and /logout."""

    def __init__(self, access: Access, audit: AuditLog | None) -> None:
        self._access, self._audit = access, audit

    def routes(self) -> list[web.RouteDef]:
        """Where the door is; nowhere if nobody has to pass it."""
        if not self._access.wants_login:
            return []
        return [
            web.get("/login", self.asked),
            web.post("/login", self.tried),
            web.post("/logout", self.left),
        ]

    async def asked(self, request: web.Request) -> web.Response:
        """Show the form."""
        return self._form(request.query.get("next", "/"), "", HTTPStatus.OK)

    async def tried(self, request: web.Request) -> web.StreamResponse:
        """Let in who knows a password or a token; slow down who guesses."""
        form = await request.post()
        target, name = own_path(str(form.get("next", "/"))), str(form.get("name", "")).strip()
        address = request.remote or "unknown"
        wait = self._access.attempts.wait(address)
        if wait:
            seconds = int(wait.total_seconds()) + 1
            said = f"Too many wrong logins came from your address. Try again in {seconds} seconds."
            return self._form(target, said, HTTPStatus.TOO_MANY_REQUESTS)
        # Counted before the answer is known: many asked at once would else all be tried.
        self._access.attempts.failed(address)
        user = await self._user(name, str(form.get("secret", "")))
        if user is None:
            log.warning("web.login_refused", extra=fields(address=address))
            known = Person(id="desk", name=name) if self._access.has_user(name) else None
            await self._note(request, Act.LOGIN_REFUSED, author_of(known) if known else _NOBODY)
            return self._form(target, self._refused(), HTTPStatus.FORBIDDEN)
        self._access.attempts.succeeded(address)
        log.info("web.login", extra=fields(user=user.name, address=address))
        await self._note(request, Act.LOGIN, author_of(Person(id="desk", name=user.name)))
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
        answer.set_cookie(
            COOKIE,
            self._access.sessions.begun(user),
            max_age=int(SESSION.total_seconds()),
            httponly=True,
            samesite="Lax",  # a link in a message must open the desk
            secure=self._access.is_secure(request),
        )
        return answer

    async def left(self, request: web.Request) -> web.StreamResponse:
        """End the session, in this browser and in any other that has a copy of it."""
        user = self._access.sessions.end(request.cookies.get(COOKIE, ""))
        if user is not None:
            await self._note(request, Act.LOGOUT, author_of(Person(id="desk", name=user.name)))
        target = self._access.logout if user is None else "/login"
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
        answer.del_cookie(COOKIE)
        return answer

    async def _user(self, name: str, secret: str) -> WebUser | None:
        user = self._access.user_of(secret.strip())
        if user is not None and name in {"", user.name}:
            return user
        return await self._access.passwords.user_of(name, secret)

    async def _note(self, request: web.Request, act: Act, name: str) -> None:
        if self._audit is not None:
            actor = Actor(
                at=self._access.clock(), name=name, via=Via.DESK, address=request.remote or "unknown"
            )
            with acting(actor):
                await self._audit.note(act)

    def _form(self, target: str, said: str, status: HTTPStatus) -> web.Response:
        return page(
            "login.html",
            status=status,
            target=own_path(target),
            said=said,
            named=bool(self._access.passwords),
            users=self._access.has_users,
        )

    def _refused(self) -> str:
        if self._access.passwords:
            return "No user of config.yaml has this name and password, or this token."
        return "This is the token of nobody. It stands under `web: users:` of config.yaml."
