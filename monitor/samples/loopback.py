"""A server on a free loopback port, for feeds of our own."""

from __future__ import annotations

from typing import Final

from aiohttp import web

_ADDRESS: Final = "127.0.0.1"


class LoopbackServer:
    """Serves one application from `start` to `stop`."""

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it listens, without a path; names no port before `start`."""
        return f"http://{_ADDRESS}:{self._port}"

    async def start(self, app: web.Application) -> None:
        """Listen on a free port.

        Raises:
            OSError: none can be opened.
        """
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, _ADDRESS, 0).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port; harmless if it was never opened."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
