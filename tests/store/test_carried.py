"""Everything carried from one database to another, whichever they are, and what is refused."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Connection

from monitor.core.errors import DatabaseHeldError, DatabaseUnusableError
from monitor.core.models import PendingEntry
from monitor.store import Store, open_store
from tests.store.samples import FEED, NOW, a_delivery, alerted, an_entry, assembled, guid, poll


def unheeded(_table: str, _rows: int) -> None:
    """Progress that nobody watches."""


@pytest.fixture
async def filled(store: Store) -> Store:
    """A store with a story, an alert, a delivery, a revision and an entry that waits."""
    await alerted(store, a_delivery("d"))
    await poll(store, an_entry("a", revision=1), an_entry("b", title="“quoted” \\ é 🜂"))
    return store


@pytest.fixture
def away(request: pytest.FixtureRequest, tmp_path: Path, url: str) -> str:
    """Return the address of the other kind of database; asked for when needed, one name serves a test."""
    if not url.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'other.db'}"
    address: str = request.getfixturevalue("empty_postgres_url")
    return address


@pytest.fixture
async def other(away: str) -> AsyncIterator[Store]:
    """An empty store on the other kind of database."""
    opened = await open_store(away, owner="command-2", exclusive=True)
    yield opened
    await opened.close()


@pytest.mark.postgres
async def test_all_of_it_arrives_on_the_other_kind_of_database(
    filled: Store, other: Store, tmp_path: Path
) -> None:
    """Every row of every table, and what is asked of them, is the same on both."""
    written = await filled.export_to(tmp_path / "all.jsonl.gz", unheeded)
    assert await other.import_from(tmp_path / "all.jsonl.gz", unheeded) == written
    assert (await other.condition()).rows == (await filled.condition()).rows
    assert await other.entry("b") == await filled.entry("b")
    assert await other.deliveries() == await filled.deliveries()
    assert await other.known_entries(FEED.url, [guid("guid-a")]) == await filled.known_entries(
        FEED.url, [guid("guid-a")]
    )
    assert await other.export_to(tmp_path / "again.jsonl", unheeded) == written


@pytest.mark.postgres
async def test_numbers_go_on_where_they_were(filled: Store, other: Store, tmp_path: Path) -> None:
    """A number given out before is not given out again, though its row is gone."""
    before = await waiting(filled)
    await filled.commit_assembled([assembled(item) for item in before])
    await filled.export_to(tmp_path / "all.jsonl", unheeded)
    await other.import_from(tmp_path / "all.jsonl", unheeded)
    await poll(other, an_entry("c"))
    assert min(item.seq for item in await waiting(other)) > max(item.seq for item in before)


async def waiting(store: Store) -> list[PendingEntry]:
    """Return all that waits for its story."""
    return await store.pending_entries(limit=10)


async def test_a_file_is_for_its_owner_and_replaces_nothing(filled: Store, tmp_path: Path) -> None:
    """Mode 0600; a second export of the same name is refused, and nothing half-made is left."""
    path = tmp_path / "all.jsonl"
    await filled.export_to(path, unheeded)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(DatabaseUnusableError, match="is there already"):
        await filled.export_to(path, unheeded)
    assert not list(tmp_path.glob("*.partial"))


async def test_a_database_in_use_is_not_written_over(filled: Store, tmp_path: Path) -> None:
    """Everything is read into an empty database or not at all."""
    await filled.export_to(tmp_path / "all.jsonl", unheeded)
    with pytest.raises(DatabaseUnusableError, match="not empty"):
        await filled.import_from(tmp_path / "all.jsonl", unheeded)


def cut(text: str) -> str:
    """Lose the end."""
    return "".join(text.splitlines(keepends=True)[:-1])


def change(text: str) -> str:
    """Change one word of one entry."""
    return text.replace("A. Reporter", "B. Reporter", 1)


def lose(text: str) -> str:
    """Lose one row."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[:1] + lines[2:])


def garble(text: str) -> str:
    """Break a line in its middle."""
    return text.replace('"row":{', '"row":', 1)


def of_the_future(text: str) -> str:
    """Say a revision that is not known yet."""
    head, _, rest = text.partition("\n")
    return json.dumps({**json.loads(head), "revision": "9999"}) + "\n" + rest


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut, "cut off"),
        (change, "damaged; nothing was written"),
        (lose, "damaged; nothing was written"),
        (garble, "line 2 of the file"),
        (of_the_future, "another version"),
        (lambda text: "PK" + text, "no export of news-monitor"),
    ],
)
async def test_a_damaged_file_is_refused_and_leaves_nothing(
    spoil: Callable[[str], str], said: str, tmp_path: Path
) -> None:
    """The sentence says what is wrong; the database stays empty and takes the right file afterwards."""
    store = await open_store(f"sqlite:///{tmp_path / 'one.db'}", owner="one", exclusive=True)
    await alerted(store, a_delivery("d"))
    await store.export_to(tmp_path / "good.jsonl", unheeded)
    await store.close()
    (tmp_path / "bad.jsonl").write_text(spoil((tmp_path / "good.jsonl").read_text()))
    empty = await open_store(f"sqlite:///{tmp_path / 'two.db'}", owner="two", exclusive=True)
    with pytest.raises(DatabaseUnusableError, match=said):
        await empty.import_from(tmp_path / "bad.jsonl", unheeded)
    assert set((await empty.condition()).rows.values()) == {0}
    await empty.import_from(tmp_path / "good.jsonl", unheeded)
    assert await empty.entry("a") is not None
    await empty.close()


async def test_a_packed_file_that_ends_early_is_refused(filled: Store, tmp_path: Path) -> None:
    """What gzip says is put into a sentence."""
    await filled.export_to(tmp_path / "all.jsonl.gz", unheeded)
    whole = (tmp_path / "all.jsonl.gz").read_bytes()
    assert gzip.decompress(whole)
    (tmp_path / "half.gz").write_bytes(whole[: len(whole) // 2])
    empty = await open_store("sqlite://", owner="two", exclusive=False)
    with pytest.raises(DatabaseUnusableError, match=r"half\.gz cannot be read"):
        await empty.import_from(tmp_path / "half.gz", unheeded)
    await empty.close()


@pytest.mark.postgres
async def test_a_daemon_on_postgresql_is_seen(empty_postgres_url: str) -> None:
    """Commands beside it are not taken for one."""
    command = await open_store(empty_postgres_url, owner="command-7", exclusive=False)
    await command.refuse_if_in_use()
    daemon = await open_store(empty_postgres_url, owner="host-1", exclusive=True)
    await daemon.condition()
    with pytest.raises(DatabaseHeldError, match="news-monitor host-1"):
        await command.refuse_if_in_use()
    await daemon.close()
    await command.close()


async def test_a_sound_database_has_no_faults(filled: Store) -> None:
    """After ordinary work nothing is found."""
    assert await filled.faults(NOW) == []


async def test_rows_that_belong_to_nothing_are_found(filled: Store) -> None:
    """A story deleted behind the program's back is missed, with what to do about it."""
    await filled._database.write(Connection.execute, sqlalchemy.text("DELETE FROM stories"))
    found = await filled.faults(NOW)
    assert [fault.message for fault in found] == [
        "1 entries in stories that are not there",
        "1 alerts of stories that are not there",
    ]
    assert all("restore a backup" in fault.remedy for fault in found)
