"""What is held for channels, acknowledgement and escalation, expiry, silences that tell at their end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns."""
    op.add_column("alerts", sa.Column("escalate_at", UtcTime(), comment="None: never, or done"))
    op.add_column("alerts", sa.Column("escalated_at", UtcTime()))
    op.add_column("alerts", sa.Column("acknowledged_at", UtcTime()))
    op.add_column("alerts", sa.Column("acknowledged_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("deliveries", sa.Column("expires_at", UtcTime(), comment="when it is late; None: never"))
    op.add_column("deliveries", sa.Column("when_expired", sa.Text(), nullable=False, server_default="mark"))
    tells: sa.Column[bool] = sa.Column(
        "tells_at_end", sa.Boolean(), nullable=False, server_default=sa.text("false")
    )
    op.add_column("silences", tells)
    waiting = sa.text("escalate_at IS NOT NULL")
    op.create_index(
        "ix_alerts_escalate_at", "alerts", ["escalate_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    _add_holds()


def _add_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False, comment="of the delivery it will become"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False, comment="the latest to tell of"),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcTime(), comment="None: it still holds"),
        sa.Column("told_in", sa.Text(), comment="the digest that told it"),
        sa.PrimaryKeyConstraint("alert", "channel", "ordinal", name="pk_holds"),
    )
    op.create_index("ix_holds_story", "holds", ["story"])
    still = sa.text("ended_at IS NULL")
    op.create_index("ix_holds_until", "holds", ["until"], sqlite_where=still, postgresql_where=still)
    op.create_index("ix_holds_ended_at", "holds", ["ended_at"])
