"""kill -9 in the middle of commits: each is there whole or not at all."""

from __future__ import annotations

import multiprocessing
import random
import signal
import sqlite3
from contextlib import closing
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from monitor.core.models import DeliveryState
from monitor.store import open_store
from tests.store.crashing import PER_POLL, work
from tests.store.samples import NOW

KILLS = 25


@pytest.fixture
def forkserver() -> ForkServerContext:
    """Give a way to start children that have imported everything already, and no thread of ours."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.crashing"])
    return context


async def test_a_commit_survives_kill_9_whole_or_not_at_all(
    tmp_path: Path, forkserver: ForkServerContext
) -> None:
    """A child that polls, assembles and claims is killed at random moments, and started again on its file.

    After each kill polls are whole; every assembled entry has its story, decision, alert and delivery, every
    other one still waits; and what was being sent is found in doubt.
    """
    path, dice, start = tmp_path / "news.db", random.Random(20260301), 0
    for _ in range(KILLS):
        start = run_and_kill(forkserver, f"sqlite:///{path}", start, after=dice.uniform(0.0, 0.05)) + 1
        check(path)
    store = await open_store(f"sqlite:///{path}", owner="parent", exclusive=True)
    under_way = (await store.counts()).deliveries[DeliveryState.SENDING]
    assert await store.recover_deliveries(NOW) == under_way
    assert (await store.counts()).deliveries[DeliveryState.UNSURE] == under_way > 0
    assert await store.integrity() == []
    await store.close()


def run_and_kill(context: ForkServerContext, url: str, start: int, *, after: float) -> int:
    """Let the child work, kill it `after` seconds past its second poll, return the last poll it began."""
    told, telling = context.Pipe(duplex=False)
    child = context.Process(target=work, args=(url, start, telling))
    child.start()
    telling.close()
    begun = [told.recv(), told.recv()]
    child.join(after)
    child.kill()
    child.join()
    try:
        while True:
            begun.append(told.recv())
    except EOFError:
        told.close()
    assert child.exitcode == -signal.SIGKILL
    child.close()
    return int(begun[-1])


def check(path: Path) -> None:
    """Ask the file itself, without our code."""
    with closing(sqlite3.connect(path)) as database:
        per_poll = database.execute(
            "SELECT DISTINCT count(*) FROM entries GROUP BY substr(id, 1, instr(id, '-'))"
        ).fetchall()
        assert per_poll == [(PER_POLL,)]
        entries = names(database, "SELECT id FROM entries")
        placed = names(database, "SELECT entry FROM assignments")
        assert placed | names(database, "SELECT entry FROM pending") == entries
        assert not placed & names(database, "SELECT entry FROM pending")
        assert placed == names(database, "SELECT id FROM stories")
        assert placed == names(database, "SELECT entry FROM decisions")
        assert placed == names(database, "SELECT entry FROM alerts")
        assert placed == names(database, "SELECT substr(id, 3) FROM deliveries")
        assert names(database, "SELECT DISTINCT entry FROM entry_keys") == entries


def names(database: sqlite3.Connection, query: str) -> set[str]:
    """Return the first column of a query."""
    return {row[0] for row in database.execute(query)}
