"""`news-monitor db`: how the database is; its copies; everything in it carried elsewhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import click

from monitor.cli.common import (
    config_option,
    configured,
    counted,
    json_option,
    minute,
    now,
    print_json,
)
from monitor.cli.copying import back_up, compact_file, restore_from
from monitor.cli.database import opened, run_async
from monitor.cli.guard import Exit
from monitor.cli.tables import print_table
from monitor.core.errors import DatabaseUnusableError
from monitor.store import Store, open_store
from monitor.store.carrying import Tally
from monitor.store.engine import address_of
from monitor.store.examining import Condition

_FILE = click.Path(path_type=Path, dir_okay=False)
_HERE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group(name="db")
def command() -> None:
    r"""Look after the database: status, check, backup, restore, move, export, import.

    \b
    Examples:
      news-monitor db status
      news-monitor db backup /var/backups/news-monitor.db
      news-monitor db restore /var/backups/news-monitor.db
      news-monitor db move sqlite:///data/news-monitor.db postgresql://news@db.example.org/news
    """


@command.command(name="status")
@json_option
@config_option
def status(*, as_json: bool, config: Path) -> None:
    """Show backend, size, revision, span of time and the rows of every table."""
    loaded = configured(config)

    async def look() -> Condition:
        async with opened(loaded) as store:
            return await store.condition()

    found = run_async(look())
    limit = loaded.accepted().retention.max_size
    if as_json:
        print_json({**asdict(found), "max_size": limit})
        return
    click.echo(f"{found.backend} {found.shown}")
    most = f" of at most {size(limit)}" if limit else ""
    used = f"revision {found.revision}, {size(found.size)}, {size(found.used)}{most} in use"
    click.echo(used, nl=found.free is None)
    if found.free is not None:
        click.echo(f", {size(found.free)} free on its disk")
    if found.oldest and found.newest:
        click.echo(f"entries from {minute(found.oldest)} to {minute(found.newest)}")
    print_table(["table", "rows"], [[name, f"{rows:,}"] for name, rows in found.rows.items()], empty="")


def size(number: int) -> str:
    """Write a number of bytes for people: `4.2 MB`."""
    length, thousand = float(number), 1000
    for unit in ("B", "kB", "MB"):
        if length < thousand:
            return f"{length:.0f} {unit}" if unit == "B" else f"{length:.1f} {unit}"
        length /= thousand
    return f"{length:.1f} GB"


@command.command(name="compact")
@config_option
def compact(*, config: Path) -> None:
    """Write an SQLite file anew without its free pages; the daemon is stopped, and the disk has room for it.

    From then on freed pages can be given back while a daemon runs, as in files made by this version.
    PostgreSQL has VACUUM for this.
    """
    path = address_of(configured(config).accepted().database.get_secret_value()).path
    if path is None:
        message = "PostgreSQL keeps house by itself; `VACUUM FULL` makes its files smaller, daemons stopped"
        raise DatabaseUnusableError(message)
    before = path.stat().st_size if path.exists() else 0
    compact_file(path)
    click.echo(f"{path}: {size(before)} before, {size(path.stat().st_size)} now")


@command.command(name="migrate")
@config_option
def migrate(*, config: Path) -> None:
    """Make the tables, or bring them to this version's; the daemon does so by itself at its start."""
    url = configured(config).accepted().database.get_secret_value()

    async def bring() -> Condition:
        async with _at(url, exclusive=False) as store:
            return await store.condition()

    found = run_async(bring())
    click.echo(f"{found.shown} is at revision {found.revision}")


@command.command(name="check")
@json_option
@config_option
def check(*, as_json: bool, config: Path) -> None:
    """Check pages, indexes and references, and look for rows that belong to nothing; a daemon may run.

    Exit code 1 if anything is wrong; each fault is printed with what to do about it.
    """
    loaded = configured(config)

    async def look() -> tuple[str, list[dict[str, str]]]:
        async with opened(loaded) as store:
            found = await store.faults(now())
            shown = address_of(loaded.accepted().database.get_secret_value()).shown
            return shown, [{"message": fault.message, "remedy": fault.remedy} for fault in found]

    shown, found = run_async(look())
    if as_json:
        print_json(found)
    elif not found:
        click.echo(f"{shown} is sound")
    for fault in () if as_json else found:
        click.echo(f"{fault['message']}: {fault['remedy']}")
    if found:
        click.get_current_context().exit(Exit.FOUND)


@command.command(name="backup")
@click.argument("file", type=_FILE)
@config_option
def backup(*, file: Path, config: Path) -> None:
    """Copy the database to FILE while the daemon runs; the copy shows one moment and is checked.

    SQLite gives a database file. PostgreSQL gives an export (see `db export`), which `db restore` reads into
    either database; for point-in-time recovery use PostgreSQL's own tools beside it.
    """
    url = configured(config).accepted().database.get_secret_value()
    run_async(back_up(url, file, say))
    click.echo(f"{file} holds {size(file.stat().st_size)}, checked")


@command.command(name="restore")
@click.argument("file", type=_HERE)
@config_option
def restore(*, file: Path, config: Path) -> None:
    """Put a backup or an export in the configured database's place, which must be empty.

    Refused while a daemon holds the place. What an older version wrote is brought up to date.
    """
    url = configured(config).accepted().database.get_secret_value()
    found = run_async(restore_from(url, file, say))
    click.echo(f"{found.shown} holds {counted(sum(found.rows.values()), 'row')} of {file}, verified")


@command.command(name="export")
@click.argument("file", type=_FILE)
@config_option
def export(*, file: Path, config: Path) -> None:
    """Write everything to FILE as lines of JSON, compressed if FILE ends in .gz; a daemon may run."""
    loaded = configured(config)

    async def write() -> dict[str, Tally]:
        async with opened(loaded) as store:
            return await store.export_to(file, say)

    tallies = run_async(write())
    click.echo(f"{file} holds {counted(_rows(tallies), 'row')} of {counted(len(tallies), 'table')}")


@command.command(name="import")
@click.argument("file", type=_HERE)
@config_option
def import_(*, file: Path, config: Path) -> None:
    """Read an export into the configured database, which must be empty: all of it or nothing."""
    restore.callback(file=file, config=config)  # type: ignore[misc] # set by click for every command


@command.command(name="move")
@click.argument("source", metavar="FROM-URL")
@click.argument("target", metavar="TO-URL")
def move(*, source: str, target: str) -> None:
    r"""Carry everything from one database to another, SQLite or PostgreSQL; all of it or nothing.

    The source stays as it is, the target must be empty, and no daemon may run on either. Every table is
    compared by rows and checksum before anything is committed. Afterwards write TO-URL as `database:`.
    Leave passwords out of the addresses: PGPASSFILE or ~/.pgpass is read.

    \b
    Example:
      news-monitor db move sqlite:///data/news-monitor.db postgresql://news@db.example.org/news
    """
    tallies = run_async(_carried(source, target))
    click.echo(f"{address_of(target).shown} holds {counted(_rows(tallies), 'row')}, verified")


async def _carried(source: str, target: str) -> dict[str, Tally]:
    path = address_of(source).path
    if path is not None and not path.exists():
        message = f"there is no database {path}: nothing to move"
        raise DatabaseUnusableError(message)
    async with _at(source, exclusive=True) as old, _at(target, exclusive=True) as new:
        await old.refuse_if_in_use()
        await new.refuse_if_in_use()
        with tempfile.TemporaryDirectory(prefix="news-monitor-") as folder:
            carried = Path(folder) / "all.jsonl.gz"
            click.echo("reading", err=True)
            await old.export_to(carried, say)
            click.echo("writing", err=True)
            return await new.import_from(carried, say)


@asynccontextmanager
async def _at(url: str, *, exclusive: bool) -> AsyncIterator[Store]:
    store = await open_store(url, owner=f"command-{os.getpid()}", exclusive=exclusive)
    try:
        yield store
    finally:
        await store.close()


def _rows(tallies: dict[str, Tally]) -> int:
    return sum(tally.rows for tally in tallies.values())


def say(table: str, rows: int) -> None:
    """Show progress on standard error, every 100,000 rows and at the end of a table that has any."""
    if rows and (rows % 100_000 == 0 or rows % 1000):
        click.echo(f"  {table}: {counted(rows, 'row')}", err=True)
