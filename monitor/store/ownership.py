"""One daemon for one SQLite file: a lock file beside it, held for as long as the process lives.

The kernel lets go of the lock however the process ends, kill -9 included, so that nothing ever needs to be
cleaned up by hand. The file itself stays: removing it would let two processes lock two files of one name.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

from monitor.core.errors import DatabaseHeldError, DatabaseUnusableError


class Ownership:
    """The lock on one database, taken at construction.

    Raises:
        DatabaseHeldError: another process (or another store in this one) has it.
        DatabaseUnusableError: the lock file cannot be made or written.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._fd: int | None = _open(self.path)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            self.release()
            message = (
                f"{database} is held by another running daemon, process {holder}; stop that one first "
                f"(kill {holder}), or give this one another database"
            )
            raise DatabaseHeldError(message) from error
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            self.release()
            message = f"{self.path} cannot be written ({error.strerror}): free some space"
            raise DatabaseUnusableError(message) from error
        _let_go_in_children(self)

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        message = f"{path} cannot be opened ({error.strerror}): check who owns it and its folder"
        raise DatabaseUnusableError(message) from error


def _let_go_in_children(ownership: Ownership) -> None:
    """Close the lock in forked children: it lives as long as any process has the file open."""
    reference = weakref.ref(ownership)

    def close_copy() -> None:
        held = reference()
        if held is not None:
            held.release()

    os.register_at_fork(after_in_child=close_copy)
