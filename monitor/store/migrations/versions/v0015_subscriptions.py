"""Hubs tell of new entries: what is agreed with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "subscriptions",
        sa.Column("feed", sa.Text(), primary_key=True, comment="url of a feed"),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False, comment="the last part of the callback's address"),
        sa.Column("secret", sa.Text(), nullable=False, comment="the key of the hub's signatures"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ask_at", UtcTime(), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("lease_until", UtcTime()),
        sa.Column("told_at", UtcTime()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.UniqueConstraint("token", name="uq_subscriptions_token"),
    )
    op.create_index("ix_subscriptions_ask_at", "subscriptions", ["ask_at"])
