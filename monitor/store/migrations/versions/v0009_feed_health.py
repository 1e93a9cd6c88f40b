"""A feed has a rhythm, facts noted by its polls, and a health of which people are told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from monitor.store.types import Json, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("rhythm", sa.Text(), comment="when it publishes: fading counts, as JSON"),
        sa.Column("noted", Json(), comment="what polls left for judging it"),
        sa.Column("health", sa.Text()),
        sa.Column("health_reason", sa.Text()),
        sa.Column("health_told", sa.Text(), comment="the health of which people were told, None: well"),
        sa.Column("health_since", UtcTime()),
    )
    for column in columns:
        op.add_column("feeds", column)
