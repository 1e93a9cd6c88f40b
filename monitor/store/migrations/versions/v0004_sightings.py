"""When each entity was last mentioned is kept, longer than the entries are."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from monitor.store.types import Json, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ENTRIES = sa.table("entries", sa.column("fetched", UtcTime()), sa.column("entities", Json()))


def upgrade() -> None:
    """Add the table, filled from the entries that are there."""
    sightings = op.create_table(
        "sightings",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False, comment="last mentioned; outlives the entry"),
        sa.PrimaryKeyConstraint("entity", name="pk_sightings"),
        sqlite_with_rowid=False,
    )
    latest: dict[str, datetime] = {}
    for row in op.get_bind().execute(sa.select(_ENTRIES.c.fetched, _ENTRIES.c.entities)):
        for entity in row.entities:
            latest[entity] = max(row.fetched, latest.get(entity, row.fetched))
    if latest:
        op.bulk_insert(sightings, [{"entity": entity, "at": at} for entity, at in latest.items()])
