"""Who did what by hand is kept; lists that the desk and the API ask for find their rows by index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.types import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table and the indexes."""
    op.create_table(
        "audit",
        sa.Column("seq", _SEQ, primary_key=True, autoincrement=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False, comment="as what they did is signed"),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column(
            "address", sa.Text(), nullable=False, comment="of the network; empty where it was not the desk"
        ),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="id or address of the object"),
        sa.Column("detail", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_deliveries_channel", "deliveries", ["channel", "created_at"])
    unsent, silenced = sa.text("state != 'sent'"), sa.text("reason = 'SILENCED'")
    op.create_index(
        "ix_deliveries_unsent",
        "deliveries",
        ["state", "created_at"],
        sqlite_where=unsent,
        postgresql_where=unsent,
    )
    op.create_index(
        "ix_decisions_silenced",
        "decisions",
        ["detail", "story", "at"],
        sqlite_where=silenced,
        postgresql_where=silenced,
    )
