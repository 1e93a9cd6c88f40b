"""The synthetic entry that walks the whole path has a row of its own for each daemon."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import Json, UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "walks",
        sa.Column(
            "worker", sa.Text(), primary_key=True, comment="whose it is: each daemon has one on its way"
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("launched_at", UtcTime(), nullable=False),
        sa.Column(
            "said", sa.Text(), nullable=False, server_default="", comment="what went wrong at its stage"
        ),
        sa.Column(
            "title", sa.Text(), nullable=False, server_default="", comment="as it was read from the feed"
        ),
        sa.Column("message", Json(), comment="what is sent"),
        sa.Column("arrived_at", UtcTime(), comment="when one last arrived"),
        sa.Column("seconds", sa.Float(), comment="how long it took"),
        sa.Column("late_for", sa.Float(), comment="seconds; None: in time"),
    )
    op.create_index("ix_walks_stage", "walks", ["stage"])
