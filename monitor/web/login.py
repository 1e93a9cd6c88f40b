"""The door: a token typed once becomes a session."""

from __future__ import annotations

import logging
from http import HTTPStatus

from aiohttp import web

from monitor.telemetry import fields
from monitor.web.access import COOKIE, SESSION, Access
from monitor.web.rendering import page

log = logging.getLogger(__name__)


class Door:
    """Answers /login and /logout."""

    def __init__(self, access: Access) -> None:
        self._access = access

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
        return page("login.html", target=_local(request.query.get("next", "/")), said="")

    async def tried(self, request: web.Request) -> web.StreamResponse:
        """Let in who shows a token; slow down who guesses."""
        form = await request.post()
        target = _local(str(form.get("next", "/")))
        address = request.remote or "unknown"
        wait = self._access.attempts.wait(address)
        if wait:
            seconds = int(wait.total_seconds()) + 1
            said = f"Too many wrong tokens came from your address. Try again in {seconds} seconds."
            return page("login.html", status=HTTPStatus.TOO_MANY_REQUESTS, target=target, said=said)
        user = self._access.user_of(str(form.get("token", "")).strip())
        if user is None:
            self._access.attempts.failed(address)
            log.warning("web.login_refused", extra=fields(address=address))
            said = "This is the token of nobody. It stands under `web: users:` of config.yaml."
            return page("login.html", status=HTTPStatus.FORBIDDEN, target=target, said=said)
        log.info("web.login", extra=fields(user=user.name, address=address))
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": target})
        answer.set_cookie(
            COOKIE,
            self._access.session_of(user),
            max_age=int(SESSION.total_seconds()),
            httponly=True,
            samesite="Lax",  # a link in a message must open the desk
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )
        return answer

    async def left(self, _request: web.Request) -> web.StreamResponse:
        """End the session in this browser."""
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/login"})
        answer.del_cookie(COOKIE)
        return answer


def _local(target: str) -> str:
    """Keep an address within the desk: a path of ours, nothing that a browser reads as another host."""
    return target if target.startswith("/") and not target.startswith("//") and "\\" not in target else "/"
