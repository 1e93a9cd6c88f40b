"""What only an SQLite file can do: be copied while in use, and be checked."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.core.errors import DatabaseUnusableError

_PAGES = 2000
"""Copied at a time, so that writers get their turn."""


def refuse_to_replace(path: Path) -> None:
    """Keep a file that is there.

    Raises:
        DatabaseUnusableError: there is a file of that name.
    """
    if path.exists():
        message = f"{path} is there already: name another file, or move it away"
        raise DatabaseUnusableError(message)


def backup(database: Path, copy: Path) -> None:
    """Copy a database in use to a new file for this user's eyes only; the copy is whole or absent.

    Raises:
        DatabaseUnusableError: the copy cannot be written, or there is a file of that name already.
    """
    partial = copy.with_name(copy.name + ".partial")
    try:
        refuse_to_replace(copy)
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(partial)) as target:
            source.backup(target, pages=_PAGES)
            target.execute("PRAGMA journal_mode=DELETE")
        partial.rename(copy)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        message = f"{copy} cannot be written: {error}"
        raise DatabaseUnusableError(message) from error


def write_anew(database: Path) -> None:
    """Write a file anew without its free pages; what is freed later can be given back to the disk.

    Raises:
        DatabaseUnusableError: something else uses it, or there is no room for another.
    """
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # in WAL mode the file would stay as it is
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            connection.execute("VACUUM")
            connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        message = f"{database} cannot be written anew: {error}; stop what uses it, and free some space"
        raise DatabaseUnusableError(message) from error


def integrity(database: Path) -> list[str]:
    """Check every page, index and reference, and return what is wrong; empty if nothing is."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            lost = [f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in _orphans(connection)]
    except sqlite3.Error as error:
        return [str(error)]
    return [line for line in said if line != "ok"] + lost


def _orphans(connection: sqlite3.Connection) -> list[tuple[str, int, str, int]]:
    return connection.execute("PRAGMA foreign_key_check").fetchall()
