"""What open pages are told, and that neither many nor slow ones hold up the daemon."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from monitor.core.errors import StoreUnavailableError
from monitor.core.models import Changes, Mark
from monitor.core.settings.web import WebSettings
from monitor.store import Store
from monitor.web import stream
from monitor.web.live import Live
from monitor.web.server import WebServer
from tests.web.conftest import LOOK, Desk, clock, open_desk
from tests.web.keeping import kept

PATIENCE = 30.0
"""Seconds after which what does not come fails the test."""


@dataclass(slots=True)
class Events:
    """A connection read as a browser reads it."""

    answer: ClientResponse

    async def next(self, *, event: str) -> Any:
        """Return what the next event of that name says."""
        return (await self.both(event))[1]

    async def both(self, event: str) -> tuple[str, Any]:
        """Return the mark and what is said by the next event of that name."""
        while True:
            said = await asyncio.wait_for(self._block(), PATIENCE)
            if said.get("event") == event:
                return said.get("id", ""), json.loads(said["data"])

    async def _block(self) -> dict[str, str]:
        said: dict[str, str] = {}
        async for line in self.answer.content:
            key, found, value = line.decode().rstrip("\n").partition(": ")
            if not found and said:
                return said
            said[key] = value
        raise ConnectionError

    async def end(self) -> None:
        """Wait until the desk ends the connection."""
        await asyncio.wait_for(self.answer.content.read(), PATIENCE)


@asynccontextmanager
async def listening(
    desk: Desk, address: str = "/events?after=0.0.0.0", **headers: str
) -> AsyncIterator[Events]:
    """Listen as a page does."""
    async with desk.get(address, headers=headers) as answer:
        assert answer.status == 200
        yield Events(answer)


async def until(condition: Any) -> None:
    """Wait until it is true."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


async def test_an_open_page_is_told_of_a_new_story_with_its_alert(desk: Desk, store: Store) -> None:
    """As the row that the page shows."""
    async with listening(desk) as page:
        await kept(store, "a" * 32)
        said = await page.next(event="story")
        assert said["id"] == "a" * 32
        assert said["alert"] is True
        assert "raids: alert" in said["html"]


async def test_a_page_is_told_what_came_while_it_was_away(desk: Desk, store: Store) -> None:
    """By the mark that it hands in, in the address or as a browser does when it comes back."""
    await kept(store, "a" * 32)
    async with listening(desk) as page:
        mark, said = await page.both("story")
        assert said["id"] == "a" * 32
    await kept(store, "b" * 32, minute=1)
    async with listening(desk, "/events", **{"Last-Event-ID": mark}) as page:
        assert (await page.next(event="story"))["id"] == "b" * 32


async def test_a_page_of_one_rule_is_told_of_that_rule_only(desk: Desk, store: Store, live: Live) -> None:
    """The counts are for everybody."""
    async with (
        listening(desk, "/events?rule=floods") as floods,
        listening(desk, "/events?rule=raids") as raids,
    ):
        await kept(store, "a" * 32)
        assert (await raids.next(event="story"))["id"] == "a" * 32
        assert "stories 1" in (await floods.next(event="counts"))["text"]
        live.close()
        assert b"event: story" not in await floods.answer.content.read()


async def test_an_address_that_was_never_given_begins_with_now(desk: Desk, store: Store, live: Live) -> None:
    """Whatever somebody writes into it."""
    await kept(store, "a" * 32)
    for after in ("x", "1.2", "-1.0.0", "9" * 40 + ".0.0", "٣.٣.٣"):
        async with listening(desk, f"/events?after={after}") as page:
            await kept(store, f"{after}b", minute=1)
            assert (await page.next(event="story"))["id"] == f"{after}b"
    await until(lambda: live.stream.listeners == 0)


async def test_of_more_than_can_be_told_a_page_is_asked_to_read_anew(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a night asleep nobody is sent a thousand rows."""
    monkeypatch.setattr("monitor.store.changes._MOST", 3)
    await kept(store, *(f"{number:032x}" for number in range(4)))
    async with listening(desk) as page:
        assert await page.next(event="stale") == {}


async def test_silence_is_broken_by_a_sign_of_life(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a page knows a dead connection from a quiet night."""
    monkeypatch.setattr(stream, "BEAT", 0.02)
    async with listening(desk) as page:
        assert await page.next(event="beat") == 1


async def test_more_pages_than_there_is_room_for_are_refused_and_room_comes_back(
    desk: Desk, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the desk answers all the same."""
    monkeypatch.setattr(stream, "MOST", 2)
    async with listening(desk), listening(desk):
        refused = await desk.get("/events")
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "10"
        assert (await desk.get("/")).status == 200
    await until(lambda: live.stream.listeners < 2)
    monkeypatch.setattr(stream, "BEAT", 0.02)
    async with listening(desk):
        pass


class Looks:
    """A store that counts how often it is looked at, and always has something new."""

    def __init__(self, *, fails: int = 0) -> None:
        self.looks, self.fails = 0, fails

    async def mark(self) -> Mark:
        """At the beginning."""
        return Mark()

    async def changes(self, since: Mark) -> Changes:
        """Something new."""
        self.looks += 1
        if self.looks <= self.fails:
            raise StoreUnavailableError("locked")
        return Changes(mark=Mark(decisions=since.decisions + 1))


async def large(changes: Changes) -> list[stream.News]:
    """So much that no buffer of a connection holds much of it."""
    return [stream.news("story", "x" * 200_000, mark=changes.mark)]


@asynccontextmanager
async def streaming(store: Looks, *, small: bool = False) -> AsyncIterator[tuple[stream.Stream, Desk]]:
    """Serve a stream over a store."""

    async def tell(changes: Changes) -> list[stream.News]:
        return [stream.news("story", 1, mark=changes.mark)] if small else await large(changes)

    made = stream.Stream(store, tell, look=0.002)
    served = open_desk([web.get("/events", made.events)], closing=made.close)
    async with TestClient(TestServer(served)) as client:
        yield made, client


async def test_who_does_not_read_is_dropped_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory for news that nobody takes is bounded."""
    monkeypatch.setattr(stream, "WAITING", 5)
    async with streaming(Looks()) as (made, client):
        slow = await client.get("/events")
        async with listening(client, "/events") as quick:
            await until(lambda: made.listeners == 2)
            async with asyncio.timeout(PATIENCE):
                while made.listeners == 2:
                    await quick.next(event="story")
            assert await quick.next(event="story")
        slow.close()


async def test_nobody_looks_while_nobody_listens_and_all_share_one_look() -> None:
    """Twenty open pages cost the database what one costs."""
    store = Looks()
    async with streaming(store, small=True) as (made, client):
        assert store.looks == 0
        pages = [await client.get("/events") for _ in range(20)]
        readers = [Events(page) for page in pages]
        for reader in readers:
            await reader.next(event="story")
        # Each look brings one thing new, and the last may still be on its way.
        assert store.looks - made._mark.decisions in {0, 1}
        for page in pages:
            page.close()
        await until(lambda: made.listeners == 0)
        asked = store.looks
        await asyncio.sleep(0.05)
        assert store.looks == asked


async def test_a_database_that_cannot_be_read_for_a_while_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log says so, and the page is told when it can be read again."""
    with caplog.at_level(logging.WARNING):
        async with streaming(Looks(fails=2), small=True) as (_, client), listening(client, "/events") as page:
            assert await page.next(event="story") == 1
    assert "web.events_wait" in caplog.text


async def test_the_end_of_the_daemon_ends_open_pages_at_once(store: Store) -> None:
    """Nobody waits for a stream that never ends by itself; the address is free for the next start."""
    live = Live(store, look=LOOK)
    server = WebServer(WebSettings(listen="127.0.0.1:0"), live.routes(), clock=clock, closing=live.close)
    await server.start()
    assert server.address is not None
    async with TestClient(TestServer(web.Application())) as client:
        session = client.session
        async with session.get(f"{server.address}/events") as answer:
            await until(lambda: live.stream.listeners == 1)
            ending = asyncio.create_task(server.stop())
            await asyncio.wait_for(answer.content.read(), PATIENCE)
            await asyncio.wait_for(ending, PATIENCE)
    assert live.stream.listeners == 0
