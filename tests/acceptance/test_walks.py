"""The real daemon in this process sends its synthetic entry; each stage is held up in turn, and named."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor import app
from monitor.app.daemon import Daemon
from monitor.channels.null import NullChannel
from monitor.core.models import LateWalk, Remembered, WalkStage
from monitor.feeds.fetch import HttpFetcher
from monitor.pipeline.claiming import Claims
from monitor.pipeline.deliver import Deliverer
from monitor.pipeline.judge import Judge
from monitor.store import open_store
from monitor.store.assembling import Assembling

CONFIG = """
database: sqlite:///news.db
rules: [rules.yaml]
channels: {console: {type: console}}
ops: [console]
self_check: {walk: 10s, patience: 10s}
web: {listen: "127.0.0.1:0"}
feeds: [{url: "http://127.0.0.1:9/rss", allow_private: true}]
"""
RULES = """
rules:
  everything: {title: Everything, any: ["newsmonitorwalk", "entry", "nobody"]}
"""
PATIENCE = 60.0


@dataclass(slots=True)
class Running:
    """A daemon at work in this process."""

    daemon: Daemon
    folder: Path

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - what is waited for is no event
                await asyncio.sleep(0.05)

    async def late_at(self, stage: WalkStage) -> LateWalk:
        """Wait until the entry is late, and last seen there."""
        await self.until(lambda: self.late is not None and self.late.stage is stage)
        assert self.late is not None
        return self.late

    @property
    def late(self) -> LateWalk | None:
        """The entry that does not arrive."""
        return self.daemon.walks.late

    @property
    def arrived(self) -> datetime | None:
        """When the last one did."""
        return self.daemon.walks.standing.arrived_at

    async def next_arrival(self) -> None:
        """Wait until another arrives."""
        before = self.arrived
        await self.until(lambda: self.arrived != before)


@asynccontextmanager
async def running(
    folder: Path, *, walk: float = 0.2, patience: float = 0.6, rules: str = RULES
) -> AsyncIterator[Running]:
    """Run a daemon whose entries follow each other faster, and are late sooner, than a file may say."""
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    prepared = app.prepare(folder / "config.yaml")
    checks = prepared.settings.self_check.model_copy(
        update={"walk": timedelta(seconds=walk), "patience": timedelta(seconds=patience)}
    )
    settings = prepared.settings.model_copy(update={"self_check": checks})
    stop = asyncio.Event()
    daemon = Daemon(replace(prepared, settings=settings), stop)
    async with daemon.built():
        living = asyncio.create_task(daemon.live())
        try:
            yield Running(daemon, folder)
        finally:
            stop.set()
            await living


async def test_entries_arrive_one_after_the_other_and_nothing_of_them_is_seen(tmp_path: Path) -> None:
    """Not even by a rule that matches every word of theirs: no list, count, ledger or story has them."""
    async with running(tmp_path, walk=0.1, patience=60) as found:
        for _ in range(3):
            await found.next_arrival()
        assert found.late is None
        assert found.daemon.walks.standing.seconds is not None
    store = await open_store(f"sqlite:///{tmp_path / 'news.db'}", owner="reader", exclusive=False)
    counts = await store.counts()
    assert (counts.entries, counts.stories, counts.alerts, counts.pending) == (0, 0, 0, 0)
    assert [state.url for state in await store.feed_states()] == ["http://127.0.0.1:9/rss"]
    assert await store.deliveries() == []
    assert await store.walks() == []
    await store.close()
    with closing(sqlite3.connect(tmp_path / "news.db")) as connection:
        assert connection.execute("SELECT * FROM sqlite_sequence").fetchall() == []


async def for_ever(*_args: object, **_kwargs: object) -> None:
    """Hang."""
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("where", "name", "stage"),
    [
        (Claims, "take", WalkStage.DUE),
        (HttpFetcher, "fetch", WalkStage.POLLED),
        (NullChannel, "send", WalkStage.SENDING),
        (Deliverer, "run_once", WalkStage.READY),
    ],
)
async def test_a_stage_that_hangs_is_named_and_the_watchdog_goes_hungry(
    where: type, name: str, stage: WalkStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is done at that stage either, so that a restart may help."""
    fed: list[str] = []
    monkeypatch.setattr("monitor.pipeline.watch.notify", lambda *said: fed.extend(said))
    monkeypatch.setattr(where, name, for_ever)
    async with running(tmp_path, walk=600, patience=2) as found:
        late = await found.late_at(stage)
        assert late.lasted > timedelta(seconds=2)
        await found.until(lambda: found.late is not None and found.late.dead)
        fed.clear()
        assert not found.daemon.watch.look()
        assert "WATCHDOG=1" not in fed
        assert found.daemon.watch.stuck[-1] == f"synthetic entry at stage {stage}"


async def test_a_judgement_that_hangs_is_named_and_one_that_works_again_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The entry that waited goes on from where it was."""
    gate = asyncio.Event()
    original = Assembling.edited_stories

    async def held_up(store: Assembling, known: int) -> tuple[int, list[Remembered]]:
        await gate.wait()
        return await original(store, known)

    monkeypatch.setattr(Assembling, "edited_stories", held_up)
    async with running(tmp_path, walk=600) as found:
        await found.late_at(WalkStage.PENDING)
        gate.set()
        await found.until(lambda: found.arrived is not None)
        assert found.late is None
        assert found.daemon.watch.look()
    said = [one for one in caplog.records if one.levelno >= logging.WARNING and "walk" in one.getMessage()]
    assert [one.getMessage() for one in said][-2:] == ["walk.late", "walk.arrived"]


async def test_a_bug_in_the_judgement_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries met by a bug are put aside, this one as well: it does not arrive, and the log says why."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Judge, "decide", broken)
    async with running(tmp_path, walk=0.3) as found:
        await found.until(lambda: found.late is not None)
        assert found.arrived is None


async def test_a_database_that_another_program_holds_is_named_and_is_no_reason_to_start_anew(
    tmp_path: Path,
) -> None:
    """No restart mends it; when it is let go, the entry arrives."""
    async with running(tmp_path, walk=0.1) as found:
        await found.next_arrival()
        with closing(sqlite3.connect(found.folder / "news.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            late = await found.late_at(WalkStage.DATABASE)
            assert late.said
            assert not late.dead
            other.execute("ROLLBACK")
        await found.next_arrival()
        await found.until(lambda: found.late is None)
