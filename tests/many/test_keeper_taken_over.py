"""Three real daemons on one PostgreSQL: the keeper is killed or frozen, and each alert comes once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

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
async def newsroom(folder: Path, url: str, *, machines: int) -> AsyncIterator[Newsroom]:
    """Run so many daemons, whatever happens to them until the end."""
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
            desk.settings["database"] = url
            desk.settings["channels"] = {"osint": _channel(slack)}
        room = Newsroom(desks, slack)
        for desk in desks:
            room.daemons.append(await stack.enter_async_context(desk.running()))
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


@pytest.mark.postgres
async def test_a_killed_keeper_is_followed_and_each_alert_comes_once(
    postgres_url: str, tmp_path: Path
) -> None:
    """Killed while Slack has taken a message and not said so: another daemon looks it up, and goes on."""
    async with newsroom(tmp_path, postgres_url, machines=3) as room:
        room.publish(10)
        await room.all_told()
        keeper = room.keeper()
        assert [_term(one) > 0 for one in room.daemons].count(True) == 1
        await in_flight(room, Fault.ACCEPT_THEN_HANG)
        await keeper.kill()
        began = time.monotonic()
        room.publish(10)
        await room.successor(keeper)
        print(f"taken over {time.monotonic() - began:.1f} s after kill -9")
        await room.all_told()


@pytest.mark.postgres
@pytest.mark.parametrize("fault", [Fault.ACCEPT_THEN_HANG, Fault.HANG])
async def test_a_frozen_keeper_that_wakes_sends_nothing(
    postgres_url: str, tmp_path: Path, fault: Fault
) -> None:
    """SIGSTOP with a message under way: the other takes over; awake, the former keeper stands by."""
    async with newsroom(tmp_path, postgres_url, machines=2) as room:
        room.publish(10)
        await room.all_told()
        keeper = room.keeper()
        await in_flight(room, fault)
        os.kill(keeper.process.pid, signal.SIGSTOP)
        began = time.monotonic()
        room.publish(10)
        follower = await room.successor(keeper)
        print(f"taken over {time.monotonic() - began:.1f} s after SIGSTOP")
        await follower.until(lambda: len(room.told) >= 11)
        os.kill(keeper.process.pid, signal.SIGCONT)
        room.publish(5)
        await keeper.until(lambda: keeper.event("keeper.lost") and keeper.event("keeper.standby"))
        await room.all_told()
        assert await follower.stop() == 0
        await keeper.until(lambda: _term(keeper) > 1)
        room.publish(5)
        await room.all_told()


@pytest.mark.postgres
async def test_a_keeper_that_stops_lets_go_at_once(postgres_url: str, tmp_path: Path) -> None:
    """After SIGTERM the lease does not have to run out, and the list shows who keeps."""
    async with newsroom(tmp_path, postgres_url, machines=2) as room:
        keeper = room.keeper()
        assert await keeper.stop() == 0
        began = time.monotonic()
        follower = await room.successor(keeper)
        print(f"taken over {time.monotonic() - began:.1f} s after SIGTERM")
        store = await open_store(postgres_url, owner="test", exclusive=False)
        workers = await store.workers()
        await store.close()
        assert [(one.name.endswith(str(follower.process.pid)), one.is_keeper) for one in workers] == [
            (True, True)
        ]
        room.publish(3)
        await room.all_told()
