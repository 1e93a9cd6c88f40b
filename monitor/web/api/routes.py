"""Requests under /api/v1 -> answers in JSON; what goes wrong is a problem in words (RFC 9457)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from monitor.core.errors import StoreUnavailableError
from monitor.web.access import MAY_CHANGE
from monitor.web.api.asking import Asked, Mistake, asked
from monitor.web.api.endpoints import ApiStore, Endpoint, Endpoints, InForceNow, Many
from monitor.web.api.openapi import document, path_of
from monitor.web.api.shapes import Problem
from monitor.web.outgoing import answer

log = logging.getLogger(__name__)

ROOT: Final = "/api/v1"
_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"


def routes(store: ApiStore, in_force: InForceNow, *, wants_login: bool = False) -> list[web.RouteDef]:
    """Where the API is; whatever else is asked under its root is answered in JSON as well."""
    endpoints = Endpoints(store, in_force).all()
    described = json.dumps(document(endpoints, ROOT, wants_login=wants_login)).encode()

    async def openapi(request: web.Request) -> web.Response:
        return answer(request, described, _JSON)

    return [
        web.get(f"{ROOT}/openapi.json", openapi),
        *(web.get(path_of(one, ROOT), _handler(one)) for one in endpoints),
        web.route("*", ROOT + "{tail:(/.*)?}", _nothing),
    ]


async def _nothing(request: web.Request) -> web.Response:
    if request.method not in {hdrs.METH_GET, hdrs.METH_HEAD}:
        return problem(HTTPStatus.METHOD_NOT_ALLOWED, "the API is read-only: GET is all there is")
    return problem(HTTPStatus.NOT_FOUND, f"there is nothing here; {ROOT}/openapi.json says what there is")


def _handler(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    filters = endpoint.filters if isinstance(endpoint, Many) else ()

    async def answered(request: web.Request) -> web.StreamResponse:
        if isinstance(endpoint, Many) and endpoint.for_editors and not MAY_CHANGE.get():
            return problem(HTTPStatus.FORBIDDEN, "only editors are shown this: ask for the role")
        name = request.match_info.get("id", "")
        found = asked(request.query, name=name, filters=filters, paged=isinstance(endpoint, Many))
        if isinstance(found, Mistake):
            return problem(HTTPStatus.BAD_REQUEST, found.said)
        try:
            body = await _body(endpoint, found)
        except StoreUnavailableError as error:
            log.warning("web.store_unavailable: %s", error)
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database cannot be read just now; ask again")
        if isinstance(body, Mistake):
            status = HTTPStatus.BAD_REQUEST if isinstance(endpoint, Many) else HTTPStatus.NOT_FOUND
            return problem(status, body.said)
        return answer(request, body, _JSON)

    return answered


async def _body(endpoint: Endpoint, request: Asked) -> bytes | Mistake:
    if not isinstance(endpoint, Many):
        found = await endpoint.answer(request) if request.name.isprintable() else None
        return found.model_dump_json().encode() if found else Mistake(f"{endpoint.noun}: none of that id")
    if endpoint.by_time and request.after and request.before is None:
        return Mistake("cursor is of another list; leave it out to begin anew")
    listed = await endpoint.answer(request)
    more = len(listed) > request.limit
    items = b",".join(one.shape.model_dump_json().encode() for one in listed[: request.limit])
    after = listed[request.limit - 1].place.written() if more else None
    return b'{"items":[' + items + b'],"next":' + json.dumps(after).encode() + b"}"


def problem(status: HTTPStatus, said: str) -> web.Response:
    """Answer with what is wrong, in words."""
    body = Problem(title=status.phrase, status=status, detail=said).model_dump_json().encode()
    response = web.Response(body=body, status=status, content_type=_PROBLEM)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers[hdrs.ALLOW] = "GET, HEAD"
    return response
