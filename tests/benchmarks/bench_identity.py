"""Weeks of real feeds through the daemon's own path: what is told twice, what is lost; run as a program.

    python tests/benchmarks/bench_identity.py [STEP] [FEED...]

Every STEP-th recorded state (by default each) of every feed history is polled in virtual time with a rule
that matches everything and no limit of age. The yardstick does not ask our own keys: an article is what the
feed itself names by one guid, or address, or headline, whichever the history has been found to keep. Printed
for each feed: articles, entries told as new and as revised; articles told as new more than once; articles
alerted more than once; headlines of the feed that no entry ever bore, though their text was said nowhere else
(lost); entries that bore two articles of the feed which share no words (merged).
"""

from __future__ import annotations

import asyncio
import os
import sys
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor.config.rules import load_rules
from monitor.core.identity import folded
from monitor.core.models import Entry, Fetched, Findings, Match, ParsedFeed, ParseResult, RawEntry, Verdict
from monitor.core.settings import AlertSettings, ConsoleChannel, PollingSettings, Settings
from monitor.core.text import plain_text
from monitor.feeds.parse import ParserPool
from monitor.pipeline.in_force import InForce, Rulebook
from monitor.pipeline.lapses import Replayed
from monitor.pipeline.recording import read_snapshots
from monitor.pipeline.replay import Replay
from monitor.store import open_store

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("NEWS_MONITOR_DATA", ROOT.parent / "shared" / "data")) / "timeseries"
BY_TITLE = {"ru_meduza"}
"""Histories in which only the headline tells articles apart."""
RULES = "rules:\n  all:\n    title: All\n    any: [x]\n    alert: {max_age: 36000d}\n"
_EVER = timedelta(days=36_000)
_SAID = 80


class Everything:
    """A matcher that finds the rule in every entry."""

    def match(self, _entry: Entry) -> Findings:
        """Match."""
        return Findings(matches=(Match(rule="all", hits=()),))


@dataclass(slots=True)
class Listening:
    """A parser that remembers what the documents say."""

    parser: ParserPool
    said: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """Headlines and beginnings of texts, folded, by name of the article."""
    by_title: bool = False

    async def parse(self, fetched: Fetched, *, known: frozenset[bytes] = frozenset()) -> ParseResult:
        """Parse and remember."""
        parsed = await self.parser.parse(fetched)
        if isinstance(parsed, ParsedFeed):
            for raw in parsed.entries:
                title, text = folded(plain_text(raw.title)), folded(plain_text(raw.summary))
                self.said[self.name(raw, title)].add((title, text[:_SAID]))
        return parsed

    def name(self, item: RawEntry | Entry, title: str) -> str:
        """Name the article of an item as the feed does."""
        return title if self.by_title else item.guid or item.link or title


@dataclass(slots=True)
class Found:
    """What came of one history."""

    new: Counter[str] = field(default_factory=Counter)
    alerted: Counter[str] = field(default_factory=Counter)
    revised: int = 0
    bore: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By entry: the names of the articles it bore, with their words."""
    told: set[str] = field(default_factory=set)

    def note(self, one: Replayed, listening: Listening) -> None:
        """Take notice of an entry."""
        if one.assembled is None:
            return
        entry = one.assembled.entry
        title, text = folded(entry.title), folded(entry.summary)[:_SAID]
        name = listening.name(entry, title)
        self.told |= {title, text}
        self.bore[entry.id][name] = f"{title} {text}"
        self.revised += entry.revision > 0
        self.new[name] += entry.revision == 0
        self.alerted[name] += any(d.verdict is Verdict.ALERT for d in one.assembled.decisions)

    def lost(self, listening: Listening) -> list[str]:
        """Headlines that were never told, nor was their text."""
        return [
            f"{title} / {text}"
            for variants in listening.said.values()
            for title, text in variants
            if (title or text) and title not in self.told and text not in self.told
        ]

    def merged(self) -> list[tuple[str, ...]]:
        """The entries that bore articles which share no words."""
        return [tuple(texts.values()) for texts in self.bore.values() if _strangers(texts.values())]


def _strangers(texts: Iterable[str]) -> bool:
    words = [{word[:4] for word in text.split() if len(word) > 3} for text in texts]
    return any(not words[at] & words[at + 1] for at in range(len(words) - 1) if words[at] and words[at + 1])


async def replayed(folder: Path, name: str, step: int) -> tuple[Found, Listening]:
    """Replay one history."""
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    ruleset = load_rules([folder / "rules.yaml"]).accepted()
    settings = Settings(
        channels={"replay": ConsoleChannel(type="console")},
        alerts=AlertSettings(max_age=_EVER, first_read_max_age=_EVER),
    )
    rulebook = Rulebook.of(ruleset, Everything())  # type: ignore[arg-type]
    snapshots = read_snapshots(folder / name)[::step]
    store = await open_store("sqlite://", owner="bench", exclusive=False)
    found = Found()
    try:
        async with ParserPool(PollingSettings(max_entries=2000)) as pool:
            listening = Listening(pool, by_title=name in BY_TITLE)
            replay = Replay(store, InForce(settings=settings, rulebook=rulebook), parser=listening)
            async for batch in replay.snapshots(snapshots):
                for one in batch:
                    found.note(one, listening)
    finally:
        await store.close()
    return found, listening


def measured(name: str, step: int) -> None:
    """Print the line of one history."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(DATA / f"{name}.tar.xz") as packed:
            packed.extractall(folder, filter="data")
        found, listening = asyncio.run(replayed(Path(folder), name, step))
    lost, merged = found.lost(listening), found.merged()
    twice = [article for article, times in found.new.items() if times > 1]
    again = [article for article, times in found.alerted.items() if times > 1]
    print(
        f"{name:18} {len(listening.said):8} {sum(found.new.values()):8} {found.revised:8} {len(twice):8}"
        f" {len(again):8} {len(lost):8} {len(merged):8} {time.perf_counter() - started:7.0f} s",
        flush=True,
    )
    for text in [*twice[:3], *again[:3], *lost[:3], *map(str, merged[:3])]:
        print(f"    {text[:200]}", flush=True)


def main() -> None:
    """Print a table."""
    step = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    names = sys.argv[2:] or sorted(path.name.removesuffix(".tar.xz") for path in DATA.glob("*.tar.xz"))
    print(f"{'feed':18} articles      new  revised    twice  alerted     lost   merged")
    for name in names:
        measured(name, step)


if __name__ == "__main__":
    main()
