"""Connections: opened with the settings each database needs, closed, and their failures in our words.

Every statement is written once, as a function of a synchronous connection. On SQLite a whole transaction runs
in a thread; on PostgreSQL the same function runs on the event loop, as a greenlet over asyncpg.

SQLite has one writer. Every write transaction begins IMMEDIATE, on a pool of one connection: a transaction
that reads first and writes later would otherwise fail at once (SQLITE_BUSY_SNAPSHOT), whatever the timeout.
Reads run beside it on connections that cannot write. In memory there is one connection for both.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from monitor.core.errors import DatabaseUnusableError, StoreUnavailableError
from monitor.store.failover import Host, connector, several_hosts

P = ParamSpec("P")
T = TypeVar("T")
if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_READERS = 4
_POOLED: Mapping[str, Any] = {
    "pool_size": 8,
    "max_overflow": 0,
    "pool_timeout": 60,
    "pool_pre_ping": True,
}
_PATIENCE_MS = 5000
"""How long a statement waits for another program's lock on an SQLite file."""
_PRAGMAS = ("foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16000")
# FULL: a commit survives a power cut. With NORMAL the last ones may roll back, their alerts already sent.
# auto_vacuum first: it is heeded by a new file alone, and only before anything is written to it.
_FILE_PRAGMAS = (
    "auto_vacuum=INCREMENTAL",
    "journal_mode=WAL",
    "synchronous=FULL",
    "journal_size_limit=67108864",
)
_BUGS = (exc.IntegrityError, exc.ProgrammingError, exc.DataError, exc.NotSupportedError)
_UNUSABLE = (
    ("unable to open database file", "cannot be opened: check that the folder exists and may be written to"),
    ("readonly database", "cannot be written: check the owner and permissions of the file and its folder"),
    ("disk is full", "cannot be written because the disk is full: free some space"),
    ("disk i/o error", "cannot be read or written: check the disk and the free space on it"),
    ("file is not a database", "is not an SQLite database: move it away, or name another file"),
    ("database is locked", "is locked by another program: close what else has it open, and try again"),
    ("malformed", "is damaged: restore a backup, or move it away to start with an empty one"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A database as config.yaml names it, taken apart."""

    url: URL
    path: Path | None
    """The file of an SQLite database; None in memory and for PostgreSQL."""
    hosts: tuple[Host, ...] = ()
    """The hosts of PostgreSQL, where the address names several."""

    @property
    def shown(self) -> str:
        """Its name for people: no password."""
        if self.hosts:
            return (
                f"postgresql://{','.join(f'{host}:{port}' for host, port in self.hosts)}/{self.url.database}"
            )
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.url.get_backend_name() == "sqlite"


def address_of(url: str) -> Address:
    """Read `sqlite:///relative/path`, `sqlite:////absolute/path`, `sqlite://` (in memory) or `postgresql://...`.

    PostgreSQL may be several hosts, `postgresql://user@one:5432,two:5432/name`: one of them can write.

    Raises:
        DatabaseUnusableError: it is none of these.
    """
    try:
        single, hosts = several_hosts(url)
        parsed = make_url(single)
    except (exc.ArgumentError, ValueError):
        parsed, hosts = URL.create("unknown"), ()
    backend = parsed.drivername.partition("+")[0]
    if backend in {"postgresql", "postgres"}:
        return Address(url=_for_asyncpg(parsed), path=None, hosts=hosts)
    if backend != "sqlite":
        raise DatabaseUnusableError(
            "the database's address must be sqlite:///path/to/file or postgresql://user@host/name"
        )
    path = Path(parsed.database) if parsed.database not in {None, "", ":memory:"} else None
    return Address(url=parsed.set(drivername="sqlite"), path=path)


def _for_asyncpg(url: URL) -> URL:
    """Name the driver, and give `sslmode`, which everybody writes, the name that the driver expects."""
    query = dict(url.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


class _Threads:
    """A synchronous engine, and threads in which whole transactions run.

    One hop to a thread a transaction. A driver that hops for every cursor, statement and fetch (aiosqlite)
    makes some thirty of one commit, and leaves all of SQLAlchemy's work to the event loop: measured, a poll
    of 30 new entries then costs 6.0 ms of CPU instead of 4.1. A transaction once begun ends, even if the task
    that waits for it is cancelled.
    """

    def __init__(self, engine: Engine, *, threads: int) -> None:
        self._engine = engine
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="sqlite")

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._transaction, work)

    async def run_forgettable(self, work: Callable[[Connection], T]) -> T:
        """Run what a power cut may undo: the disk is not waited for."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._forgettable, work)

    def _transaction(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    def _forgettable(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA synchronous=NORMAL")
            try:
                with connection.begin():
                    return work(connection)
            finally:
                driver.execute("PRAGMA synchronous=FULL")

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown)
        self._engine.dispose()


class _Loop:
    """An asynchronous engine, on whose connections the same functions run as greenlets."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def run(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    run_forgettable = run

    async def close(self) -> None:
        await self._engine.dispose()


class Database:
    """The engines of one database. Work is a function of a connection, run in a transaction of its own."""

    def __init__(self, address: Address, *, owner: str, echo: bool = False) -> None:
        self.address = address
        self.owner = owner
        self._writer: _Threads | _Loop
        self._reader: _Threads | _Loop
        if address.is_sqlite:
            self._writer = _Threads(_sqlite(address, size=1, begin="BEGIN IMMEDIATE", echo=echo), threads=1)
            self._reader = self._writer
            if address.path is not None:
                readers = _sqlite(address, size=_READERS, begin="BEGIN", echo=echo)
                self._reader = _Threads(readers, threads=_READERS)
            self._failures: tuple[type[Exception], ...] = (exc.DBAPIError, exc.TimeoutError)
        else:
            self._writer = self._reader = _Loop(_postgresql(address, owner, echo=echo, **_POOLED))
            self._failures = _postgresql_failures()

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run work that may write, and commit it.

        Raises:
            StoreUnavailableError: the database cannot serve just now; nothing was written.
        """
        with self._translated():
            return await self._writer.run(lambda connection: work(connection, *args, **kwargs))

    async def write_forgettable(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run work that may write, and commit it; on SQLite a power cut may undo it.

        Raises:
            StoreUnavailableError: the database cannot serve just now; nothing was written.
        """
        with self._translated():
            return await self._writer.run_forgettable(lambda connection: work(connection, *args, **kwargs))

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run work that only reads.

        Raises:
            StoreUnavailableError: the database cannot serve just now.
        """
        with self._translated():
            return await self._reader.run(lambda connection: work(connection, *args, **kwargs))

    async def listen(self, channel: str, heard: Callable[[str], None], *, ready: Callable[[], None]) -> None:
        """Hear what is called out on a channel of PostgreSQL, on a connection of its own, until cancelled.

        Raises:
            StoreUnavailableError: the connection cannot be made, or was lost.
        """
        ended = asyncio.Event()
        engine = _postgresql(self.address, f"hears {self.owner}", poolclass=NullPool)
        try:
            with self._translated():
                async with engine.connect() as connection:
                    driver: Any = (await connection.get_raw_connection()).driver_connection
                    driver.add_termination_listener(lambda _: ended.set())
                    await driver.add_listener(channel, lambda *call: heard(call[-1]))
                    ready()
                    await ended.wait()
                    raise ConnectionResetError(errno.ECONNRESET, "the connection was lost")
        finally:
            await engine.dispose()

    async def close(self) -> None:
        """Let what is under way end, and close every connection."""
        await self._writer.close()
        if self._reader is not self._writer:
            await self._reader.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._failures as error:
            if isinstance(error, _BUGS):
                raise
            raise StoreUnavailableError(sentence_on(self.address.shown, error)) from error


def sentence_on(shown: str, error: BaseException) -> str:
    """Put a driver's error into one sentence about the database, with the remedy where one is known."""
    said = str(getattr(error, "orig", None) or error) or type(error).__name__
    known = next((remedy for mark, remedy in _UNUSABLE if mark in said.lower()), None)
    return f"{shown} {known}" if known else f"{shown}: {said.splitlines()[0]}"


def prepare_file(path: Path) -> None:
    """Make the file and missing folders, for this user's eyes only; SQLite gives -wal and -shm the same mode.

    A file that exists is never opened here: closing it would drop the locks that SQLite may hold on it for
    another store in this process.

    Raises:
        DatabaseUnusableError: it cannot be made, read or written.
    """
    try:
        for folder in reversed([parent for parent in path.parents if not parent.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        _check_existing(path)
    except OSError as error:
        message = f"{path} cannot be opened ({error.strerror}): check that its folder may be written to"
        raise DatabaseUnusableError(message) from error


def _check_existing(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o600)
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _sqlite(address: Address, *, size: int, begin: str, echo: bool) -> Engine:
    engine = create_engine(
        address.url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=60,
        echo=echo,
        # The driver must not begin transactions by itself: we do, below.
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    pragmas = (f"busy_timeout={_PATIENCE_MS}", *_PRAGMAS, *(_FILE_PRAGMAS if address.path else ()))
    if address.path and size > 1:
        pragmas = (*pragmas, "query_only=ON")

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            cursor.close()
            connection.close()
            raise
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(address: Address, owner: str, **pool: Any) -> AsyncEngine:
    """Notice a dead peer in seconds, on both sides: with the defaults a cut link blocks a row for minutes."""
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - the ORM with it: SQLite needs none

    return create_async_engine(
        address.url,
        **pool,
        connect_args={
            "async_creator_fn": connector(address.hosts),
            "timeout": 10,
            "command_timeout": 60,
            "server_settings": {
                "application_name": f"news-monitor {owner}"[:63],
                "statement_timeout": "60s",
                "lock_timeout": "10s",
                "idle_in_transaction_session_timeout": "30s",
                "tcp_keepalives_idle": "3",
                "tcp_keepalives_interval": "2",
                "tcp_keepalives_count": "2",
                "tcp_user_timeout": "5000",
            },
        },
    )


def _postgresql_failures() -> tuple[type[Exception], ...]:
    """Name what a lost or refused connection raises; while connecting, the driver's own errors too."""
    try:
        from asyncpg import (  # noqa: PLC0415 - an optional dependency
            InterfaceError,
            InternalClientError,
            PostgresError,
        )
    except ImportError as error:
        raise DatabaseUnusableError(
            "PostgreSQL needs the driver asyncpg: pip install 'news-monitor[postgres]'"
        ) from error
    of_driver = (PostgresError, InterfaceError, InternalClientError)
    return (exc.DBAPIError, exc.TimeoutError, OSError, asyncio.TimeoutError, *of_driver)
