"""The side of the store that an operator uses: how it is, and everything in it carried elsewhere."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from monitor.core.errors import DatabaseHeldError, DatabaseUnusableError
from monitor.store import carrying, examining
from monitor.store.carrying import Progress, Tally
from monitor.store.examining import Condition, Fault
from monitor.store.files import refuse_to_replace
from monitor.store.opened import Opened


class Upkeep(Opened):
    """Examining, exporting and importing a whole database."""

    async def condition(self) -> Condition:
        """Measure the database."""
        address = self._database.address
        return await self._database.read(examining.condition, address.shown, address.path)

    async def faults(self, now: datetime) -> list[Fault]:
        """Say what is wrong with the database; empty if nothing is."""
        return await self._database.read(examining.faults, now, self._database.address.path)

    async def export_to(self, path: Path, progress: Progress) -> dict[str, Tally]:
        """Write everything to a new file for this user's eyes only, compressed if its name ends in `.gz`.

        The file is whole or absent, and shows one moment: a daemon may run.

        Raises:
            DatabaseUnusableError: the file is there already or cannot be written.
        """
        partial = path.with_name(path.name + ".partial")
        try:
            refuse_to_replace(path)
            with _new_file(partial, packed=path.suffix == ".gz") as file:
                tallies = await self._database.read(carrying.write_all, file, progress)
            partial.rename(path)
        except OSError as error:
            message = f"{path} cannot be written: {error.strerror or error}"
            raise DatabaseUnusableError(message) from error
        finally:
            partial.unlink(missing_ok=True)
        return tallies

    async def import_from(self, path: Path, progress: Progress) -> dict[str, Tally]:
        """Read everything from a file into this database, which must be empty: all of it or nothing.

        Raises:
            DatabaseUnusableError: see carrying.read_all, or the file cannot be read.
        """
        try:
            with _open_packed(path) as file:
                return await self._database.write(carrying.read_all, file, progress)
        except (OSError, EOFError, UnicodeDecodeError) as error:
            message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
            raise DatabaseUnusableError(message) from error

    async def refuse_if_in_use(self) -> None:
        """Refuse to go on while a daemon works on a PostgreSQL database; an SQLite file has its lock.

        Raises:
            DatabaseHeldError: one does.
        """
        found = await self._database.read(examining.daemons)
        if found:
            message = f"{self._database.address.shown} is in use by {', '.join(found)}: stop it first"
            raise DatabaseHeldError(message)


@contextmanager
def _new_file(path: Path, *, packed: bool) -> Iterator[IO[str]]:
    path.unlink(missing_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(number, "wb") as raw:
        if packed:
            with gzip.open(raw, "wt", encoding="utf-8", compresslevel=6, newline="\n") as file:
                yield file
        else:
            with open(raw.fileno(), "w", encoding="utf-8", newline="\n", closefd=False) as file:
                yield file
        raw.flush()
        os.fsync(raw.fileno())


def _open_packed(path: Path) -> IO[str]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8")
