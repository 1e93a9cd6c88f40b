"""Entries that went the daemon's own way into a real database, under rules of files, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from monitor.config.rules import load_rules
from monitor.core.identity import classify, lookup_keys
from monitor.core.matcher import Matcher
from monitor.core.models import Assembled, Feed, NewEntry, PollRecord, RawEntry
from monitor.core.normalise import normalise
from monitor.core.settings import ConsoleChannel, Settings
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Bell, Wakeup
from monitor.pipeline.ports import Channel
from monitor.store import Store, open_store
from tests.pipeline.rig import Scripted

Run = Callable[..., Result]


class _Any(type):
    """What is a datetime elsewhere is one here."""

    def __instancecheck__(cls, found: object) -> bool:
        return isinstance(found, datetime)


class Stopped(metaclass=_Any):
    """The clock of the commands stands still: how long other tests took before changes nothing."""

    @staticmethod
    def now(zone: tzinfo) -> datetime:
        """Five minutes after NOW."""
        return (NOW + timedelta(minutes=5)).astimezone(zone)


NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
CONFIG = """
feeds:
  - {url: https://one.example/rss, name: One}
  - {url: https://two.example/rss, name: Two}
channels:
  desk: {type: console}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One article: who tells it when, by default five minutes ago."""

    title: str
    summary: str = ""
    outlet: str = "one.example"
    ago: timedelta = timedelta(0)
    guid: str = ""


def told(title: str, summary: str = "", *, outlet: str = "one.example", guid: str = "", **ago: float) -> Told:
    """Let an outlet tell something, so long before now."""
    return Told(title=title, summary=summary, outlet=outlet, guid=guid, ago=timedelta(**ago))


@dataclass(slots=True)
class Desk:
    """A folder with config.yaml, rules and a database."""

    folder: Path

    def __call__(self, *words: str) -> Result:
        """Run `news-monitor` with these words."""
        return CliRunner().invoke(cli, list(words))

    def rules(self, text: str, name: str = "rules/desk.yaml") -> Path:
        """Write a rule file."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def bring(self, articles: Iterable[Told]) -> list[Assembled]:
        """Let articles come in order of time: matched, committed, assembled one by one."""
        return asyncio.run(self._bring(sorted(articles, key=lambda one: one.ago, reverse=True)))

    async def _bring(self, articles: list[Told]) -> list[Assembled]:
        store = await open_store(self.database, owner="test", exclusive=True)
        try:
            return await bring(store, in_force(self.folder / "rules"), articles)
        finally:
            await store.close()

    @property
    def database(self) -> str:
        """The address of the database."""
        return f"sqlite:///{self.folder}/data/news-monitor.db"


def in_force(rules: Path) -> InForce:
    """Compile rules; there is one channel."""
    ruleset = load_rules([rules]).accepted()
    settings = Settings(channels={"desk": ConsoleChannel(type="console")})
    found = InForce(settings=settings, rulebook=Rulebook.of(ruleset, Matcher(ruleset)))
    found.channels = {"desk": cast("Channel", Scripted())}
    return found


async def bring(store: Store, rules: InForce, articles: Iterable[Told]) -> list[Assembled]:
    """Bring articles one by one, each at its time."""
    times = [NOW]
    assembler = Assembler(
        store, rules, clock=lambda: times[0], on_entries=Wakeup(), on_alerts=Bell(), moment_of=None
    )
    came: list[Assembled] = []
    for number, article in enumerate(articles):
        times[0] = NOW - article.ago
        await poll(store, rules, article, number, times[0])
        came += await assembler.run_once()
    return came


async def poll(store: Store, rules: InForce, article: Told, number: int, now: datetime) -> None:
    """Commit one article as a poll does."""
    feed = Feed(url=f"https://{article.outlet}/rss", name=article.outlet, outlet=article.outlet)
    await store.sync_feeds([feed], now)
    await store.make_due(feed.url, now)
    [state] = await store.claim_due_feeds(now, lease=timedelta(minutes=1), limit=1)
    name = article.guid or f"{article.outlet}-{number}-{now:%d%H%M%S}"
    raw = RawEntry(
        guid=name,
        link=f"https://{article.outlet}/{name}",
        title=article.title,
        summary=article.summary,
        published=now,
    )
    entry = normalise(raw, feed=feed, feed_lang="en", fetched=now, first_read=False)
    match = rules.rulebook.matcher.match
    known = await store.known_entries(feed.url, lookup_keys([entry]))
    new = tuple(NewEntry(entry=one, findings=match(one)) for one in classify([entry], known))
    done = replace(state, next_poll_at=now, last_polled_at=now, last_success_at=now)
    await store.commit_polls([PollRecord(state=done, entries=new)])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A folder in which the commands are run, always five minutes after NOW."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("monitor.cli.common.datetime", Stopped)
    return Desk(tmp_path)
