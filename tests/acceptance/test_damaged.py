"""A database file of which a page is damaged: said, survived, and nothing lost once a backup is restored."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from tests.acceptance.daemon import Daemon, Desk

_PAGE = 4096


@pytest.mark.parametrize("table", ["entries", "deliveries", "feeds"])
async def test_a_damaged_page_is_said_and_after_a_restore_nothing_is_lost(desk: Desk, table: str) -> None:
    """Whatever table the page belongs to: one sentence with the file and the remedy, no alert twice."""
    desk.feed("/one", [("a", "Bridge reopens")])
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens" in daemon.said)
        assert await daemon.stop() == 0
    whole = desk.database.read_bytes()
    _damage(desk, table)
    desk.publish("/one", [("a", "Bridge reopens"), ("b", "Dam holds")], etag='"2"')
    daemon = await desk.launch()
    try:
        await _said_or_ended(daemon)
        assert f"{desk.database} is damaged: restore a backup" in daemon.logged
        assert "Traceback" not in daemon.logged
        if daemon.event("started"):
            assert await daemon.stop() == 0
        else:
            assert await daemon.ended() == 4
    finally:
        await daemon.kill()
    for file in desk.folder.glob("news.db-*"):
        file.unlink()
    desk.database.write_bytes(whole)
    async with desk.running() as daemon:
        await daemon.until(lambda: "Dam holds" in daemon.said)
        assert "Bridge reopens" not in daemon.said


def _damage(desk: Desk, table: str) -> None:
    with closing(sqlite3.connect(desk.database)) as connection:
        [(root,)] = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchall()
    with desk.database.open("r+b") as file:
        file.seek(_PAGE * (root - 1))
        file.write(b"\xa5" * _PAGE)
        os.fsync(file.fileno())


async def _said_or_ended(daemon: Daemon) -> None:
    await daemon.until(lambda: daemon.process.returncode is not None or "is damaged" in daemon.logged)
