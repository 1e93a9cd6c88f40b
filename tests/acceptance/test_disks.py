"""A database that cannot be written: said in one sentence at the start, survived while running."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.daemon import Desk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes; skip where none can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip(f"no small disk here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_database_that_cannot_be_opened_is_one_sentence(desk: Desk) -> None:
    """Exit code 4 and a line that names the file: a file that is no database, a folder in its place."""
    desk.feed("/one", [("a", "Bridge reopens")])
    desk.write()
    (desk.folder / "news.db").write_bytes(b"this is no database " * 500)
    daemon = await desk.launch()
    assert await daemon.ended() == 4
    assert "news.db" in daemon.logged
    assert "Traceback" not in daemon.logged
    (desk.folder / "news.db").unlink()
    (desk.folder / "news.db").mkdir()
    daemon = await desk.launch()
    assert await daemon.ended() == 4
    assert "Traceback" not in daemon.logged


async def test_a_full_disk_is_survived(desk: Desk, small_disk: Path) -> None:
    """It says so, sends nothing that it cannot remember, and goes on by itself once there is space."""
    desk.settings["database"] = f"sqlite:///{small_disk}/news.db"
    desk.feed("/one", [("a", "Bridge reopens")])
    async with desk.running() as daemon:
        await daemon.until(lambda: "Bridge reopens" in daemon.said)
        filler = small_disk / "filler"
        _fill(filler)
        backlog = [
            (f"n{number}", f"Dam number {number} of {number * 31} holds " + "water " * 40)
            for number in range(60)
        ]
        desk.publish("/one", [("a", "Bridge reopens"), *backlog], etag='"2"')
        await daemon.until(lambda: any(one["event"].endswith("store_unavailable") for one in daemon.events))
        assert daemon.said.count("Bridge reopens") == 1
        filler.unlink()
        await daemon.until(lambda: "Dam number" in daemon.said)
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.logged


def _fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file:
        size = 65536
        while size >= 512:
            try:
                if file.write(b"\0" * size) < size:
                    size //= 2
            except OSError:
                size //= 2
