"""The zoo of misbehaving servers, polled in virtual time by the daemon's own parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor.core.matcher import Matcher
from monitor.core.models import Delivery, Feed, FeedState
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import ConsoleChannel, Settings
from monitor.feeds.fetch import HttpFetcher
from monitor.feeds.parse import ParserPool
from monitor.pipeline.feed_notices import FeedNotices
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Bell, Wakeup
from monitor.pipeline.poll import Poller, World
from monitor.store import Store, open_store
from tests.feeds.polling import settings as polling_settings
from tests.pipeline.health_zoo import HOURS, Menagerie, at, open_menagerie
from tests.pipeline.rig import Scripted


@dataclass(slots=True)
class Watch:
    """A poller of the zoo, with hands on its clock."""

    zoo: Menagerie
    store: Store
    in_force: InForce
    poller: Poller
    times: list[datetime] = field(default_factory=lambda: [at(0)])

    async def visit(self, hour: float) -> None:
        """Poll what is due at this hour, and let the notices look."""
        self.times[0] = at(hour)
        await self.poller.run_once()
        notices = FeedNotices(self.store, self.in_force, clock=lambda: self.times[0], on_alerts=Bell())
        await notices.look()

    async def visit_all_day(self) -> None:
        """Poll at every hour of the programme."""
        for hour in HOURS:
            self.zoo.turn_to(hour)
            await self.visit(hour)

    async def states(self) -> dict[str, FeedState]:
        """Give the feeds as stored, by name."""
        names = {feed.url: feed.name for feed in self.zoo.feeds}
        return {names[state.url]: state for state in await self.store.feed_states()}

    async def notices(self) -> list[Delivery]:
        """Give what is queued for the ops channel."""
        far = self.times[0] + timedelta(days=1)
        return await self.store.claim_deliveries(far, lease=timedelta(seconds=1), limit=99, channel="ops")


@asynccontextmanager
async def watching(database: Path, only: set[str] | None = None) -> AsyncIterator[Watch]:
    """Poll the zoo, or some of it."""
    polling = polling_settings(
        allow_networks=("127.0.0.0/8",), max_backoff=timedelta(hours=1), read_timeout=timedelta(seconds=0.3)
    )
    settings = Settings(polling=polling, ops=("ops",), channels={"ops": ConsoleChannel(type="console")})
    in_force = InForce(settings=settings, rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet())))
    in_force.channels = {"ops": Scripted(name="ops")}
    times = [at(0)]
    async with (
        open_menagerie() as zoo,
        HttpFetcher(polling, clock=lambda: times[0]) as fetcher,
        ParserPool(polling) as parser,
    ):
        feeds = [feed for feed in zoo.feeds if only is None or feed.name in only]
        in_force.feeds = {feed.url: feed for feed in feeds}
        store = await open_store(f"sqlite:///{database}", owner="one", exclusive=True)
        await store.sync_feeds(feeds, at(0))
        world = World(clock=lambda: times[0], dice=lambda: 0.5, fetcher=fetcher, parser=parser)
        poller = Poller(store, world, in_force, on_entries=Wakeup())
        yield Watch(zoo, store, in_force, poller, times)
        await store.close()


def write_config(folder: Path, feeds: list[Feed], database: Path) -> None:
    """Write a config.yaml that names these feeds and this database."""
    (folder / "rules").mkdir(exist_ok=True)
    items = "".join(
        f"  - {{url: '{feed.url}', name: '{feed.name}', allow_private: true}}\n" for feed in feeds
    )
    (folder / "config.yaml").write_text(
        f"database: sqlite:///{database}\nfeeds:\n{items}channels: {{console: {{type: console}}}}\n"
    )
