"""Backups made, and put back in an empty place."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from monitor.core.errors import DatabaseUnusableError
from monitor.store import open_store
from monitor.store.carrying import Progress
from monitor.store.engine import address_of
from monitor.store.examining import Condition
from monitor.store.files import backup as copy_file
from monitor.store.files import integrity, write_anew
from monitor.store.ownership import Ownership

_SQLITE = b"SQLite format 3\0"
_OWNER = f"command-{os.getpid()}"


async def back_up(url: str, file: Path, progress: Progress) -> None:
    """Copy a database in use: an SQLite file as one, anything else as an export.

    Raises:
        DatabaseUnusableError: there is none, or the copy cannot be written or is damaged.
    """
    path = address_of(url).path
    if path is not None:
        if not path.exists():
            message = f"there is no database {path} yet: `news-monitor run` makes it"
            raise DatabaseUnusableError(message)
        copy_file(path, file)
        _check(file)
        return
    store = await open_store(url, owner=_OWNER, exclusive=False)
    try:
        await store.export_to(file, progress)
    finally:
        await store.close()


def compact_file(path: Path) -> None:
    """Write an SQLite file anew, without free pages, and so that later ones can be given back.

    Raises:
        DatabaseHeldError: a daemon holds it.
        DatabaseUnusableError: there is none, or its disk has no room for another.
    """
    if not path.exists():
        message = f"there is no database {path} yet: `news-monitor run` makes it"
        raise DatabaseUnusableError(message)
    lock = Ownership(path)
    try:
        write_anew(path)
    finally:
        lock.release()


async def restore_from(url: str, file: Path, progress: Progress) -> Condition:
    """Fill an empty place from a backup or an export, and say what it then holds.

    Raises:
        DatabaseHeldError: a daemon holds the place.
        DatabaseUnusableError: the place is not empty, or the file is damaged.
    """
    path = address_of(url).path
    if _is_sqlite(file):
        _check(file)
        if path is None:
            return await _through_a_copy(url, file, progress)
        _put_in_place(file, path)
        store = await open_store(url, owner=_OWNER, exclusive=True)
        try:
            return await store.condition()
        finally:
            await store.close()
    return await _imported(url, file, progress)


def _is_sqlite(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise DatabaseUnusableError(message) from error


def _check(file: Path) -> None:
    wrong = integrity(file)
    if wrong:
        message = f"{file} is damaged ({wrong[0]}): take another backup"
        raise DatabaseUnusableError(message)


def _put_in_place(file: Path, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Ownership(path)
    try:
        copy_file(file, path)
    finally:
        lock.release()


async def _through_a_copy(url: str, file: Path, progress: Progress) -> Condition:
    """Bring a copy of an SQLite backup up to date, and carry its rows to PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="news-monitor-") as folder:
        copy, rows = Path(folder) / "copy.db", Path(folder) / "all.jsonl.gz"
        copy_file(file, copy)
        store = await open_store(f"sqlite:///{copy}", owner=_OWNER, exclusive=True)
        try:
            await store.export_to(rows, progress)
        finally:
            await store.close()
        return await _imported(url, rows, progress)


async def _imported(url: str, file: Path, progress: Progress) -> Condition:
    store = await open_store(url, owner=_OWNER, exclusive=True)
    try:
        await store.refuse_if_in_use()
        await store.import_from(file, progress)
        return await store.condition()
    finally:
        await store.close()
