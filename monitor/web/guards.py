"""What every request passes: is it for us, is it from our own page, what a browser may do with the answer.

A page of another site can make a browser send requests to loopback. Two things stop it: the Host header must
name this machine (a name that was rebound to 127.0.0.1 does not), and a request that changes something must
come from a page of the same origin. Programs send neither Origin nor Sec-Fetch-Site and are not held up.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from monitor.actor import ACTOR
from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Actor, Via
from monitor.core.settings.web import is_loopback
from monitor.telemetry import fields
from monitor.web.access import Access, is_for_programs, refusal
from monitor.web.forms import signature
from monitor.web.forwarded import NotBelieved
from monitor.web.rendering import page

log = logging.getLogger(__name__)


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Server": "news-monitor",  # no versions for whoever looks for known holes
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it, browsers say `Origin: null` when they send a form of ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_READING = {hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS}
_HEADINGS = {
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.FORBIDDEN: "Not allowed",
    HTTPStatus.METHOD_NOT_ALLOWED: "No page here",
    HTTPStatus.SERVICE_UNAVAILABLE: "One moment",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something broke",
}
_WORDS = {
    HTTPStatus.NOT_FOUND: "No such page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "A form sends here; there is no page at this address.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is more than this form takes: a megabyte.",
}


def is_for_us(host: str) -> bool:
    """Say whether a Host header names this machine; any port will do, as a tunnel may have another."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and is_loopback(name)


def is_own(request: web.Request) -> bool:
    """Say whether a request reads only, or comes from a page of ours, or from no page at all."""
    if request.method in _READING:
        return True
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get(hdrs.ORIGIN)
    return origin is None or urlsplit(origin).netloc == request.host


def guard(access: Access) -> Middleware:
    """Make what refuses what is not for us, answers errors with a page, and sets the headers."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        ACTOR.set(None)
        named = access.proxy.named(request) if access.proxy else None
        if isinstance(named, NotBelieved):
            log.warning("web.proxy_not_believed", extra=fields(why=named.said))
        request = access.proxy.as_sent(request) if access.proxy else request
        if not (is_for_us(request.host) or access.knows_host(request.host)):
            text = "This desk does not answer to that name; add it in config.yaml: `web: {hosts: [NAME]}`.\n"
            answer: web.StreamResponse = web.Response(status=HTTPStatus.MISDIRECTED_REQUEST, text=text)
        elif not is_own(request):
            answer = web.Response(status=HTTPStatus.FORBIDDEN, text="This came from another site.\n")
        else:
            answer = refusal(access, request, named) or await _answered(access, request, handler)
        if not answer.prepared:
            answer = shown(request, answer)
            answer.headers.update(HEADERS)
        return answer

    return guarded


async def _answered(access: Access, request: web.Request, handler: Handler) -> web.StreamResponse:
    name, address = signature(request), request.remote or "unknown"
    ACTOR.set(Actor(at=access.clock(), name=name, via=Via.DESK, address=address))
    try:
        return await handler(request)
    except web.HTTPException as said:
        # The web framework says `404: Not Found` where nobody found better words.
        is_ours = said.status == HTTPStatus.NOT_FOUND and not (said.text or "404").startswith("404")
        text = said.text if is_ours else _WORDS.get(HTTPStatus(said.status), said.reason)
        kept = {name: said.headers[name] for name in (hdrs.LOCATION, hdrs.ALLOW) if name in said.headers}
        return web.Response(status=said.status, text=f"{text}\n", headers=kept)
    except StoreUnavailableError as error:
        log.warning("web.store_unavailable: %s", error)
        text = "The database cannot be read just now. Monitoring goes on; reload this page in a moment.\n"
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=text)
    except Exception:
        log.exception("web.broke", extra=fields(method=request.method, path=request.path))
        text = (
            "This page has a fault, which the log of the daemon describes (web.broke). Monitoring goes on.\n"
        )
        return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=text)


def shown(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Give a browser a page where a program would get a line of text that says what went wrong."""
    if not isinstance(answer, web.Response):
        return answer
    is_line = answer.content_type == "text/plain"
    is_read = "text/html" in request.headers.get(hdrs.ACCEPT, "") and not is_for_programs(request.path)
    told = HTTPStatus.BAD_REQUEST <= answer.status != HTTPStatus.MISDIRECTED_REQUEST
    if not (told and is_line and is_read):
        return answer
    status = HTTPStatus(answer.status)
    made = page("error.html", status=status, heading=_HEADINGS.get(status, status.phrase), text=answer.text)
    made.headers.update({name: said for name, said in answer.headers.items() if name not in made.headers})
    return made
