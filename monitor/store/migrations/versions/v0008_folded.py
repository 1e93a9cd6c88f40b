"""A delivery may be told in another one, a digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "deliveries",
        sa.Column(
            "folded_into", sa.Text(), comment="id of the delivery that tells this one, in state folded"
        ),
    )
