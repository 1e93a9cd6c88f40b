"""The part of the daemon that decides and sends, on a real store, in virtual time, without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from monitor.config.rules import load_rules
from monitor.config.settings import load_settings
from monitor.core.matcher import Matcher
from monitor.core.models import Decision, Delivery, Entry, EntryKey, Feed, KeyKind, NewEntry, PollRecord
from monitor.core.rules.tree import RuleSet
from monitor.core.settings import Settings
from monitor.pipeline.assemble import Assembler
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.pace import Bell, Wakeup
from monitor.pipeline.ports import Channel
from monitor.store import Store, open_store
from tests.pipeline.rig import Scripted

NIGHT = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
"""Half past eleven in Kyiv, a Monday."""
RULES = """
rules:
  dams: {title: Dams, severity: high, any: [dam]}
  ports: {title: Ports, severity: critical, any: [port]}
"""
FEED = "https://one.example/rss"
SUBJECTS = (
    "Karst dam cracks after earthquake, inspectors say",
    "Engineers drain the Orla dam before spring floods",
    "Villagers protest against the planned Neva dam",
    "Court halts works at the disputed Tisza dam",
    "Turbine fire stops power from the Volga dam",
    "Fish return to the river below the Drina dam",
)
"""Six stories."""


@dataclass(slots=True)
class Desk:
    """Stages joined, and hands to turn time and settings."""

    folder: Path
    store: Any
    """A Store, or something that looks like one and fails when told to."""
    in_force: InForce
    channels: dict[str, Scripted]
    now: datetime = NIGHT
    number: int = 0
    assembler: Assembler = field(init=False)

    def __post_init__(self) -> None:
        """Start."""
        self.restart()

    def restart(self) -> None:
        """Forget all that a process keeps in memory."""
        self.assembler = Assembler(
            cast("Store", self.store),
            self.in_force,
            clock=lambda: self.now,
            on_entries=Wakeup(),
            on_alerts=Bell(),
        )

    def configure(self, text: str, *, rules: str | None = None) -> None:
        """Take other settings, as at a reload."""
        if rules is not None:
            (self.folder / "rules.yaml").write_text(rules, encoding="utf-8")
            ruleset = load_rules([self.folder / "rules.yaml"]).accepted()
            self.in_force.rulebook = Rulebook.of(ruleset, Matcher(ruleset))
        path = self.folder / "config.yaml"
        path.write_text(f"rules: [rules.yaml]\nsamples: true\n{text}", encoding="utf-8")
        self.in_force.settings = load_settings(path).accepted()
        for name in self.in_force.settings.channels:
            self.channels.setdefault(name, Scripted(name=name))
        self.in_force.channels = {
            name: cast("Channel", self.channels[name]) for name in self.in_force.settings.channels
        }

    async def publish(
        self, title: str, *, outlet: str = "one.example", number: int | None = None
    ) -> tuple[Decision, ...]:
        """Let an outlet publish an article; returns what was decided on it.

        The same `number` is the same article, polled once more.
        """
        await self.store.commit_polls([await self.polled(title, outlet, number)])
        return await self.work()

    async def polled(self, title: str, outlet: str, number: int | None = None) -> PollRecord:
        """Poll the feed that brings it."""
        self.number += 1
        number = number or self.number
        url = f"https://{outlet}/{number}"
        entry = Entry(
            id=f"{number:032x}",
            feed=FEED,
            outlet=outlet,
            keys=(EntryKey(kind=KeyKind.URL, value=url),),
            url=url,
            link=url,
            title=title,
            lang="en",
            published=self.now,
            fetched=self.now,
            first_seen=self.now,
        )
        await self.store.make_due(FEED, self.now)
        [state] = await self.store.claim_due_feeds(self.now, lease=timedelta(0), limit=1)
        return PollRecord(
            state=state,
            entries=(NewEntry(entry=entry, findings=self.in_force.rulebook.matcher.match(entry)),),
        )

    async def work(self) -> tuple[Decision, ...]:
        """Assemble what is pending, carry out what is due, deliver."""
        decided: list[Decision] = []
        while batch := await self.assembler.run_once():
            decided += [decision for one in batch for decision in one.decisions]
        await self.assembler.release_overdue()
        await self.deliver()
        return tuple(decided)

    async def deliver(self) -> None:
        """Deliver all that is due on every channel."""
        for channel in self.in_force.channels.values():
            deliverer = Deliverer(
                cast("Store", self.store),
                channel,
                clock=lambda: self.now,
                dice=lambda: 0.0,
                on_alerts=Bell().listener(),
            )
            while await deliverer.run_once():
                pass

    async def until(self, moment: datetime) -> None:
        """Let time pass; what is due on the way happens at its own moment."""
        while (due := await self.store.next_lapse()) is not None and due <= moment:
            self.now = max(self.now, due)
            await self.work()
        self.now = moment
        await self.work()

    async def later(self, **by: float) -> None:
        """Let so much time pass."""
        await self.until(self.now + timedelta(**by))

    def got(self, channel: str = "desk") -> list[Delivery]:
        """What a channel was given, in order."""
        return self.channels[channel].got if channel in self.channels else []

    def titles(self, channel: str = "desk") -> list[str]:
        """The headlines of that."""
        return [one.message.title for one in self.got(channel)]


@asynccontextmanager
async def opened(folder: Path, config: str, *, rules: str = RULES) -> AsyncIterator[Desk]:
    """Open a desk with these settings beside its channels."""
    store = await open_store(f"sqlite:///{folder}/desk.db", owner="test", exclusive=True)
    in_force = InForce(settings=Settings(), rulebook=Rulebook.of(RuleSet(), Matcher(RuleSet())))
    desk = Desk(folder=folder, store=store, in_force=in_force, channels={})
    desk.configure(config, rules=rules)
    await store.sync_feeds([Feed(url=FEED, name="One", outlet="one.example")], NIGHT)
    try:
        yield desk
    finally:
        await store.close()
