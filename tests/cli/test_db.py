"""The database from the command line: looked at, copied, put back, moved; what is refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from monitor.store.ownership import Ownership
from tests.postgres_server import empty_postgres_url, postgres_server

__all__ = ["empty_postgres_url", "postgres_server"]

Run = Callable[..., Result]
PLACE = Path("data/news-monitor.db")


def rows(run: Run) -> dict[str, int]:
    """Count what the configured database holds."""
    shown = run("db", "status", "--json")
    assert shown.exit_code == 0
    found: dict[str, int] = json.loads(shown.stdout)["rows"]
    return found


def lose_the_database(folder: Path) -> None:
    """Move it out of the way, log and all."""
    for path in (folder / "data").iterdir():
        path.rename(folder / path.name)


@pytest.mark.usefixtures("stored")
def test_status_says_what_there_is(folder: Path, run: Run) -> None:
    """Backend, size, free disk, revision, span and rows."""
    shown = run("db", "status")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"SQLite {folder / PLACE}\nrevision 00")
    assert "free on its disk" in shown.stdout
    assert "entries from 20" in shown.stdout
    assert rows(run)["entries"] == 3


@pytest.mark.parametrize(("verb", "name"), [("backup", "copy.db"), ("export", "all.jsonl.gz")])
def test_what_was_copied_is_put_back(stored: Path, run: Run, verb: str, name: str) -> None:
    """A lost database comes back from a backup or an export, every row of it, and is sound."""
    before = rows(run)
    made = run("db", verb, name)
    assert (made.exit_code, (stored / name).stat().st_mode & 0o777) == (0, 0o600)
    lose_the_database(stored)
    back = run("db", "restore", name)
    assert back.exit_code == 0
    assert f"{PLACE} holds {sum(before.values())} rows of {name}, verified" in back.stdout
    assert rows(run) == before
    assert run("db", "check").stdout == f"{stored / PLACE} is sound\n"
    assert run("stories", "list").exit_code == 0


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(("verb", "name"), [("backup", "copy.db"), ("export", "all.jsonl")])
def test_nothing_is_put_over_a_database_that_holds_something(run: Run, verb: str, name: str) -> None:
    """Restore says so with exit code 4 and changes nothing."""
    before = rows(run)
    run("db", verb, name)
    refused = run("db", "restore", name)
    assert refused.exit_code == 4
    assert "is there already" in refused.stderr or "is not empty" in refused.stderr
    assert rows(run) == before


def test_nothing_is_put_where_a_daemon_runs(stored: Path, run: Run) -> None:
    """Exit code 3, for a restore and for a move."""
    run("db", "backup", "copy.db")
    lose_the_database(stored)
    daemon = Ownership(stored / PLACE)
    refused = run("db", "restore", "copy.db")
    assert refused.exit_code == 3
    assert "held by another running daemon" in refused.stderr
    daemon.release()
    run("db", "restore", "copy.db")
    daemon = Ownership(stored / PLACE)
    assert run("db", "move", f"sqlite:///{PLACE}", "sqlite:///other.db").exit_code == 3
    daemon.release()


def test_a_damaged_backup_is_refused(stored: Path, run: Run) -> None:
    """The place stays empty for the next attempt."""
    run("db", "backup", "copy.db")
    damaged = bytearray((stored / "copy.db").read_bytes())
    damaged[4096:8192] = bytes(4096)
    (stored / "copy.db").write_bytes(damaged)
    lose_the_database(stored)
    refused = run("db", "restore", "copy.db")
    assert refused.exit_code == 4
    assert "copy.db is damaged" in refused.stderr
    assert not (stored / PLACE).exists()


def test_check_finds_what_somebody_deleted(stored: Path, run: Run) -> None:
    """Exit code 1 and a remedy."""
    with closing(sqlite3.connect(stored / PLACE)) as database:
        database.execute("DELETE FROM stories")
        database.commit()
    found = run("db", "check")
    assert found.exit_code == 1
    assert "in stories that are not there: restore a backup" in found.stdout


@pytest.mark.usefixtures("stored")
def test_a_source_that_is_not_there_is_said(run: Run) -> None:
    """A typing mistake makes no empty database."""
    refused = run("db", "move", "sqlite:///nothing.db", "sqlite:///other.db")
    assert (refused.exit_code, Path("nothing.db").exists()) == (4, False)
    assert "nothing to move" in refused.stderr


@pytest.mark.postgres
def test_a_database_is_moved_to_postgresql_and_back(stored: Path, run: Run, empty_postgres_url: str) -> None:
    """All of it both ways; a second move onto it is refused; its backup is restored to SQLite."""
    before = rows(run)
    there = run("db", "move", f"sqlite:///{PLACE}", empty_postgres_url)
    assert there.exit_code == 0
    assert f"holds {sum(before.values())} rows, verified" in there.stdout
    assert run("db", "move", f"sqlite:///{PLACE}", empty_postgres_url).exit_code == 4
    assert run("db", "move", empty_postgres_url, "sqlite:///back.db").exit_code == 0
    config = (stored / "config.yaml").read_text()
    (stored / "pg.yaml").write_text(f"{config}\ndatabase: {empty_postgres_url}\n")
    shown = json.loads(run("db", "status", "--json", "-c", "pg.yaml").stdout)
    assert (shown["backend"], shown["rows"], shown["free"]) == ("PostgreSQL", before, None)
    assert run("db", "check", "-c", "pg.yaml").exit_code == 0
    assert run("db", "backup", "pg.jsonl.gz", "-c", "pg.yaml").exit_code == 0
    lose_the_database(stored)
    assert run("db", "restore", "pg.jsonl.gz").exit_code == 0
    assert rows(run) == before


@pytest.mark.postgres
def test_a_backup_of_sqlite_is_restored_to_postgresql(
    stored: Path, run: Run, empty_postgres_url: str
) -> None:
    """The file says itself what it is."""
    before = rows(run)
    run("db", "backup", "copy.db")
    config = (stored / "config.yaml").read_text()
    (stored / "pg.yaml").write_text(f"{config}\ndatabase: {empty_postgres_url}\n")
    back = run("db", "restore", "copy.db", "-c", "pg.yaml")
    assert back.exit_code == 0
    assert json.loads(run("db", "status", "--json", "-c", "pg.yaml").stdout)["rows"] == before
