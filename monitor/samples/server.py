"""The sample outlets as servers: feeds on a loopback port, polled like any other.

SampleOutlets(now) | start | feeds -> the list that is polled | stop
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ETag, web

from monitor.core.models import Feed
from monitor.samples.documents import written
from monitor.samples.loopback import LoopbackServer
from monitor.samples.timeline import Outlet, articles, outlets

INTERVAL: Final = timedelta(seconds=5)
"""How often the sample feeds are to be polled: their news is three minutes long."""


class SampleOutlets:
    """Invented outlets that publish over three minutes from the moment they start.

    Args:
        now: the clock; every date in the feeds and everything that appears in them follows it.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._outlets = outlets()
        self._server = LoopbackServer()
        self._started: datetime | None = None

    async def start(self) -> None:
        """Listen on a free loopback port; the clock of the outlets begins to run.

        Raises:
            OSError: no loopback port can be opened.
        """
        app = web.Application()
        for outlet in self._outlets:
            app.router.add_get(outlet.path, self._handler(outlet))
        await self._server.start(app)
        self._started = self._now()

    def feeds(self) -> tuple[Feed, ...]:
        """Return the outlets as feeds; identities are the same for ever, addresses hold until `stop`."""
        return tuple(
            Feed(
                url=f"sample:/{outlet.path}",
                name=outlet.name,
                outlet=outlet.host,
                tags=("sample",),
                lang=outlet.language,
                interval=INTERVAL,
                allow_private=True,
                sample=True,
                address=f"{self._server.url}{outlet.path}",
            )
            for outlet in self._outlets
        )

    async def stop(self) -> None:
        """Close the port; harmless if it was never opened."""
        await self._server.stop()

    def _handler(self, outlet: Outlet) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            return self._answer(request, outlet)

        return answer

    def _answer(self, request: web.Request, outlet: Outlet) -> web.Response:
        now = self._now()
        body, content_type = written(outlet, articles(outlet, started=self._started or now, now=now))
        tag = ETag(value=hashlib.blake2b(body, digest_size=12).hexdigest())
        known = request.if_none_match or ()
        if any(held.value in {tag.value, "*"} for held in known):
            response = web.Response(status=304)
        else:
            response = web.Response(body=body, headers={"Content-Type": content_type})
            response.enable_compression()
        response.etag = tag
        return response
