"""A server of many feeds, a host of its own for each, in a process of its own: 127.1.x.y, all on one port.

GET /=tags/0 makes it answer conditional requests, /=plain/0 send neither ETag nor 304; the number is the
version of the documents: 0 without their first entry, 1 whole, 2 whole but for every fiftieth, a large one.

Over TLS the hosts have names, which only `Names` resolves, and one certificate of an authority of our own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import resource
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

_FIRST = re.compile(rb"<(item|entry)[\s>].*?</\1>\s*", re.DOTALL)
_TAG = re.compile(rb"\r\nif-none-match: *([^\r]+)", re.IGNORECASE)
_OPEN_FILES = 8192
_DOMAIN = "feeds.example"
_EACH = 50
"""Of so many feeds one has the large document."""
_LARGE = b"<rss version='2.0'><channel><title>large</title>%s</channel></rss>" % b"".join(
    b"<item><guid>%d</guid><title>Item %d of many</title><description>%s</description></item>"
    % (number, number, b"word %d " % number * 150)
    for number in range(5000)
)
"""5,000 items, some 7 MiB: nearly as much as is taken of a document."""


def address(number: int) -> str:
    """Name the host of a feed."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def feed_url(number: int, port: int) -> str:
    """Name a feed."""
    return f"http://{address(number)}:{port}/{number}/feed.xml"


@dataclass(frozen=True, slots=True)
class Site:
    """The server as its askers know it."""

    port: int
    hosts: int
    keys: Path | None = None
    """The folder of certificates, over TLS."""
    others: int = 0
    """Hosts behind these that have documents of their own."""

    def url(self, number: int) -> str:
        """Name a feed."""
        if self.keys is None:
            return feed_url(number, self.port)
        return f"https://host{number}.{_DOMAIN}:{self.port}/{number}/feed.xml"

    def context(self) -> ssl.SSLContext | None:
        """Return what trusts the authority; None where there is no TLS."""
        return ssl.create_default_context(cafile=str(self.keys / "ca.pem")) if self.keys else None

    def turn_to(self, what: str) -> None:
        """Tell the server what to serve: see above."""
        context = self.context()
        if context is not None:
            context.check_hostname = False
        scheme = "http" if context is None else "https"
        with urllib.request.urlopen(f"{scheme}://{address(0)}:{self.port}/={what}", context=context):
            pass


class Names(AbstractResolver):
    """Resolves the names of the hosts, without a name server."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the one address of a host."""
        del family
        place = address(int(host.removesuffix(f".{_DOMAIN}").removeprefix("host")))
        flags = socket.AI_NUMERICHOST
        return [
            ResolveResult(hostname=host, host=place, port=port, family=socket.AF_INET, proto=0, flags=flags)
        ]

    async def close(self) -> None:
        """Do nothing."""


def make_keys(folder: Path) -> bool:
    """Make an authority and a certificate for all hosts in a folder; False where there is no openssl."""
    ca = ["-x509", "-days", "9", "-subj", "/CN=ours", "-keyout", "ca.key", "-out", "ca.pem"]
    ask = ["-subj", "/CN=feeds", "-keyout", "key.pem", "-out", "ask.pem"]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    (folder / "san").write_text(f"subjectAltName=DNS:*.{_DOMAIN}\n", encoding="ascii")
    sign = ["-in", "ask.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9"]
    try:
        for command in (
            ["req", *curve, *ca, "-addext", "keyUsage=critical,keyCertSign"],
            ["req", *curve, *ask],
            ["x509", "-req", *sign, "-extfile", "san", "-out", "cert.pem"],
        ):
            subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def served(
    bodies: Sequence[bytes], hosts: int, keys: Path | None = None, *, others: Sequence[bytes] = ()
) -> Iterator[Site]:
    """Serve the bodies on so many hosts, the others behind them; over TLS where there are keys."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    every = [bodies[number % len(bodies)] for number in range(hosts)] + list(others)
    server = context.Process(target=serve, args=(every, theirs, keys), daemon=True)
    server.start()
    try:
        yield Site(ours.recv(), hosts, keys, len(others))
    finally:
        server.kill()
        server.join()


@cache
def without_first(body: bytes) -> bytes:
    """Return the document as it was before its first entry."""
    return _FIRST.sub(b"", body, count=1)


class _Shelf:
    """What is served just now."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        whole = list(bodies)
        self._versions = [[self._answers(body) for body in map(without_first, whole)]]
        self._versions.append([self._answers(body) for body in whole])
        large = self._answers(_LARGE)
        self._versions.append(
            [whole if number % _EACH else large for number, whole in enumerate(self._versions[1])]
        )
        self._tagged, self._version = True, 0

    @staticmethod
    @cache
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
        tag, unchanged, tagged, plain = feeds[int(path.split(b"/")[1])]
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


def serve(bodies: Sequence[bytes], told: Connection, keys: Path | None = None) -> None:
    """Serve until killed; tell the port, once every host listens."""
    allow_many_files()
    asyncio.run(_serve(bodies, told, keys))


async def _serve(bodies: Sequence[bytes], told: Connection, keys: Path | None) -> None:
    shelf = _Shelf(bodies)
    loop = asyncio.get_running_loop()
    context = None
    if keys is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
    first = await loop.create_server(lambda: _Connection(shelf), address(0), 0, ssl=context)
    port: int = first.sockets[0].getsockname()[1]
    others = [address(number) for number in range(1, len(bodies))]
    second = (
        await loop.create_server(lambda: _Connection(shelf), others, port, ssl=context) if others else None
    )
    told.send(port)
    await first.serve_forever()
    assert second is None
