"""The tables made or brought to their present form, in one transaction: all of it or nothing.

An empty database gets the tables as schema.py has them; tests hold them equal to what the migrations give.
Alembic costs more than a second to import, so it is imported only when an older database must be upgraded.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from monitor.core.errors import DatabaseUnusableError
from monitor.store.dialect import is_sqlite
from monitor.store.schema import HEAD, metadata

_LOCK = 7_022_401_963
"""Any number, the same in every daemon: the PostgreSQL advisory lock under which tables are made."""


def revision(connection: Connection) -> str | None:
    """The revision the database is at; None if it is empty.

    Raises:
        DatabaseUnusableError: it holds tables that are not ours.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if tables & set(metadata.tables):
        raise DatabaseUnusableError(
            "the database holds tables of something else: name another database for news-monitor"
        )
    return None


def migrate(connection: Connection) -> None:
    """Bring the database to HEAD.

    Raises:
        DatabaseUnusableError: it is not ours, or a newer version of this program wrote it.
    """
    if not is_sqlite(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    found = revision(connection)
    if found is None:
        _create(connection)
    elif found != HEAD:
        _upgrade(connection)


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(
        text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - see the module's docstring
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "monitor.store:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseUnusableError(
            "the database was written by a newer version of news-monitor: install that version"
        ) from error
