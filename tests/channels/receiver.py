"""A web server of a user's own that takes alerts as JSON, with faults on demand."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

DROP = -1
DROP_AFTER_READING = -2
HANG = -3


@dataclass(slots=True)
class Receiver:
    """Answers with the scripted statuses in order, then with 204."""

    statuses: deque[int] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where it takes alerts; the query is a secret."""
        assert self._runner is not None
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook?token=planted-in-url"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What arrived, read."""
        return [json.loads(body) for _, body in self.received]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        status = self.statuses.popleft() if self.statuses else 204
        if status != DROP:
            self.received.append((dict(request.headers), await request.read()))
        if status in {DROP, DROP_AFTER_READING}:
            assert request.transport is not None
            request.transport.abort()
        if status == HANG:
            await asyncio.sleep(30)
        return web.Response(status=max(status, 200), headers=self.headers)
