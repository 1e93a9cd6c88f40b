"""SQLite files: whose they are, who may read them, and what is said when they cannot be used."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from monitor.core.errors import DatabaseHeldError, DatabaseUnusableError, StoreUnavailableError
from monitor.store import Store, files, open_store
from tests.store.samples import MINUTE, NOW, an_entry, claim, poll

HOLDER = """
import asyncio, sys
from monitor.store import open_store

async def hold():
    store = await open_store(sys.argv[1], owner="child", exclusive=True)
    print("held", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await store.close()

asyncio.run(hold())
"""


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


async def opened(path: Path, *, exclusive: bool = True) -> Store:
    """Open an SQLite file."""
    return await open_store(f"sqlite:///{path}", owner="one", exclusive=exclusive)


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """0600 for the database, its -wal, -shm and lock, 0700 for folders made for it, whatever the umask."""
    path = tmp_path / "made" / "deep" / "news.db"
    before = os.umask(0o022)
    try:
        store = await opened(path)
        await poll(store, an_entry("a"))
        names = {found.name: mode(found) for found in path.parent.iterdir()}
        await store.close()
    finally:
        os.umask(before)
    assert names == dict.fromkeys(("news.db", "news.db-wal", "news.db-shm", "news.db.lock"), 0o600)
    assert mode(path.parent) == mode(path.parent.parent) == 0o700


async def test_a_readable_file_is_closed_to_others(tmp_path: Path) -> None:
    """A database that an older run or a copy left 0644 becomes 0600."""
    path = tmp_path / "news.db"
    path.touch(mode=0o644)
    store = await opened(path)
    await store.close()
    assert mode(path) == 0o600


async def test_a_second_daemon_is_refused_and_told_the_first(tmp_path: Path) -> None:
    """Another process holds the file: the error names it; when it is killed the file is free at once."""
    path = tmp_path / "news.db"
    with child(HOLDER, f"sqlite:///{path}") as holder:
        with pytest.raises(DatabaseHeldError, match=rf"news\.db is held .* process {holder.pid}; stop"):
            await opened(path)
        reader = await opened(path, exclusive=False)
        assert (await reader.counts()).entries == 0
        await reader.close()
        holder.kill()
        holder.wait()
    store = await opened(path)
    await store.close()


async def test_a_second_store_in_one_process_is_refused(tmp_path: Path) -> None:
    """The lock is between stores, not only between processes."""
    store = await opened(tmp_path / "news.db")
    with pytest.raises(DatabaseHeldError, match=str(os.getpid())):
        await opened(tmp_path / "news.db")
    await store.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
async def test_a_forked_child_does_not_keep_the_database_held(tmp_path: Path) -> None:
    """A worker process that outlives a killed daemon must not lock out the next one."""
    store = await opened(tmp_path / "news.db")
    reading, writing = os.pipe()
    started, starting = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        os.write(starting, b".")
        os.read(reading, 1)
        os._exit(0)
    try:
        os.read(started, 1)  # by then the child has begun to run
        await store.close()
        again = await opened(tmp_path / "news.db")
        await again.close()
    finally:
        for end in (writing, reading, started, starting):
            os.close(end)
        os.waitpid(pid, 0)  # noqa: ASYNC222 - it ends at once


async def test_claims_of_a_crashed_daemon_are_free_at_once(tmp_path: Path) -> None:
    """Alone on its file, the next run need not wait for a lease."""
    crashed = await opened(tmp_path / "news.db")
    await claim(crashed)
    await crashed.close()
    store = await opened(tmp_path / "news.db")
    assert await store.next_poll_at() == NOW
    assert len(await claim(store)) == 1
    await store.close()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"this is no database, it is a letter to my aunt " * 100, "is not an SQLite database: move it away"),
        (b"SQLite format 3\x00" + b"\xff" * 4080, "(is not an SQLite database|is damaged|unsupported)"),
    ],
    ids=["text", "broken header"],
)
async def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    """One sentence with the file and the remedy; the file is left as it was."""
    path = tmp_path / "news.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusableError, match=rf"news\.db.*{sentence}"):
        await opened(path)
    assert path.read_bytes() == content


async def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    """A path that cannot be a file."""
    with pytest.raises(DatabaseUnusableError, match=rf"{tmp_path} cannot be opened"):
        await opened(tmp_path)


async def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """A path below something that is no folder."""
    (tmp_path / "data").write_text("")
    with pytest.raises(DatabaseUnusableError, match=r"news\.db cannot be opened .*folder"):
        await opened(tmp_path / "data" / "news.db")


async def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """Tables of another program with our names are not touched."""
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE entries (id)")
    with pytest.raises(DatabaseUnusableError, match="tables of something else"):
        await opened(path)


@pytest.mark.parametrize("url", ["mysql://host/name", "news.db", "", "postgresql"])
async def test_an_address_of_another_kind_is_refused(url: str) -> None:
    """What is meant is said."""
    with pytest.raises(DatabaseUnusableError, match="must be sqlite:///path/to/file or postgresql://"):
        await open_store(url, owner="one", exclusive=True)


async def test_a_database_in_memory_serves_many_at_once() -> None:
    """Replay's store: concurrent reads and writes share one connection without mixing transactions."""
    store = await open_store("sqlite://", owner="one", exclusive=True)
    await poll(store, *(an_entry(f"n{number}") for number in range(50)))
    counts = await asyncio.gather(*(store.counts() for _ in range(20)), poll(store, an_entry("last")))
    assert counts[-1] == 1
    assert (await store.counts()).entries == 51
    await store.close()


async def test_a_read_only_folder_is_said_at_start(tmp_path: Path) -> None:
    """Root may write anywhere, so a child without that right tries."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    (tmp_path).chmod(0o755)
    store = await opened(folder / "news.db")
    await store.close()
    (folder / "news.db").chmod(0o444)
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, f"sqlite:///{folder / 'news.db'}", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("DatabaseUnusableError:"), done.stderr
    assert (
        "news.db cannot be opened (Permission denied): check that its folder may be written to" in done.stdout
    )


async def test_a_file_that_may_not_grow_is_said_and_survived(tmp_path: Path) -> None:
    """A commit that finds no room fails whole, in words, and succeeds once there is room again."""
    store = await opened(tmp_path / "news.db")
    await poll(store, an_entry("a"))
    with room_for(1_000_000):
        with pytest.raises(StoreUnavailableError, match=r"news\.db cannot be .*disk"):
            await poll_until_full(store)
        entries = (await store.counts()).entries
        assert entries % 50 == 1
    await poll(store, an_entry("b"), now=NOW + 5 * MINUTE)
    assert (await store.counts()).entries == entries + 1
    assert await store.integrity() == []
    await store.close()


async def test_a_full_disk_is_said_and_survived(small_disk: Path) -> None:
    """A neighbour fills the disk: nothing is half stored; the neighbour goes, and all goes on by itself."""
    store = await opened(small_disk / "news.db")
    await poll(store, an_entry("a"))
    neighbour = small_disk / "neighbour"
    with suppress(OSError):
        neighbour.write_bytes(bytes(4 * 2**20))
    with pytest.raises(StoreUnavailableError, match=r"news\.db cannot be written because the disk is full"):
        await poll_until_full(store)
    entries = (await store.counts()).entries
    assert entries % 50 == 1
    neighbour.unlink()
    await poll(store, an_entry("b"), now=NOW + 5 * MINUTE)
    assert (await store.counts()).entries == entries + 1
    await store.close()


async def test_a_disk_full_at_start_is_said(small_disk: Path) -> None:
    """No room even for the empty tables."""
    with suppress(OSError):
        (small_disk / "neighbour").write_bytes(bytes(4 * 2**20))
    with pytest.raises(DatabaseUnusableError, match=r"news\.db cannot be written because the disk is full"):
        await opened(small_disk / "news.db", exclusive=False)
    with pytest.raises(DatabaseUnusableError, match=r"news\.db.lock cannot be written \(No space left"):
        await opened(small_disk / "news.db")


async def test_a_database_locked_by_another_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the write lock delays; past the patience, one sentence."""
    monkeypatch.setattr("monitor.store.engine._PATIENCE_MS", 50)
    store = await opened(tmp_path / "news.db")
    with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match=r"news\.db.* locked"):
            await poll(store, an_entry("a"))
        assert (await store.counts()).entries == 0
        other.execute("ROLLBACK")
    assert await poll(store, an_entry("a")) == 1
    await store.close()


async def test_a_backup_of_a_database_in_use_is_whole_and_private(tmp_path: Path) -> None:
    """It opens as a store; a second one of the same name is refused."""
    store = await opened(tmp_path / "news.db")
    await poll(store, an_entry("a"))
    copy = tmp_path / "copy.db"
    await asyncio.to_thread(files.backup, tmp_path / "news.db", copy)
    with pytest.raises(DatabaseUnusableError, match=r"copy\.db is there already"):
        await asyncio.to_thread(files.backup, tmp_path / "news.db", copy)
    await store.close()
    assert mode(copy) == 0o600
    again = await opened(copy)
    assert await again.entry("a") is not None
    assert await again.integrity() == []
    await again.close()


async def test_damage_is_found(tmp_path: Path) -> None:
    """A page overwritten behind our back is reported, not raised."""
    store = await opened(tmp_path / "news.db")
    await poll(store, *(an_entry(f"n{number}") for number in range(500)))
    await store.close()
    with (tmp_path / "news.db").open("r+b") as file:
        file.seek(-4096 * 10, os.SEEK_END)
        file.write(b"\xa5" * 4096 * 10)
    again = await opened(tmp_path / "news.db")
    assert await again.integrity() != []
    await again.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 4 MB; skip where that needs more rights than we have."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no small disk: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


async def poll_until_full(store: Store) -> None:
    """Store 50 entries at a time."""
    for number in range(100):
        await poll(store, *(an_entry(f"n{number}-{one}") for one in range(50)))


UNPRIVILEGED = """
import asyncio, os, sys
from pathlib import Path
from monitor.core.errors import NewsMonitorError
from monitor.store import open_store

async def attempt():
    try:
        await open_store(sys.argv[1], owner="child", exclusive=True)
    except NewsMonitorError as error:
        print(f"{type(error).__name__}: {error}")

if os.geteuid() == 0:
    for folder in Path(sys.argv[2]).parents:
        if folder.stat().st_uid == 0 and folder != Path("/") and "pytest" in folder.name:
            folder.chmod(0o755)
    os.chown(sys.argv[1].removeprefix("sqlite:///"), 65534, 65534)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
asyncio.run(attempt())
"""


@contextmanager
def child(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program until it has said its first line; end it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: what a full disk does, without needing one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
