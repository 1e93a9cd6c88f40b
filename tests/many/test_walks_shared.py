"""Two real daemons on one PostgreSQL: each sends a synthetic entry, the keeper's stages carry both."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.core.models import Walk, WalkStage
from monitor.store import open_store
from tests.acceptance.daemon import Daemon
from tests.many.test_keeper_taken_over import newsroom

CHECKS: Mapping[str, Any] = {"self_check": {"walk": "10s", "patience": "10s"}, "log_level": "debug"}


async def walks(url: str) -> list[Walk]:
    """Where all entries are."""
    store = await open_store(url, owner="command-look", exclusive=False)
    try:
        return await store.walks()
    finally:
        await store.close()


def arrived(daemon: Daemon) -> int:
    """How many of a daemon's entries arrived."""
    return daemon.count("walk.done")


@pytest.mark.postgres
async def test_a_keeper_that_stands_still_is_named_by_the_others_and_followed(
    postgres_url: str, tmp_path: Path
) -> None:
    """Entries of a daemon that stands by arrive through the keeper; killed, its row goes with it."""
    async with newsroom(tmp_path, postgres_url, machines=2, more=CHECKS) as room:
        for daemon in room.daemons:
            await daemon.until(lambda daemon=daemon: arrived(daemon) >= 1)
        keeper = room.keeper()
        [other] = [one for one in room.daemons if one is not keeper]
        assert len(await walks(postgres_url)) == 2
        os.kill(keeper.process.pid, signal.SIGKILL)
        await room.successor(keeper)
        before = arrived(other)
        await other.until(lambda: arrived(other) >= before + 2)
        [left] = await walks(postgres_url)
        assert left.worker.endswith(f"-{other.process.pid}")
        assert left.stage in set(WalkStage)
        assert other.event("watch.stuck") is None
        assert await other.stop() == 0
        assert await walks(postgres_url) == []
