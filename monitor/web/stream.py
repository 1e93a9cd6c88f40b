"""Server-sent events: one look at the store for all who listen, told to each of them.

store.changes(mark) -> News, encoded once -> a bounded queue for each listener -> its connection

Nothing is looked at while nobody listens. A browser says what it has seen (`after`, or Last-Event-ID when it
comes back) and is first told what it missed. Who does not read is dropped; the browser comes back by itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Changes, Mark
from monitor.telemetry import fields
from monitor.web.guards import HEADERS
from monitor.web.ports import ChangeReader

log = logging.getLogger(__name__)

MOST: Final = 200
"""Listeners at a time; a browser keeps at most six, and only while their pages can be seen."""
WAITING: Final = 100
"""News that wait for a listener before it is dropped as too slow."""
LOOK: Final = 1.0
"""Seconds between two looks at the store while somebody listens."""
BEAT: Final = 15.0
"""Seconds of silence after which a listener is told that all is well; browsers wait for it."""
LIFE: Final = 900.0
"""Seconds that a connection lives; its browser comes back and is asked again whether it may listen."""
_SLOW: Final = 10.0
"""Seconds that a connection may take for one piece of news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event, ready to be sent, and the story that it is of; empty: everybody is told."""

    encoded: bytes
    story: str = ""
    rules: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()

    def about(self, story: str, *, rules: frozenset[str], languages: frozenset[str]) -> News:
        """Say what it is of: only those who want to hear of that are told."""
        return replace(self, story=story, rules=rules, languages=languages)


def news(event: str, said: object, *, mark: Mark) -> News:
    """Encode an event; a browser that comes back hands the mark in."""
    text = f"id: {mark}\nevent: {event}\ndata: {json.dumps(said, default=str)}\n\n"
    return News(encoded=text.encode())


_HEARTBEAT = News(encoded=b"event: beat\ndata: 1\n\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which stories a page wants to hear of."""

    story: str = ""
    """That one alone; empty: any."""
    rules: frozenset[str] | None = None
    """Those that one of these rules matched; None: any."""
    lang: str | None = None

    def takes(self, one: News) -> bool:
        """Say whether this is news for it."""
        if not one.story:
            return True
        return (
            self.story in {"", one.story}
            and (self.rules is None or not self.rules.isdisjoint(one.rules))
            and (self.lang is None or self.lang in one.languages)
        )


Wants = Callable[[web.Request], Wanted]
"""Reads from a request what its page wants to hear of."""


def everything(request: web.Request) -> Wanted:
    """A page that wants to hear of all."""
    del request
    return Wanted()


Teller = Callable[[Changes], Awaitable[Sequence[News]]]
"""Turns changes into news."""


class Listener:
    """One connection; what it has not taken yet waits in a queue."""

    def __init__(self, request: web.Request, wanted: Wanted) -> None:
        self._wanted = wanted
        self._transport = request.transport
        self._waiting: asyncio.Queue[News | None] = asyncio.Queue(WAITING)

    @property
    def gone(self) -> bool:
        """Whether its connection is closed."""
        return self._transport is None or self._transport.is_closing()

    def tell(self, one: News) -> None:
        """Let it have what it wants; whoever has too many waiting is dropped."""
        if not self._wanted.takes(one):
            return
        try:
            self._waiting.put_nowait(one)
        except asyncio.QueueFull:
            self.drop()

    def end(self) -> None:
        """Let it end at once; what waits is told when it comes back."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    def drop(self) -> None:
        """Cut its connection."""
        if self._transport is not None:
            self._transport.abort()
        self.end()

    async def next(self) -> News | None:
        """Wait for news, at most so long as a browser waits for a sign; None is the end."""
        try:
            async with asyncio.timeout(BEAT):
                return await self._waiting.get()
        except TimeoutError:
            return _HEARTBEAT


class Stream:
    """Serves `/events`."""

    def __init__(
        self, store: ChangeReader, tell: Teller, *, wanted: Wants = everything, look: float = LOOK
    ) -> None:
        self._store, self._tell, self._wanted, self._look = store, tell, wanted, look
        self._listeners: set[Listener] = set()
        self._mark = Mark()
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell one browser what changes, until it goes or the desk ends."""
        self._listeners = {one for one in self._listeners if not one.gone}
        if self._closed or len(self._listeners) >= MOST:
            return web.Response(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                headers={hdrs.RETRY_AFTER: "10"},
                text="Too many pages are open.\n",
            )
        listener = Listener(request, self._wanted(request))
        self._listeners.add(listener)
        try:
            await self._begin()
            await self._catch_up(listener, _seen(request))
            return await self._serve(listener, request)
        finally:
            self._leave(listener)

    def close(self) -> None:
        """End every connection at once; nobody is let in any more."""
        self._closed = True
        for one in self._listeners:
            one.end()

    async def _begin(self) -> None:
        """Make sure that somebody watches the store."""
        if self._watch is None:
            mark = await self._store.mark()
            if self._watch is None:
                self._mark = mark
                self._watch = asyncio.create_task(self._watching())
                self._watch.add_done_callback(self._watched)

    async def _catch_up(self, listener: Listener, seen: Mark | None) -> None:
        if seen is not None:
            changes = await self._store.changes(seen)
            for one in await self._tell(changes) if changes.mark != seen else ():
                listener.tell(one)

    async def _serve(self, listener: Listener, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={**HEADERS, hdrs.CACHE_CONTROL: "no-store"})
        answer.content_type = "text/event-stream"
        try:
            await answer.prepare(request)
            await answer.write(b"retry: 1000\n\n")
            until = asyncio.get_running_loop().time() + LIFE
            while (one := await listener.next()) is not None:
                async with asyncio.timeout(_SLOW):
                    await answer.write(one.encoded)
                if asyncio.get_running_loop().time() > until:
                    break
        except (ConnectionError, TimeoutError):
            listener.drop()
        return answer

    def _leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(self._look)
            try:
                changes = await self._store.changes(self._mark)
                if changes.mark != self._mark:
                    told = await self._tell(changes)
                    self._mark = changes.mark
                    for listener in list(self._listeners):
                        for one in told:
                            listener.tell(one)
            except StoreUnavailableError as error:
                log.warning("web.events_wait", extra=fields(error=str(error)))

    def _watched(self, watch: asyncio.Task[None]) -> None:
        """End the connections of a watch that broke: browsers come back, and the log says why."""
        if watch.cancelled() or (error := watch.exception()) is None:
            return
        log.error("web.events_broke", exc_info=error)
        self._watch = None
        for one in self._listeners:
            one.end()


def _seen(request: web.Request) -> Mark | None:
    said = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return Mark.read(said)
