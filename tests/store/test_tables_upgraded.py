"""Tables made and brought up to date: a new database and an upgraded one are the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from monitor.core.errors import DatabaseUnusableError
from monitor.store import open_store, schema
from monitor.store.engine import Database, address_of
from tests.store.older import take_back
from tests.store.samples import NOW, a_delivery, alerted


async def test_the_migrations_lead_to_the_tables_of_the_schema(empty_url: str) -> None:
    """Alembic finds nothing to change after running every migration, and the indexes are the same ones."""
    database = Database(address_of(empty_url), owner="test")
    await database.write(upgrade_from_nothing)
    migrated = await database.write(described)
    await database.write(schema.metadata.drop_all)
    await database.write(schema.metadata.create_all)
    assert migrated == await database.write(described)
    await database.close()


async def test_a_new_database_is_at_head(empty_url: str) -> None:
    """Tables made without Alembic bear its newest revision: the next version knows where it stands."""
    store = await open_store(empty_url, owner="one", exclusive=True)
    await store.close()
    script = ScriptDirectory.from_config(config())
    assert await version(empty_url) == script.get_current_head() == schema.HEAD


async def test_a_database_in_use_opens_again_with_what_it_holds(empty_url: str) -> None:
    """At head nothing is done to it."""
    store = await open_store(empty_url, owner="one", exclusive=True)
    await alerted(store, a_delivery("d"))
    await store.close()
    again = await open_store(empty_url, owner="one", exclusive=False)
    assert (await again.counts()).alerts == 1
    await again.close()


async def test_an_unfinished_database_is_finished(empty_url: str) -> None:
    """The version table exists but is empty: every migration runs."""
    await execute(empty_url, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    store = await open_store(empty_url, owner="one", exclusive=True)
    assert (await store.counts()).entries == 0
    await store.close()
    assert await version(empty_url) == schema.HEAD


async def test_a_newer_database_is_refused(empty_url: str) -> None:
    """An older program does not touch what it does not know."""
    store = await open_store(empty_url, owner="one", exclusive=True)
    await store.close()
    await execute(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusableError, match="written by a newer version"):
        await open_store(empty_url, owner="one", exclusive=True)


async def test_many_may_start_at_once(empty_url: str) -> None:
    """Several processes that meet an empty database make its tables once."""
    stores = await asyncio.gather(
        *(open_store(empty_url, owner=f"o{number}", exclusive=False) for number in range(6))
    )
    for store in stores:
        assert (await store.counts()).feeds == 0
        await store.close()


def config() -> Config:
    """Return the settings under which the store runs Alembic."""
    settings = Config()
    settings.set_main_option("script_location", "monitor.store:migrations")
    return settings


def upgrade_from_nothing(connection: Connection) -> None:
    """Run every migration on an empty database, and compare."""
    from alembic import command  # noqa: PLC0415 - a second to import

    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    differences = compare_metadata(MigrationContext.configure(connection), schema.metadata)
    assert differences == []


def described(connection: Connection) -> dict[str, object]:
    """Describe every table as the database itself sees it."""
    look = inspect(connection)
    return {
        table: (
            [{**column, "type": str(column["type"])} for column in look.get_columns(table)],
            look.get_pk_constraint(table),
            look.get_foreign_keys(table),
            sorted(str(_readable(index)) for index in look.get_indexes(table)),
            look.get_unique_constraints(table),
        )
        for table in schema.metadata.tables
    }


def _readable(index: ReflectedIndex) -> dict[str, object]:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


async def execute(url: str, statement: str) -> None:
    """Run one statement behind the store's back."""
    database = Database(address_of(url), owner="test")
    await database.write(Connection.execute, text(statement))
    await database.close()


async def version(url: str) -> str | None:
    """Return the revision a database bears."""
    database = Database(address_of(url), owner="test")
    found: str | None = await database.read(
        Connection.scalar, text("SELECT version_num FROM alembic_version")
    )
    await database.close()
    return found


async def test_deliveries_of_the_first_version_are_kept(empty_url: str) -> None:
    """They count no doubts, but for those that were in doubt: one."""
    store = await open_store(empty_url, owner="one", exclusive=True)
    await alerted(store, a_delivery("d"), a_delivery("e", alert="other"))
    await store.close()
    await execute(empty_url, "UPDATE deliveries SET state = 'unsure' WHERE id = 'e'")
    await take_back(empty_url, "0001")
    store = await open_store(empty_url, owner="one", exclusive=True)
    assert {one.id: one.doubts for one in await store.deliveries()} == {"d": 0, "e": 1}
    await store.close()


REVISIONS = [
    script.revision
    for script in ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).walk_revisions()
]


@pytest.mark.parametrize("old", sorted(REVISIONS))
async def test_every_older_database_is_brought_up_to_date_and_keeps_its_rows(
    empty_url: str, old: str
) -> None:
    """From each revision there ever was: the tables are those of a new one, entries and alerts are there."""
    store = await open_store(empty_url, owner="one", exclusive=True)
    await alerted(store, a_delivery("d"))
    before = await store.counts()
    await store.close()
    made = await read(empty_url)
    await take_back(empty_url, old)
    assert await version(empty_url) == old
    store = await open_store(empty_url, owner="one", exclusive=True)
    assert await store.counts() == before
    assert await store.entry("a") is not None
    assert await store.faults(NOW) == []
    await store.close()
    assert await version(empty_url) == schema.HEAD
    assert await read(empty_url) == made


async def read(url: str) -> dict[str, object]:
    """Describe every table."""
    database = Database(address_of(url), owner="test")
    found = await database.read(described)
    await database.close()
    return found
