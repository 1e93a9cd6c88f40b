"""The life of the daemon: build, start, stop in reverse. The only package that knows every other.

open store | samples | channels | stages | READY | signals | drain
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from aiohttp.web import RouteDef
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.app.following import Following, rulebook_of
from monitor.app.full_texts import open_pages
from monitor.app.prepared import Prepared, clock, dice, set_up_logs, sign_of
from monitor.app.served import for_programs
from monitor.app.walking import open_walks, surroundings
from monitor.app.websub import WebSub, open_websub, routes_of, world_of
from monitor.channels.factory import build_channel, build_listeners
from monitor.channels.heartbeat import ping
from monitor.config.compiling import LongLived
from monitor.config.naming import load_with_rules
from monitor.config.restart import restart_needed
from monitor.core.errors import Mistake, StoreUnavailableError, Weight
from monitor.core.models import Feed
from monitor.core.schedule import first_poll
from monitor.core.settings import Settings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.answering import Desk
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.calls import hear
from monitor.pipeline.daily import DailyLine
from monitor.pipeline.dispatch import Dispatch
from monitor.pipeline.duties import Duties
from monitor.pipeline.feed_notices import FeedNotices
from monitor.pipeline.housekeep import Housekeeper
from monitor.pipeline.in_force import InForce
from monitor.pipeline.keeping import Keeping
from monitor.pipeline.listening import Listening
from monitor.pipeline.lookback import LookBack
from monitor.pipeline.machine import OwnMachine
from monitor.pipeline.membership import Membership
from monitor.pipeline.notices import Around, Notices
from monitor.pipeline.outage import OutageNotice
from monitor.pipeline.pace import Bell, pause
from monitor.pipeline.poll import Poller
from monitor.pipeline.ports import Channel
from monitor.pipeline.timetable import timetable
from monitor.pipeline.walk import Walks
from monitor.pipeline.watch import Watch
from monitor.samples.server import SampleOutlets
from monitor.store import Store, open_store
from monitor.store.engine import address_of
from monitor.telemetry import Redactor, fields, notify, notify_reloading, redactor_of
from monitor.web import desk
from monitor.web.live import Live
from monitor.web.metrics import Stages
from monitor.web.ports import World as WorldOfPages
from monitor.web.server import WebServer

log = logging.getLogger(__name__)

_DRAIN = 8.0
"""Seconds that stopping may take; systemd and impatient people wait no longer than ten."""
_SETTLE_AFTER = 3.0
"""Seconds: a quarter of one during which nothing else is done, and better not the first one."""
_FEEDS_AT_ONCE = 50
"""First polls of new feeds are spread so that about so many start in a second."""


class Daemon:
    """One running daemon; made by `monitor.app.run`."""

    def __init__(self, prepared: Prepared, stop: asyncio.Event, *, once: bool = False) -> None:
        self._prepared, self._once, self._stop = prepared, once, stop
        self._rules = prepared.rules
        self._long_lived = LongLived()
        self._loaded = prepared.loaded
        self._samples: SampleOutlets | None = None
        self._on_entries, self._on_alerts = asyncio.Event(), Bell()
        self._in_force = InForce(
            settings=prepared.settings,
            rulebook=rulebook_of(self._rules),
            templates=prepared.loaded.templates,
        )
        self._store: Store
        self._poller: Poller
        self._assembler: Assembler
        self._dispatch: Dispatch
        self._desk: Desk
        self._listening = Listening(
            lambda: build_listeners(
                self._in_force.settings.channels, self._in_force.channels, self._desk, dice=dice
            )
        )
        self._reload_wanted = asyncio.Event()
        self._look_back: LookBack
        self._following: Following
        self.watch: Watch
        self._kept_for: tuple[Mistake, ...] = ()
        """Mistakes of config.yaml for which the former one stays in force."""
        self._web: WebServer
        self._websub: WebSub | None = None
        self._membership: Membership
        self._duties: Duties
        self.walks: Walks
        self._keeping: Keeping

    @asynccontextmanager
    async def built(self) -> AsyncIterator[None]:
        """Open everything, in order; close it in reverse."""
        settings = self._in_force.settings
        async with AsyncExitStack() as stack:
            owner = f"{socket.gethostname()}-{os.getpid()}"
            self._store = await open_store(settings.database.get_secret_value(), owner=owner, exclusive=True)
            stack.push_async_callback(self._store.close)
            fetcher = await stack.enter_async_context(HttpFetcher(settings.polling, clock=clock))
            parser = await stack.enter_async_context(ParserPool(settings.polling))
            if settings.samples or self._prepared.only_samples:
                await self._serve_samples(stack)
            self._desk = Desk(self._store, clock=clock)
            stack.push_async_callback(self._close_channels)
            self._in_force.channels = self._built_channels(settings)
            await self._take_feeds(self._loaded.feeds, spread=not self._once)
            self._websub = await open_websub(stack, self._store, self._in_force, clock=clock)
            world = world_of(fetcher, parser, self._websub)
            self._poller = Poller(self._store, world, self._in_force, on_entries=self._on_entries)
            self._assembler = Assembler(
                self._store,
                self._in_force,
                clock=clock,
                on_entries=self._on_entries,
                on_alerts=self._on_alerts,
            )
            self._pages = await open_pages(stack, fetcher, self._store, self._in_force, self._on_entries)
            self._look_back = LookBack(self._store, self._in_force, clock=clock)
            self._following = Following(
                self._rules, self._store, self._in_force, self._look_back, self._long_lived.settle
            )
            self._dispatch = Dispatch(
                self._store, self._in_force, clock=clock, dice=dice, on_alerts=self._on_alerts
            )
            self.watch = Watch(self._turns, self._in_force, ping, dead=lambda: self.walks.dead)
            programs = await for_programs(
                self._store, self._in_force, clock=clock, stages=self._stages(), hide=self._hide
            )
            self._web = self._web_server(settings, programs)
            stack.push_async_callback(self._web.stop)
            self._join(stack)
            yield

    def _hide(self, text: str) -> str:
        return redactor_of(frozenset(self._loaded.secrets)).for_people(text)

    def _stages(self) -> Stages:
        return Stages(
            outcomes=lambda: self._poller.outcomes,
            stuck=lambda: self.watch.stuck,
            keeping=lambda: self._keeping.role,
            walk=lambda: self.walks.standing,
        )

    async def _serve_samples(self, stack: AsyncExitStack) -> None:
        self._samples = SampleOutlets(clock)
        await self._samples.start()
        stack.push_async_callback(self._samples.stop)

    def _web_server(self, settings: Settings, programs: Iterable[RouteDef]) -> WebServer:
        live = Live(self._store, rules=lambda: self._in_force.rulebook.rules)
        pages = desk.routes(self._world_of_pages())
        routes = [*pages, *live.routes(), *programs, *routes_of(self._websub)]
        return WebServer(settings.web, routes, clock=clock, closing=live.close, audit=self._store)

    def _world_of_pages(self) -> WorldOfPages:
        return WorldOfPages(
            store=self._store,
            presses=self._desk,
            in_force=self._in_force,
            clock=clock,
            feeds=lambda: self._loaded.feeds,
            hide=self._hide,
            on_retry=self._on_alerts.ring,
            config=self._prepared.path,
            reload=self._reload_wanted.set,
            stuck=lambda: self.watch.stuck,
            walk=lambda: self.walks.standing,
            started_at=clock(),
        )

    def _join(self, stack: AsyncExitStack) -> None:
        """Make ready to be one of several daemons, and perhaps their keeper."""
        sign = sign_of(self._in_force)
        self._membership = Membership(self._store, sign, withdraw=self._poller.withdraw)
        self._wake = {
            "entries": self._on_entries,
            "rules": self._following.called,
            "workers": self._membership.called,
        }
        stack.push_async_callback(self._membership.leave)
        self._duties = Duties(self._assembler, self._dispatch, self._listening, self._in_force)
        self._keeping = Keeping(self._store, self._duties.run, is_willing=lambda: self._membership.is_willing)
        stack.push_async_callback(self._keeping.leave)
        parts = (self._poller, self._assembler, self._dispatch, self._membership, self._keeping)
        self.walks = open_walks(stack, self._store, self._in_force, surroundings(*parts), once=self._once)

    async def round(self) -> None:
        """Poll what is due once, and, unless another daemon does, assemble it and deliver what is due."""
        await self._membership.enter_if_alone()
        await self._poller.run_once()
        await self._keeping.once(self._duties.round)
        if await self._pages.run_once():
            await self._keeping.once(self._duties.round)

    async def live(self) -> None:
        """Run every stage until told to stop; if one of them breaks, stop the rest and raise its error."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping, number)
        loop.add_signal_handler(signal.SIGHUP, self._reload_wanted.set)
        await self._membership.enter()
        stages = {
            "poll": asyncio.create_task(self._poller.run()),
            "keep": asyncio.create_task(self._keeping.run()),
            "reload": asyncio.create_task(self._reload_for_ever(self._reload_wanted)),
            "rules": asyncio.create_task(self._following.run()),
            "pages": asyncio.create_task(self._pages.run()),
            "look back": asyncio.create_task(self._look_back.run()),
            "membership": asyncio.create_task(self._membership.run()),
            "walk": asyncio.create_task(self.walks.run()),
            "watch": asyncio.create_task(self.watch.run()),
            "hear": asyncio.create_task(hear(self._store, self._wake)),
        }
        if self._websub:
            stages["websub"] = asyncio.create_task(self._websub.run())
        planned = self._planned()
        planned.start()
        await self._web.start()
        log.info("started", extra=fields(**self._summary()))
        loop.call_later(_SETTLE_AFTER, self._long_lived.settle)
        notify("READY=1", f"STATUS=watching {len(self._in_force.feeds)} feeds")
        try:
            await self._until_told(stages)
        finally:
            notify("STOPPING=1")
            planned.shutdown(wait=False)
            await self._drain(stages)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.remove_signal_handler(number)

    def _stopping(self, number: int) -> None:
        """Stop at the first signal; at the second, now."""
        if self._stop.is_set():
            log.warning("stopping_now", extra=fields(signal=signal.Signals(number).name))
            logging.shutdown()
            os._exit(1)
        log.info("stopping", extra=fields(signal=signal.Signals(number).name))
        self._stop.set()

    async def _until_told(self, stages: dict[str, asyncio.Task[None]]) -> None:
        told = asyncio.create_task(self._stop.wait())
        try:
            while not self._stop.is_set():
                watched = {*stages.values(), *self._dispatch.delivering, told}
                done, _ = await asyncio.wait(watched, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                for task in done - {told}:
                    if not task.cancelled():
                        task.result()  # a stage never ends by itself: this raises what broke it
        finally:
            told.cancel()

    async def _drain(self, stages: dict[str, asyncio.Task[None]]) -> None:
        """Stop polling at once, let messages under way finish, leave the rest to the next start."""
        for task in stages.values():
            task.cancel()
        done, late = await asyncio.wait(stages.values(), timeout=_DRAIN)
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("stopped_with", extra=fields(error=f"{type(error).__name__}: {error}"))
        if late:
            log.warning("stopped_late", extra=fields(tasks=len(late)))
        log.info("stopped", extra=fields(polls=self._poller.polls, entries=self._poller.entries))

    def _built_channels(self, settings: Settings) -> dict[str, Channel]:
        """Build the channels; those whose settings did not change stay as they are."""
        before = self._in_force.settings.channels if self._in_force.channels else {}
        return {
            name: self._in_force.channels[name]
            if before.get(name) == channel
            else build_channel(
                name, channel, clock=clock, stream=self._prepared.stream, handling=self._desk.handling
            )
            for name, channel in settings.channels.items()
        }

    async def _close_channels(self) -> None:
        for channel in self._in_force.channels.values():
            await channel.close()

    async def _take_feeds(self, configured: Iterable[Feed], *, spread: bool) -> None:
        """Make these, and the samples, the feeds to poll; `spread` keeps the first polls apart."""
        samples = self._samples.feeds() if self._samples else ()
        real = () if self._prepared.only_samples else tuple(configured)
        now = clock()
        within = timedelta(seconds=len(real) / _FEEDS_AT_ONCE if spread else 0)
        starts = {feed.url: first_poll(now, spread=within, dice=dice()) for feed in real}
        self._in_force.feeds = {feed.url: feed for feed in (*samples, *real)}
        await self._store.sync_feeds((*samples, *real), now, first_poll_at=starts)

    async def _reload_for_ever(self, wanted: asyncio.Event) -> None:
        """Read everything again when SIGHUP asks for it."""
        while True:
            await wanted.wait()
            wanted.clear()
            notify_reloading()
            try:
                await self._reload_settings()
            except StoreUnavailableError as error:
                await pause(log, "config.reload_postponed", error)
                wanted.set()
            await self._following.look()
            notify("READY=1")

    async def _reload_settings(self) -> None:
        """Take over config.yaml if it is good; keep what is in force if it is not."""
        loaded = await asyncio.to_thread(load_with_rules, self._prepared.path, self._rules.bundle)
        self._kept_for = loaded.mistakes if loaded.settings is None else ()
        if loaded.settings is None:
            for mistake in loaded.mistakes:
                log.error("config.mistake", extra=fields(mistake=str(mistake)))
            log.error("config.kept", extra=fields(said="the configuration in force stays as it was"))
            hide = Redactor(loaded.secrets | self._loaded.secrets)
            errors = [one for one in loaded.mistakes if one.weight is Weight.ERROR]
            notify(f"STATUS=reload refused, what was in force stays: {hide(str(errors[0]))}")
            return
        # What was secret stays so: a message under way may still quote the former token.
        loaded = replace(loaded, secrets=loaded.secrets | self._loaded.secrets)
        settings = loaded.accepted()
        set_up_logs(loaded, settings)
        self._loaded = loaded
        for mistake in loaded.mistakes:
            log.warning("config.mistake", extra=fields(mistake=str(mistake)))
        keys = restart_needed(self._prepared.loaded, loaded)
        if keys:
            log.warning("config.restart_needed", extra=fields(keys=", ".join(keys)))
        await self._dispatch.swap(settings, self._built_channels(settings))
        await self._listening.renew(settings.channels)
        self._rules.know(channels=loaded.channels, templates=loaded.templates.names)
        self._in_force.templates = loaded.templates
        await self._take_feeds(loaded.feeds, spread=True)
        log.info("config.reloaded", extra=fields(**self._summary()))

    def _planned(self) -> AsyncIOScheduler:
        housekeeper = Housekeeper(self._store, self._assembler, clock=clock)
        machine = OwnMachine(
            address_of(self._in_force.settings.database.get_secret_value()).path,
            stuck=lambda: self.watch.stages,
            refused=self._refused,
            clock=clock,
        )
        told = self._on_alerts
        around = Around(walk=lambda: self.walks.late, bulk=lambda: housekeeper.bulk)
        notices = Notices(self._store, self._in_force, machine, clock=clock, on_alerts=told, around=around)
        daily = DailyLine(self._store, self._in_force, clock=clock, on_alerts=self._on_alerts)
        only = self._keeping.only_keeper
        planned = timetable(housekeeper, notices, daily, self._in_force, clock=clock, only_keeper=only)
        of_feeds = FeedNotices(self._store, self._in_force, clock=clock, on_alerts=self._on_alerts)
        planned.add_job(only(of_feeds.look), "interval", seconds=of_feeds.every)
        lost = self._membership.outage
        outage = OutageNotice(lost, self._store, self._in_force, clock=clock, on_alerts=told)
        planned.add_job(only(outage.look), "interval", seconds=outage.every)
        return planned

    def _refused(self) -> list[str]:
        """Mistakes for which files are not in force as they stand."""
        of_rules = self._rules.in_force.rules.mistakes
        found = [str(one) for one in (*self._kept_for, *of_rules) if one.weight is Weight.ERROR]
        return list(dict.fromkeys(found))

    def _turns(self) -> dict[str, int]:
        """How often each stage has turned."""
        return {"poll": self._poller.turns} | self._duties.turns

    def _summary(self) -> dict[str, object]:
        return {
            "feeds": len(self._in_force.feeds),
            "rules": len(self._in_force.rulebook.rules),
            "channels": ", ".join(self._in_force.channels) or "none",
            "web": self._web.address or "off",
        }
