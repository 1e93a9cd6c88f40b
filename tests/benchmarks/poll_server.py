"""A server of many feeds, a host of its own for each, in a process of its own: 127.1.x.y, all on one port.

GET /=tags/0 makes it answer conditional requests, /=plain/0 send neither ETag nor 304; the number is the
version of the documents: 0 without their first entry, 1 whole.
"""

from __future__ import annotations

import asyncio
import re
import resource
from collections.abc import Sequence
from hashlib import blake2b
from multiprocessing.connection import Connection

_FIRST = re.compile(rb"<(item|entry)[\s>].*?</\1>\s*", re.DOTALL)
_TAG = re.compile(rb"\r\nif-none-match: *([^\r]+)", re.IGNORECASE)
_OPEN_FILES = 8192


def address(number: int) -> str:
    """Name the host of a feed."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def feed_url(number: int, port: int) -> str:
    """Name a feed."""
    return f"http://{address(number)}:{port}/{number}/feed.xml"


def without_first(body: bytes) -> bytes:
    """Return the document as it was before its first entry."""
    return _FIRST.sub(b"", body, count=1)


class _Shelf:
    """What is served just now."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        whole = list(bodies)
        self._versions = [[self._answers(body) for body in map(without_first, whole)]]
        self._versions.append([self._answers(body) for body in whole])
        self._tagged, self._version = True, 0

    @staticmethod
    def _answers(body: bytes) -> tuple[bytes, bytes, bytes, bytes]:
        """Give the tag, and the answers: 304, with a tag, without."""
        tag = b'"%s"' % blake2b(body, digest_size=8).hexdigest().encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n" % len(body)
        unchanged = b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag
        return tag, unchanged, b"%sETag: %s\r\n\r\n%s" % (head, tag, body), b"%s\r\n%s" % (head, body)

    def answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        if path.startswith(b"/="):
            kind, version = path[2:].split(b"/")
            self._tagged, self._version = kind == b"tags", int(version)
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        feeds = self._versions[self._version]
        tag, unchanged, tagged, plain = feeds[int(path.split(b"/")[1]) % len(feeds)]
        if not self._tagged:
            return plain
        asked = _TAG.search(request)
        return unchanged if asked and asked[1] == tag else tagged


class _Connection(asyncio.Protocol):
    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._read = (self._read + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._shelf.answer(request))


def allow_many_files() -> None:
    """Let this process open some thousand connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def serve(bodies: Sequence[bytes], hosts: int, told: Connection) -> None:
    """Serve until killed; tell the port, once every host listens."""
    allow_many_files()
    asyncio.run(_serve(bodies, hosts, told))


async def _serve(bodies: Sequence[bytes], hosts: int, told: Connection) -> None:
    shelf = _Shelf(bodies)
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: _Connection(shelf), address(0), 0)
    port: int = first.sockets[0].getsockname()[1]
    others = [address(number) for number in range(1, hosts)]
    second = await loop.create_server(lambda: _Connection(shelf), others, port) if others else None
    told.send(port)
    await first.serve_forever()
    assert second is None
