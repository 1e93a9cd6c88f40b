"""Ten thousand feeds on loopback that know who asks them, when, and who else asked the same host just then.

A host is an address of its own, 127.1.x.y, and serves several feeds. Workers tell themselves apart by their
User-Agent. Each answer takes some milliseconds, so that requests at one time are seen as such.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import blake2b

from tests.acceptance.daemon import document

FEEDS_OF_A_HOST = 10
_LONGEST = 0.15
"""Seconds that an answer takes at most."""
_AGENT = re.compile(rb"\r\nuser-agent: *([^\r]+)", re.IGNORECASE)
_TAG = re.compile(rb"\r\nif-none-match: *([^\r]+)", re.IGNORECASE)
_STEMS = ("vosk", "tarim", "quell", "zyban", "hodrel")
_QUIET = ("arden", "bolm", "cresk", "dulva", "ephor")
"""Of what each feed begins with: the same words in all of them would be one story of ten thousand outlets."""
CODE = re.compile(r"vosk([a-z]{4})")


def code_of(number: int) -> str:
    """Write a number as four letters."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters += chr(97 + rest)
    return letters


class World:
    """The feeds, what was published in them, and how they were asked."""

    def __init__(self, feeds: int, dice: random.Random) -> None:
        self.feeds = feeds
        self.published: dict[str, str] = {}
        """Guids by code."""
        self.requests: Counter[str] = Counter()
        """By worker."""
        self.overlaps: list[tuple[float, str, str, str]] = []
        """When, host, who asked it, and who else was being answered there."""
        self.gaps: dict[int, tuple[float, float]] = {}
        """The longest time between two polls, by feed, and when it ended."""
        self._dice = dice
        self._items: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
        self._asked_at: dict[int, float] = {}
        self._open: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.began = time.monotonic()

    def addresses(self, port: int) -> Iterator[str]:
        """Give the address of every feed."""
        for number in range(self.feeds):
            at = number // FEEDS_OF_A_HOST
            yield f"http://127.1.{at // 250}.{at % 250 + 1}:{port}/{number}/feed.xml"

    def publish(self) -> None:
        """Bring one article, of an event of its own, in a feed that was read before."""
        if not self._asked_at:
            return
        feed = self._dice.choice(list(self._asked_at))
        code = code_of(len(self.published))
        guid = f"{feed}-{len(self._items[feed])}"
        self._items[feed].append((guid, "Flood " + " ".join(stem + code for stem in _STEMS)))
        self.published[code] = f"f{feed}.example/{guid}"

    def begin(self, host: str, feed: int, worker: str) -> None:
        """Take note of a request."""
        now = time.monotonic()
        self.requests[worker] += 1
        others = [other for other, count in self._open[host].items() if count and other != worker]
        self.overlaps += [(round(now - self.began, 1), host, worker, other) for other in others]
        self._open[host][worker] += 1
        if feed in self._asked_at:
            self._note_gap(feed, now)
        self._asked_at[feed] = now

    def end(self, host: str, worker: str) -> None:
        """Take note of its answer, or of the end of who asked."""
        self._open[host][worker] -= 1

    def finish(self) -> None:
        """Count, of every feed, the time since its last poll too."""
        now = time.monotonic()
        for feed in range(self.feeds):
            self._note_gap(feed, now)

    def _note_gap(self, feed: int, now: float) -> None:
        gap = now - self._asked_at.get(feed, self.began)
        self.gaps[feed] = max(self.gaps.get(feed, (0.0, 0.0)), (gap, round(now - self.began, 1)))

    def answer(self, feed: int, request: bytes) -> bytes:
        """Answer as a conditional request wants it."""
        old = ("old", "Quiet " + " ".join(stem + code_of(feed) for stem in _QUIET))
        body = document([old, *self._items[feed]], host=f"f{feed}.example")
        tag = b'"%s"' % blake2b(str(len(self._items[feed])).encode(), digest_size=8).hexdigest().encode()
        asked = _TAG.search(request)
        if asked and asked[1] == tag:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
        return head % (tag, len(body)) + body

    def lasts(self) -> float:
        """Say how long the next answer takes."""
        return self._dice.uniform(0.01, _LONGEST)


class _Connection(asyncio.Protocol):
    def __init__(self, world: World) -> None:
        self._world = world
        self._read = b""
        self._asked: list[tuple[str, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._host = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        *requests, self._read = (self._read + data).split(b"\r\n\r\n")
        for request in requests:
            agent = _AGENT.search(request)
            worker = agent[1].decode() if agent else "?"
            feed = int(request.split(b"/", 2)[1])
            self._world.begin(self._host, feed, worker)
            self._asked.append((self._host, worker))
            asyncio.get_running_loop().call_later(self._world.lasts(), self._answer, feed, request)

    def _answer(self, feed: int, request: bytes) -> None:
        if self._asked:
            self._world.end(*self._asked.pop(0))
            self._transport.write(self._world.answer(feed, request))

    def connection_lost(self, error: Exception | None) -> None:
        for asked in self._asked:
            self._world.end(*asked)
        self._asked.clear()


async def serve(world: World) -> tuple[asyncio.Server, int]:
    """Serve the feeds on all of loopback; returns the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(world), "0.0.0.0", 0, backlog=1024)
    return server, server.sockets[0].getsockname()[1]
