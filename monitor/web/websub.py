"""The callback of WebSub: where hubs verify what they were asked, and bring what is new.

Nobody logs in here. The address ends in a token that nobody can guess, and content bears the hub's signature.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aiohttp import web

from monitor.core.models import Fetched
from monitor.pipeline.subscribing import Receipt, Said, Subscriber

_LONGEST_TOKEN: Final = 100
_ANSWERS: Final = {
    Receipt.TAKEN: HTTPStatus.ACCEPTED,
    Receipt.IGNORED: HTTPStatus.ACCEPTED,
    Receipt.UNKNOWN: HTTPStatus.GONE,
}


class Callback:
    """Answers hubs."""

    def __init__(self, subscriber: Subscriber, *, most_bytes: int) -> None:
        """Take documents of up to `most_bytes`, as polling does."""
        self._subscriber, self._most_bytes = subscriber, most_bytes

    def routes(self) -> list[web.RouteDef]:
        """Where hubs reach us."""
        return [
            web.get("/websub/{token}", self.verify, allow_head=False),
            web.post("/websub/{token}", self.content),
        ]

    async def verify(self, request: web.Request) -> web.Response:
        """Echo the challenge of a hub that asks whether we want what we asked for."""
        query = request.query
        said = Said(
            mode=query.get("hub.mode", ""),
            topic=query.get("hub.topic", ""),
            challenge=query.get("hub.challenge", ""),
            lease_seconds=query.get("hub.lease_seconds"),
            reason=query.get("hub.reason", ""),
        )
        echo = await self._subscriber.hear(_token(request), said)
        if echo is None:
            return web.Response(status=HTTPStatus.NOT_FOUND, text="We asked for no such thing.\n")
        return web.Response(text=echo)

    async def content(self, request: web.Request) -> web.Response:
        """Take what a hub brings."""
        body = await self._body(request)
        if body is None:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text="Too large.\n")
        document = Fetched(
            url="",
            status=HTTPStatus.OK,
            body=body,
            content_type=request.headers.get("Content-Type"),
            pushed=True,
        )
        signature = request.headers.get("X-Hub-Signature", "")
        receipt = await self._subscriber.take(_token(request), document, signature=signature)
        return web.Response(status=_ANSWERS[receipt])

    async def _body(self, request: web.Request) -> bytes | None:
        """Read it while it is within the limit."""
        if (request.content_length or 0) > self._most_bytes:
            return None
        pieces, size = [], 0
        async for piece in request.content.iter_any():
            size += len(piece)
            if size > self._most_bytes:
                return None
            pieces.append(piece)
        return b"".join(pieces)


def _token(request: web.Request) -> str:
    return request.match_info["token"][:_LONGEST_TOKEN]
