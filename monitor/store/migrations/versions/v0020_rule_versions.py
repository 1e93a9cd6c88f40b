"""Rules may come from the database: the versions that people pushed, and which of them a worker has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "rule_versions",
        sa.Column(
            "number", sa.Integer(), primary_key=True, autoincrement=False, comment="from 1 on, without gaps"
        ),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="of what the rules mean"),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False, comment="[[name, text], ...] as JSON in zlib"),
    )
    op.add_column("workers", sa.Column("rule_version", sa.Integer(), comment="None: its rules are files"))
