"""The feed of the synthetic entry: one item at a time, on a loopback port, behind a path nobody can guess."""

from __future__ import annotations

from datetime import timedelta
from xml.sax.saxutils import escape

from aiohttp import web

from monitor.core.models import Feed
from monitor.core.walking import feed_of, guid_of, title_of
from monitor.samples.loopback import LoopbackServer


class WalkFeed:
    """Publishes the latest entry of one daemon.

    Args:
        worker: the daemon.
        secret: the path, so that nobody else on this machine reads or counts what it publishes.
    """

    def __init__(self, worker: str, secret: str) -> None:
        self._worker, self._path = worker, f"/{secret}"
        self._number = 0
        self._server = LoopbackServer()

    async def start(self) -> None:
        """Listen on a free loopback port.

        Raises:
            OSError: none can be opened.
        """
        app = web.Application()
        app.router.add_get(self._path, self._answer)
        await self._server.start(app)

    @property
    def feed(self) -> Feed:
        """How it is polled: the one private address that is allowed though nobody said so, being ours."""
        return Feed(
            url=feed_of(self._worker),
            name="synthetic entry",
            outlet="news-monitor",
            lang="en",
            interval=timedelta(days=1),
            allow_private=True,
            sample=True,
            address=f"{self._server.url}{self._path}",
        )

    def publish(self, number: int) -> None:
        """Let the n-th entry be what it holds; it has no date, so that no clock is wrong about it."""
        self._number = number

    async def stop(self) -> None:
        """Close the port; harmless if it was never opened."""
        await self._server.stop()

    async def _answer(self, _request: web.Request) -> web.Response:
        guid, title = escape(guid_of(self._worker, self._number)), escape(title_of(self._number))
        item = f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid></item>"
        channel = f"<channel><title>walk</title><link>http://127.0.0.1/</link>{item}</channel>"
        body = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0">{channel}</rss>'
        return web.Response(text=body, content_type="application/rss+xml")
