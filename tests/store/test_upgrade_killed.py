"""An upgrade of the database that is killed at any of its statements is done by the next start."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import shutil
import signal
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from monitor.store import open_store, schema
from tests.store.older import take_back
from tests.store.samples import a_delivery, alerted
from tests.store.test_tables_upgraded import version

KILLS = 5


async def test_a_killed_upgrade_is_old_or_new_and_keeps_every_row(tmp_path: Path) -> None:
    """From the first version: all of it is one transaction, and the next start does it again."""
    old = tmp_path / "old.db"
    store = await open_store(f"sqlite:///{old}", owner="one", exclusive=True)
    await alerted(store, a_delivery("d"))
    counts = await store.counts()
    await store.close()
    await take_back(f"sqlite:///{old}", "0001")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.test_upgrade_killed"])
    whole = _upgraded(context, _copy(old, tmp_path / "whole.db"), kill_at=0)
    for number in range(KILLS):
        path = _copy(old, tmp_path / f"{number}.db")
        _upgraded(context, path, kill_at=1 + number * whole // KILLS)
        assert await version(f"sqlite:///{path}") == "0001"
        store = await open_store(f"sqlite:///{path}", owner="two", exclusive=True)
        assert await store.counts() == counts
        assert await store.integrity() == []
        await store.close()
        assert await version(f"sqlite:///{path}") == schema.HEAD


def _copy(old: Path, new: Path) -> Path:
    shutil.copy(old, new)
    return new


def _upgraded(context: ForkServerContext, path: Path, *, kill_at: int) -> int:
    """Let a child open a database, killed at its n-th statement (0: not at all); returns how many it ran."""
    told, telling = context.Pipe(duplex=False)
    child = context.Process(target=_open, args=(f"sqlite:///{path}", kill_at, telling))
    child.start()
    telling.close()
    statements = kill_at or told.recv()
    child.join()
    assert child.exitcode == (-signal.SIGKILL if kill_at else 0)
    child.close()
    told.close()
    return int(statements)


def _open(url: str, kill_at: int, told: Connection) -> None:
    ran = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal ran
        ran += 1
        if ran == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(_opened(url))
    told.send(ran)


async def _opened(url: str) -> None:
    store = await open_store(url, owner="child", exclusive=True)
    await store.close()
