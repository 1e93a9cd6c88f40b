"""A hub on loopback, after the W3C Recommendation: takes forms, verifies, brings content with a signature."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to subscribe."""

    topic: str
    callback: str
    secret: str
    lease: int


@dataclass(slots=True)
class Hub:
    """What it does with requests, and what came of them."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    verified: list[tuple[int, str]] = field(default_factory=list)
    """The status and body of each answer to a verification."""
    lease: int = 864_000
    """Seconds that it grants."""
    refusal: int = 0
    """The status with which it refuses; 0: it does not."""
    denies: str = ""
    """The reason for which it denies; empty: it does not."""
    elsewhere: str = ""
    """Where it sends subscribers; empty: nowhere."""
    verifies: bool = True
    reached: Callable[[str], str] = lambda callback: callback
    """Where a callback is reached from here."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def subscribe(self, request: web.Request) -> web.Response:
        """Take a form."""
        if self.elsewhere:
            return web.Response(status=307, headers={"Location": self.elsewhere})
        form = {name: str(value) for name, value in (await request.post()).items()}
        asked = Asked(
            form["hub.topic"], form["hub.callback"], form["hub.secret"], int(form["hub.lease_seconds"])
        )
        assert form["hub.mode"] == "subscribe"
        self.asked.append(asked)
        if self.refusal:
            return web.Response(status=self.refusal, text="no such topic here\n")
        task = asyncio.create_task(self.verify(asked))
        self._tasks.add(task)
        return web.Response(status=202)

    async def verify(self, asked: Asked, **changes: str) -> None:
        """Ask at the callback whether it is meant; or deny."""
        query = {
            "hub.mode": "subscribe",
            "hub.topic": asked.topic,
            "hub.challenge": "c <b>1</b>",
            "hub.lease_seconds": str(self.lease),
        }
        if self.denies:
            query = {"hub.mode": "denied", "hub.topic": asked.topic, "hub.reason": self.denies}
        if not self.verifies and not changes:
            return
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.reached(asked.callback), params=query | changes) as answer,
        ):
            self.verified.append((answer.status, await answer.text()))

    async def settled(self) -> None:
        """Wait until all verifications are through."""
        await asyncio.gather(*self._tasks)
        self._tasks.clear()

    async def bring(self, body: bytes, *, method: str = "sha256", secret: str = "", **changes: str) -> int:
        """Bring content for what was asked for last; returns the status of the answer."""
        asked = self.asked[-1]
        signature = hmac.new((secret or asked.secret).encode(), body, method).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "X-Hub-Signature": f"{method}={signature}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                self.reached(changes.get("callback", asked.callback)), data=body, headers=headers
            ) as answer,
        ):
            return answer.status


@asynccontextmanager
async def open_hub() -> AsyncIterator[Hub]:
    """Run a hub on a free port of loopback."""
    hub = Hub()
    made = web.Application()
    made.add_routes([web.post("/hub", hub.subscribe)])
    runner = web.AppRunner(made, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hub"
    try:
        yield hub
    finally:
        await hub.settled()
        await runner.cleanup()
