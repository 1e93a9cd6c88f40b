"""What Alembic runs: the migrations, on the connection and in the transaction it is handed."""

from __future__ import annotations

from alembic import context

from monitor.store.schema import metadata

_connection = context.config.attributes["connection"]
context.configure(
    connection=_connection,
    target_metadata=metadata,
    # SQLite cannot alter much of a table: batch mode copies it.
    render_as_batch=_connection.dialect.name == "sqlite",
)
context.run_migrations()
