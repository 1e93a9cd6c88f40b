"""Texts that share much with another are neither copies nor independent: counted, and named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was assembled before counts as it did."""
    op.add_column("stories", sa.Column("partly", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("assignments", sa.Column("partly_of", sa.Text()))
