"""Databases as an older version of the program left them."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from monitor.store.engine import Database, address_of


async def take_back(url: str, revision: str) -> None:
    """Bring a database back to an older revision, with the rows that it had room for."""
    database = Database(address_of(url), owner="test")
    await database.write(_take_back, revision)
    await database.close()


def _take_back(connection: Connection, revision: str) -> None:
    present = MetaData()
    present.reflect(connection)
    rows = {
        table.name: [dict(row._mapping) for row in connection.execute(table.select())]
        for table in present.sorted_tables
        if table.name != "alembic_version"
    }
    present.drop_all(connection)
    settings = Config()
    settings.set_main_option("script_location", "monitor.store:migrations")
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)
    older = MetaData()
    older.reflect(connection)
    for table in older.sorted_tables:
        for row in rows.get(table.name, ()):
            known = {name: value for name, value in row.items() if name in table.c}
            connection.execute(table.insert().values(known))
