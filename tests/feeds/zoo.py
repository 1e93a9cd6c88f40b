"""A web server on loopback that behaves, or misbehaves, as told: raw bytes where it matters.

zoo.answers["/feed"] = respond(200, RSS, ETag='"1"')
zoo.requests  ->  what was asked, in order
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

RSS = (
    b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Valley News</title>'
    b"<link>http://valley.example/</link><item><title>Bridge reopens</title>"
    b"<link>http://valley.example/bridge</link><guid>bridge-1</guid>"
    b"<pubDate>Mon, 04 Mar 2024 10:00:00 GMT</pubDate></item></channel></rss>"
)
_REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    line: str


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def respond(status: int, body: bytes = b"", /, **headers: str) -> Answer:
    """Answer with a status, a body of the right Content-Length, and headers (`Content_Type="..."`)."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        await send(writer, status, body, **headers)

    return answer


def redirect(status: int, location: str) -> Answer:
    """Answer with a redirect."""
    return respond(status, b"", Location=location)


def raw(*pieces: bytes) -> Answer:
    """Answer with these very bytes and close."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        writer.close()

    return answer


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """Answer with `head`, then `piece` for ever."""

    async def answer(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)

    return answer


def conditional(body: bytes, etag: str) -> Answer:
    """Answer 304 to those who know the ETag, else the body."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("if-none-match") == etag:
            await send(writer, 304, ETag=etag)
        else:
            await send(writer, 200, body, ETag=etag, Content_Type="application/rss+xml")

    return answer


async def silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    """Accept the request and never answer."""
    await asyncio.Event().wait()


async def send(writer: asyncio.StreamWriter, status: int, body: bytes = b"", /, **headers: str) -> None:
    """Write a plain response that keeps the connection."""
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Content_Length" not in headers and status != 304:
        lines.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()


@dataclass(slots=True)
class Zoo:
    """One server; unknown paths are 404."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *fields = head.split("\r\n")
            pairs = (entry.partition(":") for entry in fields if entry)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            request = Request(path=line.split(" ")[1].split("?")[0], headers=headers, line=line)
            self.requests.append(request)
            await self.answers.get(request.path, respond(404))(request, writer)

    async def stop(self) -> None:
        """Drop every connection."""
        for task in list(self._tasks):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def open_zoo(host: str = "127.0.0.1") -> AsyncIterator[Zoo]:
    """Run a server on a free port of loopback."""
    zoo = Zoo()
    server = await asyncio.start_server(zoo.accept, host, 0)
    port = server.sockets[0].getsockname()[1]
    zoo.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        yield zoo
    finally:
        server.close()
        await zoo.stop()
        await server.wait_closed()
