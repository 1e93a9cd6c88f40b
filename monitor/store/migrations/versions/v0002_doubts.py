"""Deliveries count the attempts that may have arrived, so that repeats come to an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a delivery in doubt has one attempt that may have arrived."""
    op.add_column("deliveries", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE deliveries SET doubts = 1 WHERE state = 'unsure'")
