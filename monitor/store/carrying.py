"""Everything that a database holds, as lines of JSON: written, read into an empty database, and compared.

The form, version 1: first `{"format": "news-monitor", "version": 1, "revision": "0008"}`; then a line
`{"table": "entries", "row": {...}}` for each row, tables in an order in which references are met; last
`{"end": {"tables": {NAME: {"rows": 1, "checksum": "..."}}, "counters": {NAME: 1}}}`. Moments are ISO 8601 in
UTC, bytes are base64, what is absent is null. A file without its last line is half a file and is refused.

Both databases sort texts in ways of their own, so a table's checksum is the sum of the digests of its rows:
the same whatever the order.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Column, Connection, LargeBinary, Table, func, insert, select, text

from monitor.core.errors import DatabaseUnusableError
from monitor.store.dialect import is_sqlite
from monitor.store.schema import HEAD, metadata
from monitor.store.types import UtcTime

VERSION = 1
"""Of the form of these lines."""
_AT_ONCE = 1000
_NAME = "news-monitor"
_DIGEST_BYTES = 16
_CARRIED = [table for table in metadata.sorted_tables if not table.info.get("momentary")]
"""Every table but those of who is running just now: a copy has no daemons."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Progress = Callable[[str, int], None]
"""Told the name of a table and how many of its rows are done, after every thousand and at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many rows a table has, and a checksum of them that does not depend on their order."""

    rows: int
    checksum: str


class _Tallying:
    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        digest = hashlib.blake2b(line.encode(), digest_size=_DIGEST_BYTES).digest()
        self._sum += int.from_bytes(digest, "big")
        self.rows += 1

    def tally(self) -> Tally:
        return Tally(rows=self.rows, checksum=f"{self._sum % (1 << 8 * _DIGEST_BYTES):0{2 * _DIGEST_BYTES}x}")


def write_all(connection: Connection, file: IO[str], progress: Progress) -> dict[str, Tally]:
    """Write every row as it was at one moment, whatever a daemon commits meanwhile; say what was written."""
    _hold_still(connection)
    file.write(_encode({"format": _NAME, "version": VERSION, "revision": HEAD}) + "\n")
    tallies = {}
    for table in _CARRIED:
        tallying = _Tallying()
        for line in _lines(connection, table):
            tallying.add(line)
            file.write(f'{{"table":"{table.name}","row":{line}}}\n')
            if tallying.rows % _AT_ONCE == 0:
                progress(table.name, tallying.rows)
        progress(table.name, tallying.rows)
        tallies[table.name] = tallying.tally()
    shown = {name: {"rows": tally.rows, "checksum": tally.checksum} for name, tally in tallies.items()}
    file.write(_encode({"end": {"tables": shown, "counters": _counters(connection)}}) + "\n")
    return tallies


def _hold_still(connection: Connection) -> None:
    """Read one moment throughout; SQLite does so by itself."""
    if not is_sqlite(connection):
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def _lines(connection: Connection, table: Table) -> Iterator[str]:
    columns = list(table.columns)
    for row in connection.execute(select(table).execution_options(yield_per=_AT_ONCE)):
        yield _encode({column.name: _plain(value) for column, value in zip(columns, row, strict=True)})


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def tables_with_rows(connection: Connection) -> list[str]:
    """Name the tables that hold anything."""
    return [
        table.name
        for table in _CARRIED
        if connection.execute(select(text("1")).select_from(table).limit(1)).first()
    ]


def rows_of_tables(connection: Connection) -> dict[str, int]:
    """Count the rows of every table: each is read from end to end."""
    _hold_still(connection)
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in _CARRIED}


def read_all(connection: Connection, file: IO[str], progress: Progress) -> dict[str, Tally]:
    """Read what `write_all` wrote into an empty database, and compare it with what is then there.

    It is one transaction: everything or nothing.

    Raises:
        DatabaseUnusableError: the database is not empty, the file is no export, of another version, cut off
            or changed, or the database holds something else than the file afterwards.
    """
    taken = tables_with_rows(connection)
    if taken:
        message = f"the database is not empty (it has {', '.join(taken)}): name an empty one"
        raise DatabaseUnusableError(message)
    if not is_sqlite(connection):
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    _check_head(file.readline())
    end = _insert_rows(connection, file, progress)
    _set_counters(connection, end["counters"])
    return _compared(connection, end["tables"])


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = (
            f"line {number} of the file is no JSON object: it is no export of news-monitor, or is damaged"
        )
        raise DatabaseUnusableError(message)
    return found


def _check_head(line: str) -> None:
    head = _object(line, 1)
    if head.get("format") != _NAME:
        message = "the file is no export of news-monitor: its first line does not say so"
        raise DatabaseUnusableError(message)
    if (head.get("version"), head.get("revision")) != (VERSION, HEAD):
        message = (
            f"the file was written by another version of news-monitor (format {head.get('version')}, tables "
            f"{head.get('revision')}; this one reads format {VERSION}, tables {HEAD}): import it with that "
            "version into an SQLite file, which this version then brings up to date"
        )
        raise DatabaseUnusableError(message)


def _insert_rows(connection: Connection, file: IO[str], progress: Progress) -> dict[str, Any]:
    table, rows, done = "", list[dict[str, object]](), 0
    for number, line in enumerate(file, start=2):
        found = _object(line, number)
        name = found.get("table", "")
        if rows and (name != table or len(rows) == _AT_ONCE):
            connection.execute(insert(metadata.tables[table]), rows)
            done += len(rows)
            progress(table, done)
            rows = []
        if "end" in found:
            return dict(found["end"])
        if name != table:
            table, done = name, 0
        rows.append(_row(name, found.get("row"), number))
    message = "the file ends in the middle: it was cut off; make another one"
    raise DatabaseUnusableError(message)


def _row(name: object, row: object, number: int) -> dict[str, object]:
    table = metadata.tables.get(str(name))
    if table is None or not isinstance(row, dict) or row.keys() != set(table.c.keys()):
        message = f"line {number} of the file is no row of a table known here: the file is damaged"
        raise DatabaseUnusableError(message)
    try:
        return {column.name: _typed(column, row[column.name]) for column in table.columns}
    except (ValueError, TypeError) as error:
        message = f"line {number} of the file holds a value that cannot be read ({error}): it is damaged"
        raise DatabaseUnusableError(message) from error


def _typed(column: Column[Any], value: Any) -> object:
    if value is None:
        return None
    if isinstance(column.type, UtcTime):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(column.type, LargeBinary) else value


def _compared(connection: Connection, expected: dict[str, dict[str, object]]) -> dict[str, Tally]:
    tallies = {}
    for table in _CARRIED:
        tallying = _Tallying()
        for line in _lines(connection, table):
            tallying.add(line)
        tally = tallies[table.name] = tallying.tally()
        wanted = expected.get(table.name, {})
        if (wanted.get("rows"), wanted.get("checksum")) != (tally.rows, tally.checksum):
            message = (
                f"table {table.name} came to {tally.rows} rows, checksum {tally.checksum}; the file says "
                f"{wanted.get('rows')}, {wanted.get('checksum')}: the file is damaged; nothing was written"
            )
            raise DatabaseUnusableError(message)
    return tallies


def _counted_tables() -> list[Table]:
    return [table for table in _CARRIED if table.autoincrement_column is not None]


def _counters(connection: Connection) -> dict[str, int]:
    """Give the last number that each table gave out: one whose row is gone must not be given out again."""
    if is_sqlite(connection):
        return {
            row.name: row.seq for row in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        }
    return {
        table.name: connection.scalar(
            text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {_sequence(connection, table)}")  # noqa: S608
        )
        or 0
        for table in _counted_tables()
    }


def _sequence(connection: Connection, table: Table) -> str:
    found = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'seq')"), {"name": table.name})
    return str(found)


def _set_counters(connection: Connection, counters: dict[str, int]) -> None:
    for table in _counted_tables():
        last = counters.get(table.name, 0)
        if not is_sqlite(connection):
            values = {"name": _sequence(connection, table), "last": max(last, 1), "used": last > 0}
            connection.execute(
                text("SELECT setval(CAST(CAST(:name AS text) AS regclass), CAST(:last AS bigint), :used)"),
                values,
            )
        elif last:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
                {"name": table.name, "last": last},
            )
