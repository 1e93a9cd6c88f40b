"""A world in which a history takes place: real stages, a real database, real servers on loopback, one clock.

    async with opened(folder, servers) as world:
        await world.live(history)
        await world.heal()          # all is mended, and some hours pass
        broken(world)               # promises that were not kept

Time does not pass by itself: the world leaps to whatever is due next. A kill is an exception that no code
of ours catches, raised at a write to the database; all that a process keeps in memory is made anew then.
"""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection

from monitor.channels.factory import build_channel
from monitor.config.rules import load_rules
from monitor.config.settings import Loaded
from monitor.core.errors import StoreUnavailableError
from monitor.core.matcher import Matcher
from monitor.core.models import DeliveryState
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.dispatch import Dispatch
from monitor.pipeline.housekeep import Housekeeper
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Bell, Wakeup
from monitor.pipeline.poll import Poller
from monitor.pipeline.poll import World as Surroundings
from monitor.pipeline.ports import Channel
from monitor.store import Store
from tests.channels.slack_double import Fault, SlackDouble
from tests.channels.smtp_server import MailFault, MailServer
from tests.feeds.zoo import Zoo
from tests.world.happenings import (
    DiskFull,
    Happening,
    History,
    Killed,
    Kind,
    Leapt,
    Locked,
    MailFaults,
    MailOut,
    Nameless,
    Outside,
    Published,
    Restarted,
    SlackFaults,
    SlackOut,
    Slept,
    Turned,
    Waited,
    Ways,
)
from tests.world.outlet import Outlet

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_LONGEST_LEAP = timedelta(minutes=30)
_HEALING = timedelta(hours=6)
_A_WHILE = timedelta(minutes=30)
_WAITING = (DeliveryState.READY, DeliveryState.SENDING, DeliveryState.UNSURE)
_PURGE_EVERY = timedelta(hours=6)
_SOON = timedelta(seconds=5)


class PassingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of the world: what pauses by it goes on when the world does."""

    passed = 0.0

    def time(self) -> float:
        """Seconds, those that the world let pass included."""
        return super().time() + self.passed


class Gone(BaseException):
    """The process is gone."""


class Mortal:
    """A store at one of whose writes the process may be killed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.left = 0
        """Writes until the kill; 0: none is planned."""
        self.after = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if not name.startswith(WRITES):
            return method

        async def call(*args: Any, **kwargs: Any) -> Any:
            fatal = self.left == 1
            self.left = max(self.left - 1, 0)
            if fatal and not self.after:
                raise Gone
            found = await method(*args, **kwargs)
            if fatal:
                raise Gone
            return found

        return call


@dataclass(slots=True)
class Names:
    """The name servers of the world."""

    gone: bool = False


NAMES = Names()
WRITES = ("commit_", "claim_", "settle", "begin_repeat", "recover_", "pull_back", "fold")


@dataclass(frozen=True, slots=True)
class Servers:
    """What outlives every history of a run: servers, a fetcher's sockets, processes that parse."""

    zoo: Zoo
    slack: SlackDouble
    mail: MailServer
    parser: ParserPool


@dataclass(slots=True)
class World:
    """Everything, and hands to turn it."""

    folder: Path
    servers: Servers
    loaded: Loaded
    store: Store
    outlets: list[Outlet]
    now: datetime = START
    """The true time."""
    wrong_by: timedelta = timedelta(0)
    log: list[tuple[datetime, str]] = field(default_factory=list)
    deaths: int = 0
    mortal: Mortal = field(init=False)
    lock: sqlite3.Connection | None = None
    """Of the other program that holds the database."""
    _purged_at: datetime = START
    _taken_up: bool = False
    _patience: timedelta = _SOON

    def __post_init__(self) -> None:
        """Start the first life."""
        self.mortal = Mortal(self.store)
        self.begin()

    in_force: InForce = field(init=False)
    poller: Poller = field(init=False)
    assembler: Assembler = field(init=False)
    dispatch: Dispatch = field(init=False)
    housekeeper: Housekeeper = field(init=False)
    fetcher: HttpFetcher = field(init=False)

    def clock(self) -> datetime:
        """What the machine takes for the time."""
        return self.now + self.wrong_by

    def say(self, text: str) -> None:
        """Note what happens."""
        self.log.append((self.now, text))

    # ------------------------------------------------------------------ lives

    def begin(self) -> None:
        """Start a process: nothing is left of the former one but the database."""
        settings = self.loaded.accepted()
        ruleset = load_rules(list(self.loaded.rules)).accepted()
        in_force = InForce(settings=settings, rulebook=Rulebook.of(ruleset, Matcher(ruleset)))
        in_force.feeds = {feed.url: feed for feed in self.loaded.feeds}
        in_force.channels = {
            name: cast("Channel", build_channel(name, one, clock=self.clock))
            for name, one in settings.channels.items()
        }
        store, woken, rung = cast("Store", self.mortal), Wakeup(), Bell()
        self.in_force = in_force
        self.fetcher = HttpFetcher(settings.polling, clock=self.clock)
        surroundings = Surroundings(
            clock=self.clock, dice=lambda: 0.5, fetcher=self.fetcher, parser=self.servers.parser
        )
        self.poller = Poller(store, surroundings, in_force, on_entries=woken)
        self.assembler = Assembler(store, in_force, clock=self.clock, on_entries=woken, on_alerts=rung)
        self.dispatch = Dispatch(store, in_force, clock=self.clock, dice=lambda: 0.5, on_alerts=rung)
        self.housekeeper = Housekeeper(store, self.assembler, clock=self.clock, elapsed=self.elapsed)

    def true_time(self) -> datetime:
        """What the time is, whatever the machine takes it for."""
        return self.now

    def elapsed(self) -> float:
        """The same in seconds."""
        return self.now.timestamp()

    async def end(self) -> None:
        """Let the process end."""
        await self.fetcher.__aexit__(None, None, None)
        for channel in self.in_force.channels.values():
            await channel.close()

    async def restart(self) -> None:
        """End the process and start the next; a new one may write as often as it likes."""
        await self.end()
        self.mortal.left, self._taken_up = 0, False
        self.begin()
        await self.fetcher.__aenter__()

    # ------------------------------------------------------------------ time

    async def turn(self) -> None:
        """Do all that is due now, as the stages of the daemon do; a kill leads to the next life."""
        try:
            await self._turn()
        except Gone:
            self.deaths += 1
            self.say("killed, and started again")
            await self.restart()
            await self._turn()

    async def _turn(self) -> None:
        for stage in (self._take_up, self.poller.run_once, self._assemble, self.dispatch.round, self._chores):
            try:
                await stage()
            except StoreUnavailableError as error:
                self.say(f"the database cannot serve: {error}")
            if not self._taken_up:
                return

    async def _take_up(self) -> None:
        """Once in each life; where the database cannot serve, systemd starts the process again."""
        if not self._taken_up:
            await self.mortal.sync_feeds(self.loaded.feeds, self.clock())
            await self.dispatch.recover()
            self._taken_up = True

    async def _assemble(self) -> None:
        while await self.assembler.run_once():
            pass
        await self.assembler.release_overdue()

    async def _chores(self) -> None:
        await self.housekeeper.distrust_clock()
        if self.now - self._purged_at >= _PURGE_EVERY:
            self._purged_at = self.now
            settings = self.in_force.settings
            await self.housekeeper.purge(settings.retention, settings.stories.window)

    async def until(self, moment: datetime) -> None:
        """Let time pass; what is due on the way is done at its moment."""
        while self.now < moment:
            self.sleep(min(await self._next_due(), moment) - self.now)
            await self.turn()

    def sleep(self, pause: timedelta) -> None:
        """Let time pass with nothing done."""
        cast("PassingLoop", asyncio.get_running_loop()).passed += pause.total_seconds()
        self.now += pause

    async def _next_due(self) -> datetime:
        """When something is to be done next by the machine's clock; soon, if it should have been by now."""
        store = self.store
        due = [await store.next_poll_at(), await store.next_lapse(), await store.next_delivery_at()]
        next_one = min((at for at in due if at is not None), default=self.clock()) - self.wrong_by
        if next_one <= self.now:  # the disk is full, or the clock leapt
            self._patience = min(2 * self._patience, _LONGEST_LEAP)
            return self.now + self._patience
        self._patience = _SOON
        return min(next_one, self.now + _LONGEST_LEAP)

    # ------------------------------------------------------------------ happenings

    async def live(self, history: History) -> None:
        """Let a history take place."""
        await self.turn()
        for happening in history:
            await self._let(happening)
            await self.turn()

    async def _let(self, happening: Happening) -> None:
        self.say(str(happening))
        match happening:
            case Waited(minutes=minutes):
                await self.until(self.now + timedelta(minutes=minutes))
            case DiskFull(full=full):
                await self._fill(full=full)
            case Locked(held=held):
                self._lock(held=held)
            case Slept(minutes=minutes):
                self.sleep(timedelta(minutes=minutes))
            case Killed(at=at, after=after):
                self.mortal.left, self.mortal.after = at, after
            case Restarted():
                await self.restart()
            case Leapt(by=by):
                self.wrong_by = by
            case _:
                self._let_outside(happening)

    def _let_outside(self, happening: Outside) -> None:
        match happening:
            case Published(outlet=outlet, kind=kind):
                self.publish(self.outlets[outlet], kind)
            case Turned(outlet=outlet, ways=ways):
                self.outlets[outlet].ways = ways
            case SlackFaults(faults=faults):
                self.servers.slack.faults.extend(faults)
            case MailFaults(faults=faults):
                self.servers.mail.faults.extend(faults)
            case SlackOut(fault=fault):
                self.servers.slack.outage = fault
            case MailOut(fault=mail_fault):
                self.servers.mail.outage = mail_fault
            case Nameless(gone=gone):
                NAMES.gone = gone

    async def _fill(self, *, full: bool) -> None:
        held = self.lock is not None
        self._lock(held=False)  # the limit is set by a statement of ours
        await fill_disk(self.store, full=full)
        self._lock(held=held)

    def _lock(self, *, held: bool) -> None:
        if held and self.lock is None:
            self.lock = sqlite3.connect(self.folder / "news.db", isolation_level=None)
            self.lock.execute("BEGIN IMMEDIATE")
        elif not held and self.lock is not None:
            self.lock.close()
            self.lock = None

    def publish(self, outlet: Outlet, kind: Kind) -> None:
        """Let an outlet publish; without anything to copy or to change it writes something of its own."""
        others = [one.articles[-1] for one in self.outlets if one is not outlet and one.articles]
        if kind is Kind.COPY and others:
            outlet.copy(others[-1], self.now)
        elif kind is Kind.REVISED and outlet.articles:
            outlet.revise()
        else:
            outlet.write(kind, number=sum(len(one.articles) for one in self.outlets), at=self.now)

    async def heal(self) -> None:
        """Mend everything, let time pass, and send again what was refused for good, as a person would."""
        self.say("all is mended")
        for outlet in self.outlets:
            outlet.ways = Ways.WELL
        self.servers.slack.faults.clear()
        self.servers.mail.faults.clear()
        self.servers.slack.outage, self.servers.mail.outage = Fault.NONE, MailFault.NONE
        NAMES.gone = False
        self._lock(held=False)
        await fill_disk(self.store, full=False)
        self.wrong_by = timedelta(0)
        self.mortal.left = 0
        await self._come_to_rest()
        parked = await self.store.deliveries(state=DeliveryState.PARKED, limit=1000)
        for one in parked:
            await self.store.retry_delivery(one.id, self.clock())
        await self._come_to_rest()

    async def _come_to_rest(self) -> None:
        """Let hours pass, but no more than until every feed was read twice and nothing is left to be done."""
        answers, latest = [one.answers for one in self.outlets], self.now + _HEALING
        while self.now < latest:
            await self.until(self.now + _A_WHILE)
            counts = await self.store.counts()
            waiting = sum(counts.deliveries.get(state, 0) for state in _WAITING)
            read = all(one.answers >= before + 2 for one, before in zip(self.outlets, answers, strict=True))
            if read and not (counts.failing or counts.pending or counts.held or waiting):
                break


async def fill_disk(store: Store, *, full: bool) -> None:
    """Let the database have no page more than it has, or as many as it likes: SQLite's own error follows."""

    def limit(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() if full else 2**30 - 2
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await store._database.write(limit)
