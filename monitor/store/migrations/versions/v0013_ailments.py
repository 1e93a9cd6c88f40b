"""What people were told is wrong outlives a restart, and a delivery keeps when it was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, the column and an index of dead letters."""
    op.create_table(
        "ailments",
        sa.Column(
            "key", sa.Text(), nullable=False, comment="people were told that it began, not yet that it ended"
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("over", sa.Text(), nullable=False, comment="what is said at its end"),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_ailments"),
    )
    op.add_column(
        "deliveries",
        sa.Column("sent_at", UtcTime(), comment="None: not sent, or sent before this was kept"),
    )
    is_parked = sa.text("state = 'parked'")
    op.create_index(
        "ix_deliveries_parked",
        "deliveries",
        ["channel"],
        sqlite_where=is_parked,
        postgresql_where=is_parked,
    )
