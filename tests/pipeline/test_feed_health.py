"""A zoo of misbehaving servers, polled for a day of virtual time: what is said of each, and to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.main import cli
from monitor.core.matcher import Matcher
from monitor.core.models import Delivery, Feed, FeedState, Health
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
from tests.pipeline.health_zoo import EXHIBITS, HOURS, Menagerie, at, open_menagerie
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


async def test_every_exhibit_of_the_zoo_is_named_with_reason_and_remedy(tmp_path: Path) -> None:
    """Forty and more ways to misbehave; one notice at a time however many feeds it concerns."""
    async with watching(tmp_path / "zoo.db") as watch:
        for hour in HOURS:
            watch.zoo.turn_to(hour)
            await watch.visit(hour)
        states, notices = await watch.states(), await watch.notices()
    wanted = {name: health for name, health, _ in EXHIBITS}
    assert {name: state.health.state for name, state in states.items()} == wanted
    assert len(EXHIBITS) >= 40
    for name, state in states.items():
        assert state.health.since is not None
        assert state.health.reason or wanted[name] is Health.OK, name
    assert len(notices) <= len(HOURS)
    told = "\n".join(one.message.text for one in notices)
    assert "Cloudflare" in states["Cloudflare, by header"].health.reason
    assert "page that names its feed: web page" in told
    assert "/new.xml" in told
    assert "fails once" not in told


def test_the_list_and_why_show_what_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`feeds list --health` has a line for each, the unwell first; `feeds why` explains one."""
    import asyncio  # noqa: PLC0415

    async def fill() -> list[Feed]:
        async with watching(tmp_path / "data.db", {"404", "falls silent", "well, with validators"}) as watch:
            for hour in HOURS:
                watch.zoo.turn_to(hour)
                await watch.visit(hour)
            return watch.zoo.feeds

    feeds = {feed.name: feed for feed in asyncio.run(fill())}
    written = "".join(
        f"  - {{url: '{feeds[name].url}', name: '{name}', allow_private: true}}\n"
        for name in ("404", "falls silent", "well, with validators")
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "config.yaml").write_text(
        f"database: sqlite:///data.db\nfeeds:\n{written}channels: {{console: {{type: console}}}}\n"
    )
    monkeypatch.chdir(tmp_path)
    listed = CliRunner().invoke(cli, ["feeds", "list", "--health"])
    assert listed.exit_code == 0, listed.output
    lines = listed.output.splitlines()
    assert lines[0].split() == ["FEED", "HEALTH", "SINCE", "REASON", "REMEDY"]
    assert [line.split("  ")[0] for line in lines[1:4]] == ["404", "falls silent", "well, with validators"]
    assert "status 404 (8 times in a row)" in lines[1]
    assert lines[-1] == "3 feeds, 2 of them in need of a look"
    why = CliRunner().invoke(cli, ["feeds", "why", "falls silent"]).output
    assert "health     silent since" in why
    assert "the same document as before" in why
    assert "learned    about" in why
    unknown = CliRunner().invoke(cli, ["feeds", "why", "https://unknown.example/"])
    assert unknown.exit_code == 1
