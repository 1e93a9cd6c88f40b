"""PostgreSQL servers that a test may restart, cut off and replace by their standby."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import as_user, binaries_found, free_port, made_cluster, wait_for

_SETTINGS = ("shared_buffers=32MB", "max_connections=60", "wal_level=replica", "hot_standby=on", "fsync=off")
_RETRY = ("wal_retrieve_retry_interval=200ms", "full_page_writes=off", "max_wal_senders=4")


class Cluster:
    """One server with a folder and a port of its own; it survives what is done to it."""

    def __init__(self, folder: Path, binaries: Path, user: str | None) -> None:
        self.folder, self.binaries, self.user = folder, binaries, user
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its maintenance database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, or start it again."""
        options = [part for setting in (*_SETTINGS, *_RETRY) for part in ("-c", setting)]
        listen = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *listen, *options],
                stdout=out,
                stderr=out,
                cwd=self.folder,
                **as_user(self.user),
            )
        wait_for(self.port, self._process, log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every connection, SIGQUIT is as a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None

    def standby(self) -> Cluster:
        """Make and start a streaming standby."""
        folder = self.folder.with_name(self.folder.name + "-standby")
        folder.mkdir()
        if self.user is not None:
            shutil.chown(folder, self.user)
        other = Cluster(folder, self.binaries, self.user)
        source = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        self._run("pg_basebackup", *source, "-D", folder / "data", "-R", "-X", "stream", "-c", "fast", "-N")
        other.start()
        return other

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "-D", self.folder / "data", "promote", "-w")

    def remove(self) -> None:
        """Stop it and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *words: str | Path) -> None:
        command = [self.binaries / program, *words]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **as_user(self.user))


@contextlib.contextmanager
def a_cluster() -> Iterator[Cluster]:
    """Run a server of our own; skip where there are no programs of PostgreSQL, or fail if REQUIRE_PG=1."""
    for binaries in binaries_found():
        if (binaries / "pg_basebackup").exists():
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                cluster = Cluster(*_made(binaries))
                break
    else:
        if os.environ.get("REQUIRE_PG") == "1":
            pytest.fail("no PostgreSQL that can be started here, and REQUIRE_PG=1")
        pytest.skip("PostgreSQL tests skipped: apt-get install postgresql, or pip install -e .[pgtest]")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def _made(binaries: Path) -> tuple[Path, Path, str | None]:
    folder, user = made_cluster(binaries)
    return folder, binaries, user
