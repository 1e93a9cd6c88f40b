"""Daemons that share a database elect the one that keeps stories and delivers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "keeping",
        sa.Column("name", sa.Text(), primary_key=True, comment="one row: there is one thing to keep"),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=False, comment="time of the database"),
        sa.UniqueConstraint("term", name="uq_keeping_term"),
    )
