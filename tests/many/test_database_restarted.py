"""Two real daemons whose PostgreSQL restarts, crashes and ends connections: they go on by themselves."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.daemon import Daemon
from tests.many.clusters import Cluster, a_cluster
from tests.many.test_keeper_taken_over import newsroom
from tests.store.test_postgres_troubles import cut


@pytest.fixture
def server() -> Iterator[Cluster]:
    """Run a server of this test's own."""
    with a_cluster() as cluster:
        yield cluster


def back(daemon: Daemon) -> int:
    """Count how often a daemon said that the database is there again."""
    return daemon.count("database.back")


@pytest.mark.postgres
async def test_the_database_is_lost_and_comes_back_and_each_alert_comes_once(
    server: Cluster, tmp_path: Path
) -> None:
    """What is published meanwhile is told afterwards, once; the outage is logged at its begin and its end."""
    async with newsroom(tmp_path, server.url, machines=2) as room:
        room.publish(3)
        await room.all_told()
        for how in (signal.SIGINT, signal.SIGQUIT):
            before = [back(daemon) for daemon in room.daemons]
            await asyncio.to_thread(server.stop, how)
            room.publish(3)
            for daemon, times in zip(room.daemons, before, strict=True):
                await daemon.until(lambda one=daemon, times=times: one.count("database.lost") > times)
            await asyncio.to_thread(server.start)
            await room.all_told()
            for daemon, times in zip(room.daemons, before, strict=True):
                await daemon.until(lambda one=daemon, times=times: back(one) > times)
        await cut(server.url)
        room.publish(3)
        await room.all_told()
        for daemon in room.daemons:
            await daemon.until(lambda one=daemon: one.count("database.lost") == back(one))
