"""Three real daemons on one PostgreSQL: the keeper is killed or frozen, and each alert comes once."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from monitor.store import open_store
from tests.acceptance.daemon import Daemon, Desk
from tests.channels.slack_double import Fault, SlackDouble
from tests.feeds.zoo import open_zoo

RULE = 'rules:\n  floods: {title: Floods, any: ["=flood"]}\n'


class Newsroom:
    """Machines with a folder each, one database, one feed, one Slack."""

    def __init__(self, desks: Sequence[Desk], slack: SlackDouble) -> None:
        self.desks, self.slack = desks, slack
        self.items: list[tuple[str, str]] = []
        self.daemons: list[Daemon] = []

    def publish(self, number: int) -> None:
        """Bring so many articles more, each of an event of its own."""
        for _ in range(number):
            at = len(self.items)
            words = " ".join(f"{stem}{chr(97 + at % 26)}{chr(97 + at // 26)}" for stem in _STEMS)
            self.items.append((str(at), f"Flood {words}"))
        self.desks[0].publish("/one", self.items, etag=f'"{len(self.items)}"')

    async def all_told(self) -> None:
        """Wait until an alert of each article is in the channel and nothing is open; each is there once."""
        await self.living[0].until(lambda: len(self.told) >= len(self.items))
        assert sorted(self.told) == sorted(set(self.told))
        assert len(self.told) == len(self.items)

    @property
    def told(self) -> list[str]:
        """The deliveries in the channel."""
        return [one.delivery or "" for one in self.slack.messages]

    @property
    def living(self) -> list[Daemon]:
        """Daemons that run."""
        return [one for one in self.daemons if one.process.returncode is None]

    def keeper(self) -> Daemon:
        """Return the daemon that was elected last."""
        return max(self.living, key=_term)

    async def successor(self, of: Daemon) -> Daemon:
        """Wait for the keeper of a later term than that of another daemon."""
        others = [one for one in self.living if one is not of]
        await others[0].until(lambda: any(_term(one) > _term(of) for one in others))
        return max(others, key=_term)


_STEMS = ("vosk", "tarim", "quell", "zyban", "hodrel")


def _term(daemon: Daemon) -> int:
    elected = daemon.event("keeper.elected")
    return elected["term"] if elected else 0


@asynccontextmanager
async def newsroom(
    folder: Path, url: str | Sequence[str], *, machines: int, more: Mapping[str, Any] = MappingProxyType({})
) -> AsyncIterator[Newsroom]:
    """Run so many daemons, with `more` settings, whatever happens to them until the end.

    Each may have a way of its own to the database.
    """
    urls = [url] * machines if isinstance(url, str) else url
    async with AsyncExitStack() as stack:
        zoo = await stack.enter_async_context(open_zoo())
        slack = await stack.enter_async_context(SlackDouble())
        desks = []
        for number in range(machines):
            (folder / str(number)).mkdir()
            desks.append(desk := Desk(folder / str(number), zoo))
            desk.rules(RULE)
            desk.environment["SLACK_BOT_TOKEN"] = slack.token
            desk.feed("/one", [])
            desk.settings["database"] = urls[number]
            desk.settings |= {"channels": {"osint": _channel(slack)}, **more}
        room = Newsroom(desks, slack)
        running = [stack.enter_async_context(desk.running()) for desk in desks]
        room.daemons += await asyncio.gather(*running)
        yield room


def _channel(slack: SlackDouble) -> dict[str, object]:
    return {
        "type": "slack",
        "token": "${SLACK_BOT_TOKEN}",
        "channel": slack.channel,
        "api_url": slack.api_url,
        "settle": 1,
        "timeout": 30,
        "pace": 0,
        "fold_after": "1h",
    }


async def in_flight(room: Newsroom, fault: Fault) -> None:
    """Bring an article whose message meets a fault that gives no answer, and wait until it is under way."""
    before = room.slack.called("chat.postMessage")
    room.slack.faults.append(fault)
    room.publish(1)
    await room.keeper().until(lambda: room.slack.called("chat.postMessage") > before)


async def frozen(room: Newsroom, keeper: Daemon) -> Daemon:
    """Stop a keeper with SIGSTOP until another has told what came since, and wake it; return that one."""
    os.kill(keeper.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    room.publish(5)
    follower = await room.successor(keeper)
    print(f"taken over {time.monotonic() - began:.1f} s after SIGSTOP")
    await follower.until(lambda: len(room.told) >= len(room.items))
    os.kill(keeper.process.pid, signal.SIGCONT)
    room.publish(5)
    await keeper.until(lambda: keeper.event("keeper.lost") and keeper.event("keeper.standby"))
    return follower


@pytest.mark.postgres
async def test_keepers_are_killed_frozen_and_stopped_and_each_alert_comes_once(
    postgres_url: str, tmp_path: Path
) -> None:
    """Each with a message under way: one that Slack took and did not confirm, one that never came to it.

    The next keeper looks both up. A keeper that wakes after its term stands by and sends nothing; one that is
    stopped lets go at once.
    """
    async with newsroom(tmp_path, postgres_url, machines=3) as room:
        room.publish(5)
        await room.all_told()
        keeper = room.keeper()
        assert sum(_term(one) > 0 for one in room.daemons) == 1

        await in_flight(room, Fault.ACCEPT_THEN_HANG)
        await keeper.kill()
        began = time.monotonic()
        room.publish(5)
        second = await room.successor(keeper)
        print(f"taken over {time.monotonic() - began:.1f} s after kill -9")
        await room.all_told()

        await in_flight(room, Fault.HANG)
        third = await frozen(room, second)
        await room.all_told()
        assert await keepers_listed(postgres_url) == [str(third.process.pid)]

        assert await third.stop() == 0
        await second.until(lambda: _term(second) > _term(third))
        room.publish(5)
        await room.all_told()


async def keepers_listed(url: str) -> list[str]:
    """Return the process of each worker that is listed as the keeper."""
    store = await open_store(url, owner="test", exclusive=False)
    workers = await store.workers()
    await store.close()
    return [one.name.rpartition("-")[2] for one in workers if one.is_keeper]
