"""A way to a server that can be cut as a network is: silently, in both directions, and later healed.

    python -m tests.many.link URL      # says its own address; stopped by SIGSTOP it is cut, by SIGCONT healed

What is under way when it is cut is not lost but late: it arrives when the link is whole again, as TCP has it.
"""

from __future__ import annotations

import asyncio
import sys
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

_PORTION = 2**16


class Link:
    """A proxy on loopback between one machine and a server."""

    def __init__(self, url: str) -> None:
        """Lead to the server of an address."""
        self._parts = urlsplit(url)
        self._whole = asyncio.Event()
        self._whole.set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.held = 0
        """Bytes that wait for the link to be whole."""

    async def __aenter__(self) -> Self:
        """Open it."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all connections."""
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address of the server by way of this link."""
        port = self._server.sockets[0].getsockname()[1]
        user = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{user}@127.0.0.1:{port}"))

    def cut(self) -> None:
        """Let nothing through from now on, and tell neither side."""
        self._whole.clear()

    def heal(self) -> None:
        """Let through what waited, and all that follows."""
        self._whole.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pump = asyncio.create_task(self._join(reader, writer))
        self._pumps.add(pump)
        pump.add_done_callback(self._pumps.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._whole.wait()
            answers, requests = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(self._pump(reader, requests), self._pump(answers, writer))
        finally:
            requests.close()
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while portion := await reader.read(_PORTION):
                self.held += len(portion)
                await self._whole.wait()
                self.held -= len(portion)
                writer.write(portion)
                await writer.drain()
            await self._whole.wait()
            writer.close()
        except OSError:
            writer.close()


async def serve(url: str) -> None:
    """Be a link until killed."""
    async with Link(url) as link:
        print(link.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
