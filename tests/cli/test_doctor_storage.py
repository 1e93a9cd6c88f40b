"""The doctor and the database: it looks, and leaves everything as it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from monitor.cli.checkups import storage
from monitor.cli.checkups.findings import Standing, gravest_first, note, ok, problem, warning
from monitor.store import open_store
from monitor.store.schema import HEAD
from tests.postgres_server import empty_postgres_url, postgres_server, postgres_url

__all__ = ["empty_postgres_url", "postgres_server", "postgres_url"]
Run = Callable[..., Result]
AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLACE = Path("data", "news-monitor.db")


def said(result: Result, subject: str) -> list[tuple[str, str]]:
    """Pick standing and sentence of each finding on a subject."""
    found = json.loads(result.stdout)
    return [(one["standing"], one["sentence"]) for one in found if one["subject"] == subject]


def revised(revision: str) -> None:
    """Write another revision into the database."""
    with closing(sqlite3.connect(PLACE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


@pytest.mark.usefixtures("stored")
def test_an_older_database_is_not_upgraded_by_looking_at_it(run: Run) -> None:
    """A daemon of the older version may be at work on it: that is for the next start, and said so."""
    revised("0001")
    PLACE.chmod(0o640)
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 0
    ((standing, sentence),) = [one for one in said(result, "database") if one[0] != "ok"]
    assert standing == "warning"
    assert sentence.startswith(f"its tables have revision 0001, this program wants {HEAD}")
    with closing(sqlite3.connect(PLACE)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert PLACE.stat().st_mode & 0o777 == 0o640


@pytest.mark.usefixtures("stored")
def test_a_newer_database_is_a_problem_with_both_revisions(run: Run) -> None:
    """Which version to install cannot be known; that it is newer can."""
    revised("9999")
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 1
    assert ("problem", True) in [(one, "9999" in what) for one, what in said(result, "database")]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("content", [b"hello, this is no database at all", b""])
def test_a_file_that_is_no_database_and_an_empty_one(run: Run, content: bytes) -> None:
    """Something else is a problem; an empty file is where `run` makes its tables."""
    PLACE.parent.mkdir()
    PLACE.write_bytes(content * 200)
    result = run("doctor", "--offline", "--json")
    assert ("problem" in [one for one, _ in said(result, "database")]) is bool(content)


@pytest.mark.usefixtures("folder")
def test_a_database_that_cannot_be_made_is_a_problem(run: Run) -> None:
    """A file stands where its folder should be."""
    PLACE.parent.write_text("no folder")
    result = run("doctor", "--offline", "--json")
    assert result.exit_code == 1
    assert said(result, "database")[0][0] == "problem"


def test_a_clock_a_second_off_that_of_the_database_is_warned_of() -> None:
    """The time of the question itself counts for nobody."""
    late = AT + timedelta(seconds=2)
    assert [one.standing for one in storage.clocks(AT + timedelta(seconds=1), AT, late)] == [Standing.OK]
    (behind,) = storage.clocks(late + timedelta(seconds=1.5), AT, late)
    assert behind.standing is Standing.WARNING
    assert "1.5 s behind" in behind.sentence
    (ahead,) = storage.clocks(AT - timedelta(seconds=3), AT, late)
    assert "3.0 s ahead of" in ahead.sentence
    assert not list(storage.clocks(None, AT, late))


@pytest.mark.postgres
async def test_postgresql_is_asked_for_its_tables_and_its_time(empty_postgres_url: str) -> None:
    """Empty, it stays so; with tables, it is examined. Both machines are one here, so the clocks agree."""
    now = datetime.now(UTC)
    empty = await storage.examine(empty_postgres_url, now)
    again = await storage.examine(empty_postgres_url, now)
    assert [one.standing for one in empty] == [Standing.NOTE, Standing.OK] == [one.standing for one in again]
    store = await open_store(empty_postgres_url, owner="one", exclusive=True)
    await store.close()
    full = await storage.examine(empty_postgres_url, now)
    assert [one.subject for one in full] == ["database", "clock", "contents"]


def test_the_gravest_come_first() -> None:
    """And within one gravity the order of examination stays."""
    mixed = [ok("a", ""), warning("b", "", ""), note("c", ""), problem("d", "", ""), warning("e", "", "")]
    assert [one.subject for one in gravest_first(mixed)] == ["d", "b", "e", "c", "a"]
