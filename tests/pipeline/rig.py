"""The stages as the daemon joins them: a real SQLite file, real HTTP on loopback, real parsers.

Time is virtual, channels are scripted, and the store fails when told to.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from monitor.config.rules import load_rules
from monitor.core.errors import StoreUnavailableError
from monitor.core.matcher import Matcher
from monitor.core.models import Delivery, DeliveryState, Feed, Lookup, Outcome, Sent, Unknown
from monitor.core.settings import ConsoleChannel, Settings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Bell, Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.pipeline.ports import Channel
from monitor.store import Store, open_store
from tests.acceptance.daemon import document
from tests.feeds.polling import settings as polling_settings
from tests.feeds.zoo import Zoo, conditional

RULES = """
rules:
  bridges:
    title: Bridges
    any: ["=bridge"]
  dams:
    title: Dams
    any: ["=dam"]
    alert:
      corroboration: {outlets: 2, within: 30m, otherwise: OTHERWISE}
"""


@dataclass(slots=True)
class Scripted:
    """A channel that answers as the script says and remembers what it was given."""

    name: str = "desk"
    recipients: tuple[str, ...] = ()
    can_update: bool = True
    settle: timedelta = timedelta(seconds=60)
    on_doubt: Literal["repeat", "hold"] = "repeat"
    outcomes: deque[Outcome | Exception] = field(default_factory=deque)
    lookups: deque[Lookup] = field(default_factory=deque)
    got: list[Delivery] = field(default_factory=list)
    asked: int = 0
    gate: asyncio.Event | None = None
    """Closed, every message waits at it."""

    async def send(self, delivery: Delivery) -> Outcome:
        """Answer with the next outcome, by default that all is well."""
        self.got.append(delivery)
        if self.gate is not None:
            await self.gate.wait()
        outcome = self.outcomes.popleft() if self.outcomes else Sent(remote_id=f"m{len(self.got)}")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def find(self, delivery: Delivery) -> Lookup:
        """Answer with the next look-up, by default that nobody can tell."""
        self.asked += 1
        return self.lookups.popleft() if self.lookups else Unknown(why="nobody can tell")

    async def verify(self) -> list[str]:
        """Find nothing wrong."""
        return []

    async def close(self) -> None:
        """Have nothing to close."""

    @property
    def titles(self) -> list[str]:
        """What was sent, in order."""
        return [one.message.title for one in self.got]


class Fragile:
    """A store that cannot serve when told so, as with a full disk: before the call, or after it was done."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.before: dict[str, int] = {}
        """How often each method fails without having done anything."""
        self.crash_after: str | None = None
        """The method whose work is done but whose answer is lost, once."""
        self.bugs: deque[tuple[str, Exception]] = deque()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if name == "remembered":  # an iterator, not to be awaited
            return method

        async def call(*args: Any, **kwargs: Any) -> Any:
            if self.before.get(name, 0) > 0:
                self.before[name] -= 1
                raise StoreUnavailableError("the disk is full")
            if self.bugs and self.bugs[0][0] == name:
                raise self.bugs.popleft()[1]
            found = await method(*args, **kwargs)
            if self.crash_after == name:
                self.crash_after = None
                raise StoreUnavailableError("the connection was lost")
            return found

        return call


@dataclass(slots=True)
class Rig:
    """Every stage, and hands to turn time and the world."""

    zoo: Zoo
    store: Fragile
    in_force: InForce
    channel: Scripted
    world: World
    times: list[datetime]
    feeds: list[Feed] = field(default_factory=list)
    woken: Wakeup = field(default_factory=Wakeup)
    rung: Bell = field(default_factory=Bell)

    def __post_init__(self) -> None:
        """Join the stages."""
        self.poller = self.new_poller()
        self.assembler = self.new_assembler()
        self.deliverer = self.new_deliverer()

    poller: Poller = field(init=False)
    assembler: Assembler = field(init=False)
    deliverer: Deliverer = field(init=False)

    def clock(self) -> datetime:
        """The virtual time."""
        return self.times[0]

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.times[0] += timedelta(**by)

    def new_poller(self) -> Poller:
        """As after a restart."""
        return Poller(cast("Store", self.store), self.world, self.in_force, on_entries=self.woken)

    def new_assembler(self) -> Assembler:
        """As after a restart."""
        return Assembler(
            cast("Store", self.store),
            self.in_force,
            clock=self.clock,
            on_entries=self.woken,
            on_alerts=self.rung,
        )

    def new_deliverer(self, channel: Scripted | None = None) -> Deliverer:
        """As after a restart."""
        return Deliverer(
            cast("Store", self.store),
            cast("Channel", channel or self.channel),
            clock=self.clock,
            dice=lambda: 0.0,
            on_alerts=self.rung.listener(),
        )

    async def serve(self, name: str, *items: tuple[str, str]) -> None:
        """Let an outlet publish; its feed is configured and due."""
        feed = Feed(
            url=f"{self.zoo.url}/{name}",
            name=name,
            outlet=f"{name}.example",
            interval=timedelta(minutes=5),
            allow_private=True,
        )
        age = datetime.now(UTC) - self.clock() + timedelta(minutes=1)
        body = document(items, host=feed.outlet, age=age)
        self.zoo.answers[f"/{name}"] = conditional(body, f'"{hash(body)}"')
        if feed.url not in self.in_force.feeds:
            self.feeds.append(feed)
            self.in_force.feeds = {one.url: one for one in self.feeds}
            await self.store.sync_feeds(self.feeds, self.clock())
        await self.store.make_due(feed.url, self.clock())

    async def assemble(self) -> int:
        """Assemble all that is pending; returns how many entries that were."""
        number = 0
        while batch := await self.assembler.run_once():
            number += len(batch)
        return number

    async def deliver(self) -> None:
        """Deliver all that is due."""
        while await self.deliverer.run_once():
            pass

    async def through(self) -> None:
        """Poll, assemble and deliver what is due."""
        await self.poller.run_once()
        await self.assemble()
        await self.deliver()

    async def states(self) -> list[DeliveryState]:
        """Of all deliveries, the oldest first."""
        return [one.state for one in reversed(await self.store.store.deliveries())]


@asynccontextmanager
async def joined(folder: Path, zoo: Zoo, *, otherwise: str = "drop") -> AsyncIterator[Rig]:
    """Open everything."""
    (folder / "rules.yaml").write_text(RULES.replace("OTHERWISE", otherwise), encoding="utf-8")
    ruleset = load_rules([folder / "rules.yaml"]).accepted()
    patient = timedelta(seconds=20)  # a busy machine must not look like a failing feed
    polling = polling_settings(
        per_host=16, connect_timeout=patient, read_timeout=patient, total_timeout=patient
    )
    settings = Settings(channels={"desk": ConsoleChannel(type="console")}, polling=polling)
    channel = Scripted()
    in_force = InForce(settings=settings, rulebook=Rulebook.of(ruleset, Matcher(ruleset)))
    in_force.channels = {"desk": cast("Channel", channel)}
    times = [datetime.now(UTC).replace(microsecond=0)]
    store = await open_store(f"sqlite:///{folder}/news.db", owner="test", exclusive=True)
    async with HttpFetcher(polling, clock=lambda: times[0]) as fetcher, ParserPool(polling) as parser:
        world = World(clock=lambda: times[0], dice=lambda: 0.5, fetcher=fetcher, parser=parser)
        yield Rig(zoo, Fragile(store), in_force, channel, world, times)
    await store.close()
