"""The power fails: of what the disk was not yet made to keep, any part may be there, torn, or missing."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.store import open_store
from tests.store.samples import MINUTE, NOW, an_entry, poll

SECTOR = 512
CUTS = 30


async def test_what_was_committed_outlives_a_cut_at_any_moment(tmp_path: Path) -> None:
    """Images of database and log between two commits, the log's new sectors there or not, are opened again.

    SQLite writes a commit to the log and makes the disk keep it before it answers (`synchronous=FULL`):
    what a cut can take is what the log got since. The commit under way is there whole or not at all.
    """
    dice, live = random.Random(20261125), tmp_path / "live"
    live.mkdir()
    store = await open_store(f"sqlite:///{live}/news.db", owner="one", exclusive=True)
    before = _image(live)
    for number in range(CUTS):
        at = NOW + number * MINUTE
        await poll(store, *(an_entry(f"n{number}-{one}") for one in range(1, 6)), now=at)
        after = _image(live)
        torn = before[0], _torn(before[1], after[1], dice)
        if before[0] == after[0]:  # no checkpoint between the two: the database itself was not written
            assert await _entries(tmp_path / str(number), torn) in {5 * number, 5 * (number + 1)}
        before = after
    await store.close()


async def test_commits_are_kept_by_the_disk_before_they_are_answered(tmp_path: Path) -> None:
    """The writer's connection says so; else the images above would prove nothing."""
    store = await open_store(f"sqlite:///{tmp_path}/news.db", owner="one", exclusive=True)
    full = 2
    assert await store._database.write(lambda one: one.exec_driver_sql("PRAGMA synchronous").scalar()) == full
    await store.close()


def _image(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "news.db").read_bytes(), (folder / "news.db-wal").read_bytes()


def _torn(old: bytes, new: bytes, dice: random.Random) -> bytes:
    """Mix two states of the log, sector by sector, and perhaps cut off what was appended."""
    size = dice.randint(len(old), max(len(old), len(new)))
    kept = dice.random()
    mixed = bytearray(old.ljust(len(new), b"\0"))
    for at in range(0, len(new), SECTOR):
        if dice.random() < kept:
            mixed[at : at + SECTOR] = new[at : at + SECTOR]
    return bytes(mixed[:size])


async def _entries(folder: Path, image: tuple[bytes, bytes]) -> int:
    """Open what is left after the cut; returns how many entries it has."""
    folder.mkdir()
    for name, content in zip(("news.db", "news.db-wal"), image, strict=True):
        (folder / name).write_bytes(content)
    store = await open_store(f"sqlite:///{folder}/news.db", owner="two", exclusive=True)
    assert await store.integrity() == []
    await store.close()
    with closing(sqlite3.connect(folder / "news.db")) as connection:
        [(waiting,)] = connection.execute("select count(*) from pending").fetchall()
        [(entries,)] = connection.execute("select count(*) from entries").fetchall()
    assert waiting == entries
    return int(entries)
