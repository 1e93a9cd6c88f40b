"""What people said of alerts: whether they were worth it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "feedback",
        sa.Column(
            "alert",
            sa.Text(),
            nullable=False,
            comment="outlives the alert: a rule's precision is of all times",
        ),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "author", name="pk_feedback"),
    )
    op.create_index("ix_feedback_rule", "feedback", ["rule", "at"])
